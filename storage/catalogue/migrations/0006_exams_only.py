import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("catalogue", "0005_exams_filled")]

    operations = [
        migrations.RemoveField(model_name="reviewitem", name="scan"),
        migrations.RemoveField(model_name="review", name="comment"),
        migrations.RemoveField(model_name="review", name="seen_at"),
        migrations.AlterField(
            model_name="reviewitem",
            name="exam",
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="items", to="catalogue.exam"),
        ),
        migrations.AlterField(
            model_name="review",
            name="exam",
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="reviews", to="catalogue.exam"),
        ),
    ]
