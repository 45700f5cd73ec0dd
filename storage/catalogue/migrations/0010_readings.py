from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('catalogue', '0009_queue'),
    ]

    operations = [
        migrations.AddField('reviewerprofile', 'within_one', models.PositiveIntegerField(default=0)),
        migrations.AddField('reviewerprofile', 'kappa', models.FloatField(blank=True, null=True)),
        migrations.AddField('reviewerprofile', 'ac2', models.FloatField(blank=True, null=True)),
        migrations.RemoveConstraint('review', 'review_once'),
        migrations.AddConstraint(
            'review',
            models.UniqueConstraint(
                condition=models.Q(('amends__isnull', True)), fields=('exam', 'reviewer'), name='review_once'
            ),
        ),
    ]
