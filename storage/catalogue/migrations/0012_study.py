from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0011_worksheet_with_the_file'),
    ]

    operations = [
        migrations.AddField(
            model_name='scan',
            name='study',
            field=models.CharField(blank=True, help_text='keyed pseudonym of the examination; never shown', max_length=40),
        ),
    ]
