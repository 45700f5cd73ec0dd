"""With which keys do programs act for me, what may they do, and until when?"""

from datetime import UTC, datetime, time, timedelta

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_http_methods, require_POST

from storage.catalogue import tokens as catalogue
from storage.catalogue.models import Person, Project
from supervision.action_words import ACTIONS
from supervision.roles import Action
from web.permissions import person_of, signed_in

USUAL = timedelta(days=90)


class Place(forms.ModelChoiceField):  # type: ignore[type-arg]  # generic for the type checker only
    """A project, by its name."""

    def label_from_instance(self, obj: Project) -> str:
        """Return its name."""
        return obj.name


class TokenForm(forms.Form):
    """A new token: what for, what it may do, where, and its last day."""

    name = forms.CharField(
        label=gettext_lazy("What is it for?"),
        max_length=catalogue.LONGEST_NAME,
        help_text=gettext_lazy("such as: nightly export of our hospital"),
    )
    actions = forms.MultipleChoiceField(
        label=gettext_lazy("What may it do?"),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": gettext_lazy("Choose at least one.")},
    )
    project = Place(
        queryset=Project.objects.none(),
        required=False,
        label=gettext_lazy("Where?"),
        empty_label=gettext_lazy("Wherever I may"),
    )
    until = forms.DateField(label=gettext_lazy("Last day"), widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, person: Person, now: datetime, *args: object, **kwargs: object) -> None:
        """Offer what the person may do themselves."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.person, self.now = person, now
        own = catalogue.grantable(person)
        self.fields["actions"].choices = [(one.value, _said(one)) for one in Action if one in own]  # type: ignore[attr-defined]
        self.fields["project"].queryset = catalogue.projects_of(person)  # type: ignore[attr-defined]
        self.fields["until"].initial = (now + USUAL).date()

    def clean_until(self) -> datetime:
        """Return the end of that day (UTC); within a year."""
        end = datetime.combine(self.cleaned_data["until"], time.max, UTC)
        if not self.now < end <= self.now + catalogue.LONGEST:
            raise forms.ValidationError(_("Choose a day from today on, within a year."))
        return end

    def clean(self) -> dict[str, object]:
        """Refuse what the person may not do in the project."""
        clean = super().clean() or {}
        wanted = {Action(code) for code in clean.get("actions", ())}
        if clean.get("project") and not wanted <= catalogue.grantable(self.person, clean["project"]):
            self.add_error("actions", _("In this project you may not do all of this yourself."))
        return clean


@signed_in
@sensitive_variables("secret")
@require_http_methods(["GET", "HEAD", "POST"])
def tokens(request: HttpRequest) -> HttpResponseBase:
    """List the person's tokens and make one; its secret is shown once."""
    person, now = person_of(request), timezone.now()
    form = TokenForm(person, now, data=request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        wanted = [Action(code) for code in clean["actions"]]
        token, secret = catalogue.make(person, clean["name"], wanted, clean["project"], clean["until"], now)
        return render(request, "token_made.html", {"token": token, "secret": secret})
    known = [
        (token, [_said(Action(code)) for code in token.actions if code in set(Action)])
        for token in catalogue.tokens_of(person)
    ]
    context = {"form": form, "known": known, "now": now}
    return render(request, "tokens.html", context, status=422 if form.errors else 200)


@signed_in
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponseBase:
    """End one of the person's tokens."""
    person = person_of(request)
    token = get_object_or_404(catalogue.tokens_of(person), pk=token_id)
    catalogue.revoke(token.pk, person, timezone.now())
    messages.success(request, _("The token opens nothing any more."))
    return redirect("tokens")


def _said(action: Action) -> str:
    return ACTIONS[action].say(get_language() or "en")
