from django.db import migrations, models

MEASURED = models.Q(("amends__isnull", True), ("seconds__isnull", False))


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0030_asked_on_two_sides")]

    operations = [
        migrations.RemoveIndex("scan", "scan_by_arrival"),
        migrations.RemoveIndex("exam", "exam_by_arrival"),
        migrations.AddIndex(
            "scan",
            models.Index(
                fields=["project", "received_at", "exam_type", "state", "score", "trainee", "device"],
                name="scan_by_arrival",
            ),
        ),
        migrations.AddIndex(
            "exam",
            models.Index(fields=["project", "arrived_at", "exam_type", "stage", "trainee"], name="exam_by_arrival"),
        ),
        migrations.AddIndex(
            "scan",
            models.Index(
                fields=["project", "received_at"], name="scan_simulated", condition=models.Q(("simulated", True))
            ),
        ),
        migrations.AddIndex(
            "review",
            models.Index(fields=["amends", "submitted_at", "exam", "seconds"], name="review_timed", condition=MEASURED),
        ),
    ]
