"""Who works here, in which role, and who must no longer enter?"""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.errors import Conflict
from storage.catalogue.models import Membership, Person
from supervision.roles import Action, Role
from web import staff, staffing
from web.permissions import person_of, requires
from web.words import ROLES


class RoleForm(forms.Form):
    """A role and the place where it holds."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))
    place = forms.ChoiceField(label=gettext_lazy("Where"))

    def __init__(self, giver: Person, *args: object, **kwargs: object) -> None:
        """Offer what `giver` may give."""
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["role"].choices = [(role.value, ROLES[role]) for role in staff.roles_given_by(giver)]  # type: ignore[attr-defined]
        self.fields["place"].choices = staff.places_of(giver)  # type: ignore[attr-defined]


class NewPerson(RoleForm):
    """An account with its first role."""

    username = forms.RegexField(
        staffing.USERNAME,
        label=gettext_lazy("User name"),
        help_text=gettext_lazy("small letters, digits, . _ -"),
        error_messages={"invalid": gettext_lazy("Use small letters, digits, dots, dashes; at least two.")},
    )
    first_name = forms.CharField(label=gettext_lazy("First name"), max_length=150)
    last_name = forms.CharField(label=gettext_lazy("Last name"), max_length=150)
    language = forms.ChoiceField(label=gettext_lazy("Language"), choices=[("fr", "Français"), ("en", "English")])
    field_order = ("username", "first_name", "last_name", "language", "role", "place")

    def clean_username(self) -> str:
        """Refuse a name that is taken."""
        name = str(self.cleaned_data["username"])
        if staffing.is_taken(name):
            raise forms.ValidationError(_("This user name is taken."))
        return name


@requires(Action.MANAGE_PEOPLE)
@require_safe
def people(request: HttpRequest) -> HttpResponseBase:
    """List the people that the person manages, with their roles."""
    me = person_of(request)
    known = staff.known_to(me).prefetch_related("memberships__organisation", "memberships__project")
    return render(request, "people.html", {"people": known})


@requires(Action.MANAGE_PEOPLE)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponseBase:
    """Make an account with a first role; its password is shown once."""
    me = person_of(request)
    form = NewPerson(me, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        clean = form.cleaned_data
        names = {name: clean[name] for name in ("username", "first_name", "last_name", "language")}
        new, password = staffing.create(me, **names, role=Role(clean["role"]), where=clean["place"], now=timezone.now())
        return _show_password(request, new, password)
    return render(request, "person_new.html", {"form": form}, status=422 if request.method == "POST" else 200)


@requires(Action.MANAGE_PEOPLE)
@require_safe
def person(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Show one person's roles, and what can be changed."""
    me = person_of(request)
    other = get_object_or_404(staff.known_to(me), pk=person_id)
    context = {
        "other": other,
        "memberships": staff.manageable(other.memberships.select_related("organisation", "project"), me),
        "may_change": staff.may_change(me, other),
        "is_me": other.pk == me.pk,
        "form": RoleForm(me),
    }
    return render(request, "person.html", context)


@requires(Action.MANAGE_PEOPLE)
@require_POST
def new_password(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Give a person a new password, shown once; it ends their sessions."""
    try:
        other, password = staffing.new_password(person_of(request), person_id, timezone.now())
    except Person.DoesNotExist:
        raise Http404 from None
    return _show_password(request, other, password)


@requires(Action.MANAGE_PEOPLE)
@require_POST
def set_active(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Close or open an account; what the person did stays."""
    active = request.POST.get("active") == "yes"
    try:
        other = staffing.set_active(person_of(request), person_id, timezone.now(), active=active)
    except Person.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The account is open.") if other.is_active else _("The account is closed."))
    return redirect("person", other.pk)


@requires(Action.MANAGE_PEOPLE)
@require_POST
def add_role(request: HttpRequest, person_id: int) -> HttpResponseBase:
    """Give a person one more role."""
    me = person_of(request)
    other = get_object_or_404(staff.known_to(me).exclude(pk=me.pk), pk=person_id)
    form = RoleForm(me, data=request.POST)
    if form.is_valid():
        clean = form.cleaned_data
        staffing.give_role(me, other.pk, Role(clean["role"]), clean["place"], timezone.now())
        messages.success(request, _("The role is given."))
    else:
        messages.error(request, _("Choose a role and where it holds; nothing was changed."))
    return redirect("person", other.pk)


@requires(Action.MANAGE_PEOPLE)
@require_POST
def remove_role(request: HttpRequest, person_id: int, membership_id: int) -> HttpResponseBase:
    """Take a role away; the account stays known here as long as one is left."""
    try:
        staffing.take_role(person_of(request), person_id, membership_id, timezone.now())
    except Membership.DoesNotExist:
        raise Http404 from None
    except Conflict:
        messages.error(request, _("This is the last role. Close the account instead, so that it stays in this list."))
    else:
        messages.success(request, _("The role is taken away."))
    return redirect("person", person_id)


def _show_password(request: HttpRequest, other: Person, password: str) -> HttpResponseBase:
    return render(request, "person_password.html", {"other": other, "password": password})
