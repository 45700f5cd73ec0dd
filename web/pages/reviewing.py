"""What suits a reviewer, and what must they not read?"""

from datetime import UTC, datetime, time, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from storage.catalogue import reviewers
from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import Person, Project, ReviewerProfile
from storage.catalogue.scope import projects_for
from supervision.exam_types import ExamType
from supervision.roles import Action
from web.permissions import person_of, requires

LONGEST_PAUSE = timedelta(days=366)


class Suits(forms.Form):
    """What suits a reviewer; nothing chosen means everything."""

    languages = forms.MultipleChoiceField(
        label=gettext_lazy("Languages in which I advise"),
        choices=[("fr", "Français"), ("en", "English")],
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    exam_types = forms.MultipleChoiceField(
        label=gettext_lazy("Exam types that I read"), required=False, widget=forms.CheckboxSelectMultiple
    )
    most_a_day = forms.IntegerField(
        label=gettext_lazy("Most exams a day"),
        required=False,
        min_value=1,
        max_value=reviewers.MOST_A_DAY,
        help_text=gettext_lazy("Empty: as many as there are."),
    )
    not_before = forms.DateField(
        label=gettext_lazy("Nothing new before"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("For leave or travel; empty: I review now."),
    )

    def __init__(self, types: dict[str, ExamType], *args: object, **kwargs: object) -> None:
        """Offer the exam types of the reviewer's organisations."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        language = get_language() or "en"
        named = [(code, one.label.say(language)) for code, one in types.items()]
        self.fields["exam_types"].choices = named  # type: ignore[attr-defined]

    def clean_not_before(self) -> datetime | None:
        """Return the beginning of that day; refuse one that is more than a year away."""
        day = self.cleaned_data["not_before"]
        if day is None:
            return None
        begin = datetime.combine(day, time(), UTC)
        if begin > timezone.now() + LONGEST_PAUSE:
            raise forms.ValidationError(_("Choose a day within a year."))
        return begin


@requires(Action.REVIEW)
@require_http_methods(["GET", "HEAD", "POST"])
def reviewing(request: HttpRequest) -> HttpResponseBase:
    """Show and change what suits the person; list their conflicts of interest."""
    person = person_of(request)
    types = _types(person)
    form = Suits(types, data=request.POST or None, initial=_said(reviewers.profile_of(person)))
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        reviewers.save_profile(
            person,
            languages=clean["languages"],
            exam_types=clean["exam_types"],
            most_a_day=clean["most_a_day"],
            paused_until=clean["not_before"],
            now=timezone.now(),
        )
        messages.success(request, _("Saved. The queue follows from now on."))
        return redirect("reviewing")
    context = {
        "form": form,
        "conflicts": reviewers.conflicts_of(person),
        "projects": reviewers.projects_of(person),
        "trainees": reviewers.trainees_for(person),
    }
    return render(request, "reviewing.html", context, status=422 if request.method == "POST" else 200)


@requires(Action.REVIEW)
@require_POST
def note_conflict(request: HttpRequest) -> HttpResponseBase:
    """Note a conflict of interest about a trainee or a project of the person's."""
    person = person_of(request)
    kind, _colon, key = request.POST.get("about", "").partition(":")
    found = None
    if key.isdecimal():
        known = {"trainee": reviewers.trainees_for(person), "project": reviewers.projects_of(person)}.get(kind)
        found = known.filter(pk=int(key)).first() if known is not None else None
    if isinstance(found, Person):
        reviewers.add_conflict(person, timezone.now(), trainee=found)
    elif isinstance(found, Project):
        reviewers.add_conflict(person, timezone.now(), project=found)
    else:
        messages.error(request, _("Choose a trainee or a project."))
        return redirect("reviewing")
    messages.success(request, _("Noted. You are given nothing of this any more."))
    return redirect("reviewing")


@requires(Action.REVIEW)
@require_POST
def withdraw_conflict(request: HttpRequest, conflict_id: int) -> HttpResponseBase:
    """Withdraw a conflict of interest that the person noted."""
    reviewers.withdraw_conflict(conflict_id, person_of(request), timezone.now())
    messages.success(request, _("Withdrawn."))
    return redirect("reviewing")


def _types(person: Person) -> dict[str, ExamType]:
    """Return the exam types of the organisations where the person reviews."""
    owners = projects_for(person, Action.REVIEW).order_by("organisation").values_list("organisation", flat=True)
    return {code: one for owner in owners.distinct() for code, one in types_of(owner).items()}


def _said(profile: ReviewerProfile) -> dict[str, object]:
    until = profile.paused_until
    return {
        "languages": profile.languages,
        "exam_types": profile.exam_types,
        "most_a_day": profile.most_a_day,
        "not_before": until.date() if until and until > timezone.now() else None,
    }
