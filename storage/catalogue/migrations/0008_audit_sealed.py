from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0007_feedback_steps_seen"),
    ]

    operations = [
        migrations.AddField(
            model_name="event",
            name="person_number",
            field=models.PositiveBigIntegerField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="event",
            name="scan_digest",
            field=models.CharField(blank=True, max_length=64),
        ),
    ]
