"""Which exam does every scan that was released belong to? Each gets its own, as it was read until now."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

STAGES = {"awaiting_info": "awaiting_info", "queued": "queued", "final": "final"}


def one_exam_per_scan(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the exams, and move reviews and what was seen of them to where they belong now."""
    Scan, Exam = apps.get_model("catalogue", "Scan"), apps.get_model("catalogue", "Exam")
    for scan in Scan.objects.filter(state__in=STAGES, exam=None).order_by("pk").iterator():
        scan.exam = Exam.objects.create(
            name=scan.digest[:10],
            project_id=scan.project_id,
            trainee_id=scan.trainee_id,
            exam_type=scan.exam_type,
            exam_type_version=None,
            patient=scan.patient,
            began_at=scan.captured_at or scan.received_at,
            stage=STAGES[scan.state],
            score=scan.score,
            simulated=scan.simulated,
        )
        scan.save(update_fields=["exam"])
    for item in apps.get_model("catalogue", "ReviewItem").objects.select_related("scan").iterator():
        item.exam_id = item.scan.exam_id
        item.save(update_fields=["exam"])
    _reviews(apps)


def _reviews(apps: Apps) -> None:
    """The last review of a scan was the one that counted; advice becomes what the trainee is to change."""
    Feedback = apps.get_model("catalogue", "Feedback")
    read = set()
    for review in apps.get_model("catalogue", "Review").objects.select_related("item").order_by("-submitted_at", "-pk"):
        review.exam_id = review.item.exam_id
        review.final = review.exam_id not in read
        review.form = {"overall": review.overall, "comment": review.comment}
        review.save(update_fields=["exam", "final", "form"])
        if review.final:
            Feedback.objects.create(review=review, released_at=review.submitted_at, seen_at=review.seen_at)
        read.add(review.exam_id)


class Migration(migrations.Migration):

    dependencies = [("catalogue", "0004_exams")]
    operations = [migrations.RunPython(one_exam_per_scan, migrations.RunPython.noop)]
