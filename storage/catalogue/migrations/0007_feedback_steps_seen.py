from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("catalogue", "0006_exams_only")]

    operations = [
        migrations.AddField(
            model_name="feedbackstep",
            name="seen_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AlterField(
            model_name="feedbackstep",
            name="what",
            field=models.CharField(
                choices=[
                    ("acknowledged", "acknowledged"),
                    ("replied", "replied"),
                    ("appealed", "appealed"),
                    ("answered", "answered"),
                    ("decided", "decided"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="feedbackstep",
            index=models.Index(fields=["what", "at"], name="feedback_step_by_kind"),
        ),
    ]
