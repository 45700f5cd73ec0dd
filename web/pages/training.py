"""What training session was held, and who was there?"""

from datetime import datetime

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from storage.catalogue import visits
from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import Person, Project, TrainingSession
from storage.catalogue.registers import training
from storage.catalogue.registers.training import SessionHeld, people_of, sessions_for
from storage.catalogue.scope import projects_for
from supervision.registers import LONGEST_NOTE, LONGEST_PLACE, MOST_GUESTS, MOST_MINUTES, Attended, SessionKind
from supervision.roles import Action
from web.permissions import person_of, requires
from web.registers import ATTENDED, SESSIONS
from web.visits import told

GAVE = "gave"
"""Who is said to have been there as a facilitator, in the list of people."""


class SessionForm(forms.Form):
    """A session as the browser sends it; one field for everybody of the project."""

    held_on = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    minutes = forms.IntegerField(label=gettext_lazy("Length in minutes"), min_value=1, max_value=MOST_MINUTES)
    kind = forms.ChoiceField(label=gettext_lazy("How"), choices=list(SESSIONS.items()))
    place = forms.CharField(label=gettext_lazy("Where it was held"), required=False, max_length=LONGEST_PLACE)
    guests = forms.IntegerField(
        label=gettext_lazy("Others there, without an account"), min_value=0, max_value=MOST_GUESTS, initial=0
    )
    note = forms.CharField(
        label=gettext_lazy("Note (name no patient)"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 2}),
    )
    exam_types = forms.MultipleChoiceField(
        label=gettext_lazy("Exam types"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, project: Project, people: list[Person], *args: object, **kwargs: object) -> None:
        """Offer the exam types and the people of the project."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        language = get_language() or "en"
        named = [(code, one.label.say(language)) for code, one in types_of(project.organisation_id).items()]
        self.fields["exam_types"].choices = named  # type: ignore[attr-defined]
        self.people = people
        choices = [("", "–"), *ATTENDED.items(), (GAVE, gettext_lazy("gave it"))]
        for one in people:
            self.fields[f"person-{one.pk}"] = forms.ChoiceField(label=one.display_name, choices=choices, required=False)

    def clean_held_on(self) -> object:
        """Refuse a day to come."""
        day = self.cleaned_data["held_on"]
        if day > timezone.now().date():
            raise forms.ValidationError(_("This day is still to come."))
        return day

    def facts(self) -> list[forms.BoundField]:
        """Return the fields of the session itself, the exam types left out."""
        return [self[name] for name in ("held_on", "minutes", "kind", "place", "guests", "note")]

    def attendance(self) -> list[forms.BoundField]:
        """Return the fields of the people."""
        return [self[f"person-{one.pk}"] for one in self.people]

    def held(self) -> SessionHeld:
        """Return what is to be written down."""
        clean = self.cleaned_data
        said = {one.pk: clean[f"person-{one.pk}"] for one in self.people}
        return SessionHeld(
            held_on=clean["held_on"],
            minutes=clean["minutes"],
            kind=SessionKind(clean["kind"]),
            place=clean["place"],
            exam_types=tuple(clean["exam_types"]),
            facilitators=frozenset(pk for pk, word in said.items() if word == GAVE),
            attendance={pk: Attended(word) for pk, word in said.items() if word and word != GAVE},
            guests=clean["guests"],
            note=clean["note"],
        )


@requires(Action.KEEP_TRAINING)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponseBase:
    """Write down a session; the project is chosen first, because its people are listed."""
    person, now = person_of(request), timezone.now()
    projects = list(projects_for(person, Action.KEEP_TRAINING).order_by("name"))
    wanted = request.GET.get("project", "")
    chosen = next((one for one in projects if one.code == wanted), projects[0] if len(projects) == 1 else None)
    if chosen is None:
        return render(request, "session_where.html", {"projects": projects})
    people = list(people_of(chosen))
    form = SessionForm(chosen, people, request.POST or None, initial=_first(person, people, now))
    if request.method == "POST" and form.is_valid():
        kept = training.log(chosen.pk, form.held(), person, now)
        messages.success(request, _("The session is in the register."))
        return redirect("session", kept.pk)
    context = {"project": chosen, "form": form, "session": None}
    return render(request, "session.html", context, status=422 if request.method == "POST" else 200)


@requires(Action.SEE_REGISTERS)
@require_http_methods(["GET", "HEAD", "POST"])
def session(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """Show a session; whoever keeps the register can write it down anew."""
    person = person_of(request)
    found = get_object_or_404(sessions_for(person), pk=session_id)
    kept_by = projects_for(person, Action.KEEP_TRAINING).filter(pk=found.project_id).exists()
    keeps = kept_by and found.cancelled_at is None
    form = None
    if keeps:
        there = {one.person_id: one.attended for one in found.attendances.all()}
        there |= dict.fromkeys((one.pk for one in found.facilitators.all()), GAVE)
        people = list(people_of(found.project) | Person.objects.filter(pk__in=there).distinct())
        form = SessionForm(found.project, people, request.POST or None, initial=_said(found, there))
    if request.method == "POST":
        if form is None:
            messages.error(request, _("Nothing was changed: this session was cancelled, or another keeps it."))
            return redirect("session", found.pk)
        if form.is_valid():
            training.change(found.pk, form.held(), person, timezone.now())
            messages.success(request, _("The session is in the register."))
            return redirect("session", found.pk)
    effect = visits.effect_of(found, person)
    context = {
        "project": found.project,
        "form": form,
        "session": found,
        "mine": person,
        "effect": None if effect is None else told(effect),
    }
    return render(request, "session.html", context, status=422 if request.method == "POST" else 200)


@requires(Action.KEEP_TRAINING)
@require_POST
def cancel(request: HttpRequest, session_id: int) -> HttpResponseBase:
    """Note that a session did not take place."""
    person = person_of(request)
    found = get_object_or_404(sessions_for(person), pk=session_id)
    training.cancel(found.pk, person, timezone.now())
    messages.success(request, _("The session counts no longer; it stays in the register."))
    return redirect("session", found.pk)


def _first(person: Person, people: list[Person], now: datetime) -> dict[str, object]:
    here = {one.pk for one in people}
    return {"held_on": now.date(), "guests": 0} | ({f"person-{person.pk}": GAVE} if person.pk in here else {})


def _said(found: TrainingSession, there: dict[int, str]) -> dict[str, object]:
    names = ("held_on", "minutes", "kind", "place", "guests", "note", "exam_types")
    return {name: getattr(found, name) for name in names} | {f"person-{pk}": word for pk, word in there.items()}
