from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0028_reports")]

    operations = [
        migrations.RemoveField("reviewerprofile", "ac2"),
        migrations.RemoveField("reviewerprofile", "kappa"),
        migrations.RemoveField("reviewerprofile", "within_one"),
        migrations.AddField("exam", "risk", models.FloatField(blank=True, null=True)),
        migrations.AddIndex(
            "exam",
            models.Index(condition=models.Q(("risk__isnull", False)), fields=["-id"], name="exam_by_risk"),
        ),
    ]
