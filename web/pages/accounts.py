"""How does a person sign in and out, choose a language and how often to get mail, change a password?"""

from django import forms
from django.conf import settings as django_settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from storage.catalogue import tokens
from storage.catalogue.models import Event, Person
from storage.catalogue.transaction import one_transaction
from storage.settings import settings
from supervision.feedback import Digest
from web.language import known_language, remember
from web.permissions import person_of, public, signed_in

COOKIE = django_settings.LANGUAGE_COOKIE_NAME
DIGESTS = {
    Digest.WEEKLY: gettext_lazy("every Monday"),
    Digest.DAILY: gettext_lazy("every day"),
    Digest.OFF: gettext_lazy("never"),
}


@public
@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def log_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for name and password."""
    if request.user.is_authenticated:
        return redirect("home")
    form = AuthenticationForm(request, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        person = form.get_user()
        login(request, person)
        return _welcome(request, person)
    context = {"form": form, "next": _next(request), "accounts": _demo_accounts()}
    return render(request, "login.html", context, status=200 if request.method != "POST" else 422)


@public
@require_POST
def demo_log_in(request: HttpRequest) -> HttpResponseBase:
    """Sign in as a simulated person, without a password; 404 unless this installation is a demonstration."""
    person = get_object_or_404(_demo_accounts(), pk=request.POST.get("person") or 0)
    login(request, person, backend="web.sign_in.OwnPeople")
    return _welcome(request, person)


@signed_in
@require_POST
def log_out(request: HttpRequest) -> HttpResponseBase:
    """End the session."""
    logout(request)
    response = redirect("login")
    response.delete_cookie(COOKIE, samesite="Lax")
    response["Clear-Site-Data"] = '"storage"'  # drafts of readings do not stay on a shared computer
    return response


@public
@require_POST
def set_language(request: HttpRequest) -> HttpResponseBase:
    """Change the language: of the person who is signed in, else of this browser until somebody signs in."""
    response = redirect(_next(request) or "home")
    language = request.POST.get("language")
    if isinstance(request.user, Person):
        remember(request.user, language)
    elif known_language(language):
        response.set_cookie(
            COOKIE, str(language), httponly=True, samesite="Lax", secure=django_settings.SESSION_COOKIE_SECURE
        )
    return response


class MailForm(forms.Form):
    """Where a person's mail goes, and how often they want to be told what is new."""

    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        max_length=254,
        help_text=gettext_lazy("Without an address nothing is sent. The mails name no patient and no trainee."),
    )
    digest = forms.ChoiceField(label=gettext_lazy("Mail about what is new"), choices=list(DIGESTS.items()))


@signed_in
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def account(request: HttpRequest) -> HttpResponseBase:
    """Show who is signed in with which roles, and change the password."""
    person = person_of(request)
    form = PasswordChangeForm(person, data=request.POST or None)
    if request.method == "POST" and form.is_valid():
        now = timezone.now()
        with one_transaction():
            update_session_auth_hash(request, form.save())
            ended = tokens.revoke_all(person, person, now)
            Event.objects.create(at=now, what="password_changed", person=person)
        messages.success(request, _("Your password is changed."))
        if ended:
            text = ngettext("Your %(count)s token has ended.", "Your %(count)s tokens have ended.", ended)
            messages.success(request, text % {"count": ended})
        return redirect("account")
    return _account(request, person, password=form)


@signed_in
@require_POST
def mail(request: HttpRequest) -> HttpResponseBase:
    """Keep where and how often a person wants mail."""
    person = person_of(request)
    form = MailForm(request.POST, auto_id="mail-%s")
    if not form.is_valid():
        return _account(request, person, mail=form)
    person.email, person.digest = form.cleaned_data["email"], form.cleaned_data["digest"]
    with one_transaction():
        person.save(update_fields=["email", "digest"])
        Event.objects.create(at=timezone.now(), what="mail_changed", person=person)
    messages.success(request, _("Kept."))
    return redirect("account")


def _account(
    request: HttpRequest, person: Person, *, password: PasswordChangeForm | None = None, mail: MailForm | None = None
) -> HttpResponseBase:
    form = password or PasswordChangeForm(person)
    form.fields["old_password"].widget.attrs.pop("autofocus", None)  # it is not what the page begins with
    context = {
        "form": form,
        "mail": mail or MailForm(initial={"email": person.email, "digest": person.digest}, auto_id="mail-%s"),
        "memberships": person.memberships.select_related("organisation", "project"),
    }
    return render(request, "account.html", context, status=422 if request.method == "POST" else 200)


def _welcome(request: HttpRequest, person: Person) -> HttpResponseBase:
    """Go where the person wanted to go; the language chosen on the sign-in page becomes theirs."""
    remember(person, request.COOKIES.get(COOKIE))
    response = redirect(_next(request) or "home")
    response.delete_cookie(COOKIE, samesite="Lax")
    return response


def _next(request: HttpRequest) -> str:
    """Return the page that was asked for, if it is one of ours."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if safe else ""


def _demo_accounts() -> QuerySet[Person]:
    """Return the accounts that a demonstration offers; none anywhere else."""
    if not settings().demo:
        return Person.objects.none()
    simulated = Person.objects.filter(simulated=True, is_active=True, is_staff=False, is_superuser=False)
    return simulated.order_by("pk").prefetch_related("memberships")
