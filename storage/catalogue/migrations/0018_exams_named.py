import uuid

from django.db import migrations

AT_A_TIME = 1000


def name(apps, _schema):
    """Every exam has a name that holds elsewhere too."""
    Exam = apps.get_model("catalogue", "Exam")
    # all rows got the same one when the column was added
    waiting = list(Exam.objects.order_by("pk"))
    for exam in waiting:
        exam.uuid = uuid.uuid4()
    Exam.objects.bulk_update(waiting, ["uuid"], batch_size=AT_A_TIME)


class Migration(migrations.Migration):

    dependencies = [
        ("catalogue", "0017_two_sides"),
    ]

    operations = [
        migrations.RunPython(name, migrations.RunPython.noop),
    ]
