"""What does a project ask for, and what became of it?"""

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from storage.catalogue.exam_catalogue import types_of, types_of_all
from storage.catalogue.models import Person
from storage.catalogue.registers import requests
from storage.catalogue.registers.requests import possible_acts, requests_for
from storage.catalogue.scope import projects_for
from supervision.registers import LONGEST_NOTE, Act
from supervision.roles import Action
from web.permissions import person_of, requires
from web.registers import ACTS, NEXT, REQUESTS


class Asking(forms.Form):
    """A request as the browser sends it."""

    project = forms.ChoiceField(label=gettext_lazy("Project"))
    kind = forms.ChoiceField(label=gettext_lazy("What is needed"), choices=list(REQUESTS.items()))
    text = forms.CharField(
        label=gettext_lazy("In your words (name no patient)"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea({"rows": 3}),
    )
    wanted_by = forms.DateField(
        label=gettext_lazy("Needed by"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=gettext_lazy("Empty: whenever it can be."),
    )
    exam_types = forms.MultipleChoiceField(
        label=gettext_lazy("Exam types"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, person: Person, *args: object, **kwargs: object) -> None:
        """Offer the projects for which the person may ask."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.places = {str(one.pk): one for one in projects_for(person, Action.MAKE_REQUESTS).order_by("name")}
        self.fields["project"].choices = [(code, one.name) for code, one in self.places.items()]  # type: ignore[attr-defined]
        types = types_of_all(sorted({one.organisation_id for one in self.places.values()}))
        language = get_language() or "en"
        self.fields["exam_types"].choices = [(code, one.label.say(language)) for code, one in types.items()]  # type: ignore[attr-defined]

    def facts(self) -> list[forms.BoundField]:
        """Return the fields, the exam types left out."""
        return [self[name] for name in ("project", "kind", "text", "wanted_by")]

    def clean_wanted_by(self) -> object:
        """Refuse a day that is over."""
        day = self.cleaned_data["wanted_by"]
        if day is not None and day < timezone.now().date():
            raise forms.ValidationError(_("This day is over."))
        return day

    def clean(self) -> None:
        """Refuse the exam types of another organisation than the project's."""
        super().clean()
        place = self.places.get(self.cleaned_data.get("project", ""))
        asked = self.cleaned_data.get("exam_types", [])
        strange = set(asked) - set(types_of(place.organisation_id)) if place else ()
        for code in sorted(strange):
            self.add_error("exam_types", self.fields["exam_types"].error_messages["invalid_choice"] % {"value": code})


@requires(Action.MAKE_REQUESTS)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponseBase:
    """Ask for training, equipment or consumables."""
    person = person_of(request)
    form = Asking(person, request.POST or None)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        made = requests.ask(
            int(clean["project"]),
            clean["kind"],
            clean["text"],
            person,
            timezone.now(),
            exam_types=clean["exam_types"],
            wanted_by=clean["wanted_by"],
        )
        messages.success(request, _("Asked. Whoever decides sees it at once."))
        return redirect("request", made.pk)
    return render(request, "request_new.html", {"form": form}, status=422 if request.method == "POST" else 200)


@requires(Action.SEE_REGISTERS)
@require_safe
def one(request: HttpRequest, request_id: int) -> HttpResponseBase:
    """Show a request with its history and what can be done now."""
    person = person_of(request)
    found = get_object_or_404(requests_for(person), pk=request_id)
    acts = possible_acts(found, person)
    context = {
        "asked": found,
        "acts": [(act.value, ACTS[act]) for act in acts if act is not Act.NOTE],
        "next": next((act.value for act in NEXT if act in acts), ""),
        "notes": Act.NOTE in acts,
        "longest": LONGEST_NOTE,
    }
    return render(request, "request.html", context)


@requires(Action.MAKE_REQUESTS, Action.DECIDE_REQUESTS)
@require_POST
def act(request: HttpRequest, request_id: int) -> HttpResponseBase:
    """Do one thing with a request; a note may go with it."""
    person = person_of(request)
    found = get_object_or_404(requests_for(person), pk=request_id)
    what = request.POST.get("what", "")
    if what not in {one.value for one in possible_acts(found, person)}:
        messages.error(request, _("Nothing was changed: that cannot be done with this request now."))
        return redirect("request", found.pk)
    try:
        requests.act(found.pk, what, person, timezone.now(), request.POST.get("note", ""))
    except ValueError:
        messages.error(request, _("Nothing was changed: write a note of at most 500 characters."))
        return redirect("request", found.pk)
    messages.success(request, _("Noted with your name."))
    return redirect("request", found.pk)
