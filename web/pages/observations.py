"""Who stood beside a trainee, and how far would they trust them next time?"""

from datetime import UTC, date, datetime, time

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from storage.catalogue import competence, observing
from supervision.roles import Action
from supervision.sign_off import LONGEST_REASON
from web.exam_type_choice import ExamTypeField
from web.permissions import person_of, requires
from web.reading_words import ENTRUSTMENTS

NOON = time(12, tzinfo=UTC)


class Observing(forms.Form):
    """An observation as the browser sends it."""

    exam_type = ExamTypeField()
    on = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    entrustment = forms.TypedChoiceField(
        label=gettext_lazy("Next time the trainee could do this"),
        choices=[(str(number), word) for number, word in ENTRUSTMENTS.items()],
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Say how far you would trust them.")},
    )
    note = forms.CharField(
        label=gettext_lazy("What you saw (the trainee reads it; name no patient)"),
        required=False,
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, organisation_id: int, *args: object, **kwargs: object) -> None:
        """Offer the exam types of the organisation."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["exam_type"].of(organisation_id)  # type: ignore[attr-defined]

    def clean_on(self) -> date:
        """Refuse a day to come."""
        day: date = self.cleaned_data["on"]
        if day > timezone.now().date():
            raise forms.ValidationError(_("This day is still to come."))
        return day


@requires(Action.OBSERVE)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Note that one watched a trainee scan, and how far one would trust them."""
    person, now = person_of(request), timezone.now()
    trainee = get_object_or_404(observing.people_for(person), pk=person_id)
    organisation = competence.organisation_of(trainee, person, Action.OBSERVE)
    if organisation is None:
        return redirect("overview-trainee", trainee.pk)
    first = {"exam_type": request.GET.get("exam_type", ""), "on": now.date()}
    form = Observing(organisation.pk, request.POST or None, initial=first)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        at = now if said["on"] == now.date() else datetime.combine(said["on"], NOON)
        observing.observe(trainee.pk, said["exam_type"], said["entrustment"], at, person, now, text=said["note"])
        messages.success(request, _("Noted with your name; it counts at once."))
        return redirect(_page_of(trainee.pk, said["exam_type"]))
    status = 422 if request.method == "POST" else 200
    return render(request, "observation_new.html", {"trainee": trainee, "form": form}, status=status)


@requires(Action.OBSERVE)
@require_POST
def withdraw(request: HttpRequest, observation_id: int) -> HttpResponseBase:
    """Take back one's own observation."""
    person = person_of(request)
    found = get_object_or_404(observing.observations_for(person).filter(observer=person), pk=observation_id)
    observing.withdraw(found.pk, person, timezone.now())
    messages.success(request, _("Taken back: it counts no longer, and stays in the list."))
    return redirect(_page_of(found.trainee_id, found.exam_type))


def _page_of(trainee: int, code: str) -> str:
    return reverse("overview-trainee", args=[trainee]) + f"?exam_type={code}"
