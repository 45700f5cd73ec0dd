from django.db import migrations
from django.db.models import Exists, OuterRef, Subquery


def fill(apps, _schema):
    """An arrival of before came by its scan's project; all but the first of a scan were repeated."""
    Arrival = apps.get_model("catalogue", "Arrival")
    Scan = apps.get_model("catalogue", "Scan")
    project = Scan.objects.filter(pk=OuterRef("scan")).values("project")[:1]
    Arrival.objects.filter(project=None).update(project=Subquery(project))
    earlier = Arrival.objects.filter(scan=OuterRef("scan"), pk__lt=OuterRef("pk"))
    Arrival.objects.filter(Exists(earlier)).update(repeated=True)


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0013_from_the_field'),
    ]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
    ]
