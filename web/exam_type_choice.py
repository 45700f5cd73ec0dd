"""How is one exam type chosen in a form?"""

from django import forms
from django.utils.translation import get_language, gettext_lazy

from storage.catalogue.exam_catalogue import types_of


class ExamTypeField(forms.ChoiceField):
    """One clinical exam type of an organisation's catalogue."""

    def __init__(self) -> None:
        """Ask for it by its name."""
        super().__init__(label=gettext_lazy("Exam type"))

    def of(self, organisation_id: int) -> None:
        """Offer those of an organisation, by name."""
        language = get_language() or "en"
        known = types_of(organisation_id).items()
        named = [(code, one.label.say(language)) for code, one in known if one.clinical]
        self.choices = [("", gettext_lazy("Choose…")), *sorted(named, key=lambda one: one[1])]
