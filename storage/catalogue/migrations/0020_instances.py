import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0019_exams_have_names'),
    ]

    operations = [
        migrations.CreateModel(
            name='Instance',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='keyed pseudonym of the SOP Instance UID', max_length=48)),
                ('sop_class', models.CharField(max_length=64)),
                ('project', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='instances', to='catalogue.project')),
                ('scan', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='instances', to='catalogue.scan')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('project', 'name', 'scan'), name='instance_once')],
            },
        ),
    ]
