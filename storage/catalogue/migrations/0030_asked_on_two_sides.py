from django.db import migrations, models

SAID_BY = {"answered": "outcome", "done": "done"}


def say_codes(apps, _schema):
    """The line that answered, and the one that said what was done, say with which word."""
    Entry = apps.get_model("catalogue", "EscalationEntry")
    waiting = list(Entry.objects.filter(what__in=SAID_BY).select_related("escalation"))
    for entry in waiting:
        entry.code = getattr(entry.escalation, SAID_BY[entry.what])
    Entry.objects.bulk_update(waiting, ["code"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0029_audit_by_risk"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="escalation",
            name="escalation_open_once",
        ),
        migrations.AddField(
            model_name="escalationentry",
            name="code",
            field=models.CharField(blank=True, max_length=24),
        ),
        migrations.AddField(
            model_name="trainingsession",
            name="changed_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="change",
            name="key",
            field=models.CharField(max_length=200),
        ),
        migrations.AlterField(
            model_name="held",
            name="key",
            field=models.CharField(max_length=200),
        ),
        migrations.AlterField(
            model_name="known",
            name="key",
            field=models.CharField(max_length=200),
        ),
        migrations.RunPython(say_codes, migrations.RunPython.noop),
    ]
