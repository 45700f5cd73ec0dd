from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0020_instances"),
    ]

    operations = [
        migrations.AddField(
            model_name="arrival",
            name="left_out",
            field=models.PositiveIntegerField(default=0),
        ),
    ]
