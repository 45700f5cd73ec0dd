"""By which chance was an exam chosen for reading, in plain words?"""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from storage.catalogue.models import Exam
from supervision.sampling import Chosen
from web.words import Word

WHY: dict[Chosen, Word] = {
    Chosen.FLAGGED: gettext_lazy("the patient was critical, or a red flag was found"),
    Chosen.EXPERT_READ: gettext_lazy("every exam of this type is read"),
    Chosen.LEARNING: gettext_lazy("every exam of a learning trainee is read"),
    Chosen.ALARM: gettext_lazy("too many of the last readings were poor"),
    Chosen.SIGNED_OFF: gettext_lazy("a share of what is made soon after sign-off is read"),
    Chosen.RISK: gettext_lazy("by risk: score, findings, and how long since the last exam of this type"),
    Chosen.UNIFORM: gettext_lazy("by chance alone: any exam may be drawn"),
    Chosen.ASKED: gettext_lazy("not drawn: somebody asked for it"),
}


def drawn(exam: Exam) -> str:
    """Say with which probability the exam was drawn and why, empty as long as it was not."""
    if not exam.chosen_because:
        return ""
    why = WHY[Chosen(exam.chosen_because)]
    if exam.inclusion is None:
        return str(why)
    share = round(100 * exam.inclusion, 1)
    percent = number_format(int(share) if share.is_integer() else share, use_l10n=True)
    return _("%(percent)s%% of exams like this one are read: %(why)s") % {"percent": percent, "why": why}
