"""Which fields does an exam type have in the browser? They are read loosely; what is right is said by the core."""

from typing import Any

from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qa_rules import rules_in
from supervision.exam_types import problems
from supervision.exam_types.reading import LONGEST_CODE, LONGEST_LABEL, LONGEST_TEXT, MOST_ROWS
from supervision.exam_types.table import LONGEST_TYPE_CODE
from web.exam_types import SIDES

EMPTY_ROWS = 3


def _line(label: Any, longest: int = LONGEST_LABEL, **more: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=longest, required=False, **more)


def _tick(label: Any, **more: Any) -> forms.BooleanField:
    return forms.BooleanField(label=label, required=False, **more)


class WholeForm(forms.Form):
    """What holds for the exam type as a whole, and why it is changed."""

    code = _line(_("Code"), LONGEST_TYPE_CODE)
    en = _line(_("Name in English"))
    fr = _line(_("Name in French"))
    population_en = _line(_("In whom, in English"), LONGEST_TEXT)
    population_fr = _line(_("In whom, in French"), LONGEST_TEXT)
    supervised_scans = forms.IntegerField(
        label=_("Supervised scans before sign-off"), required=False, help_text=_("Empty: each site decides.")
    )
    expert_read = _tick(_("Every scan is read by an expert"))
    source_supervised_scans = _line(_("Source of this number"), LONGEST_TEXT)
    source_views = _line(_("Source of the views"), LONGEST_TEXT)
    source_seconds = _line(_("Source of the least lengths"), LONGEST_TEXT)
    source_questions = _line(_("Source of the questions and their thresholds"), LONGEST_TEXT)
    valid_from = forms.DateField(
        label=_("In force from"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Empty: at once."),
    )
    note = _line(_("Why is it changed?"), LONGEST_TEXT)
    wording_only = _tick(_("Views and questions that read differently now still mean the same"))


class RowForm(forms.Form):
    """One row of a list; an empty one is left out."""

    code = _line(_("Code"), LONGEST_CODE)


class ViewForm(RowForm):
    """One view."""

    seconds = forms.FloatField(label=_("Least length in seconds"), required=False)
    side = forms.ChoiceField(label=_("Side"), choices=list(SIDES.items()), required=False)
    still = _tick(_("Still picture"))
    en = _line(_("In English"))
    fr = _line(_("In French"))


class QuestionForm(RowForm):
    """One focused question."""

    critical = _tick(_("Critical: a wrong answer makes the reading wrong"))
    red_flag = _tick(_("Red flag: yes is answered within 24 h"))
    en = _line(_("The finding, in English"))
    fr = _line(_("The finding, in French"))


class LimitForm(forms.Form):
    """One rule that is held against other limits, or weighs otherwise, in this exam type."""

    rule = forms.ChoiceField(label=_("Rule"), required=False)
    good = forms.FloatField(label=_("Good until"), required=False)
    poor = forms.FloatField(label=_("Poor from"), required=False)
    weight = forms.FloatField(label=_("Weight, 0 to 1"), required=False)
    source = _line(_("Source"), LONGEST_TEXT)

    def __init__(self, *args: Any, **more: Any) -> None:
        """Offer the rules of today by their title."""
        super().__init__(*args, **more)
        offered = [("", "–"), *((rule.name, rule.title.say(get_language() or "en")) for rule in rules_in())]
        self.fields["rule"].choices = offered  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for a rule where anything else is written, and for a number where a rule is chosen."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        numbers = [cleaned.get(name) for name in ("good", "poor", "weight")]
        if not cleaned.get("rule"):
            self.add_error("rule", problems.NEEDED.say(get_language() or "en"))
        elif all(number is None for number in numbers) and not self.errors:
            self.add_error("good", problems.NEEDED.say(get_language() or "en"))
        return cleaned


class Rows(forms.BaseFormSet):  # type: ignore[type-arg]
    """The rows of a list, which can be put in another order and taken away without JavaScript."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        """Call the two fields of every row what they are called here."""
        super().add_fields(form, index)
        form.fields["ORDER"].label = _("Order")
        form.fields["DELETE"].label = _("Take away")


VIEWS, QUESTIONS, LIMITS = (
    forms.formset_factory(one, Rows, extra=EMPTY_ROWS, can_order=True, can_delete=True, max_num=MOST_ROWS)
    for one in (ViewForm, QuestionForm, LimitForm)
)
