import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0014_arrivals_filled'),
    ]

    operations = [
        migrations.AlterField(
            model_name='arrival',
            name='project',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='arrivals', to='catalogue.project'),
        ),
    ]
