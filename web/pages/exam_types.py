"""Which exam types does an organisation know, what does each ask, and how is one changed?"""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from pipeline.errors import Conflict
from storage.catalogue import exam_catalogue, scope
from storage.catalogue.models import Organisation, Person
from supervision.exam_types import ExamType, exam_types
from supervision.exam_types.problems import Invalid
from supervision.exam_types.sources import known_sources
from supervision.roles import Action
from web import exam_types as words
from web.exam_type_form import ExamTypeForm
from web.permissions import person_of, requires


@requires(Action.SEE_CATALOGUE)
@require_safe
def exam_types_page(request: HttpRequest) -> HttpResponseBase:
    """List the exam types of one of the person's organisations."""
    person = person_of(request)
    seen, chosen = _organisations(request, person)
    known = exam_catalogue.types_of(chosen.pk).values() if chosen else []
    context = {
        "organisations": seen,
        "chosen": chosen,
        "rows": [(one, words.version_said(one.version)) for one in known],
        "edits": chosen is not None and _edits(person, chosen),
    }
    return render(request, "exam_types.html", context)


@requires(Action.SEE_CATALOGUE)
@require_safe
def exam_type(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show what one exam type asks, where its numbers come from, and how it came to be so."""
    person, now = person_of(request), timezone.now()
    seen, chosen = _organisations(request, person)
    if chosen is None:
        raise Http404
    found = _found(chosen, code)
    shipped = exam_types().get(code)
    context = {
        "organisations": seen,
        "chosen": chosen,
        "one": found,
        "version": words.version_said(found.version),
        "sides": words.SIDES,
        "asked": words.asked_of(found),
        "history": words.history_of(chosen, code, now),
        "edits": _edits(person, chosen),
        "shipped": shipped,
        "is_shipped": shipped is not None and not any(words.differences(shipped, found)),
    }
    return render(request, "exam_type.html", context)


@requires(Action.EDIT_CATALOGUE)
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, code: str) -> HttpResponseBase:
    """Change an exam type: what is sent becomes its next version."""
    organisation = _edited(request)
    return _written(request, organisation, _newest(organisation, code))


@requires(Action.EDIT_CATALOGUE)
@require_http_methods(["GET", "HEAD", "POST"])
def create(request: HttpRequest) -> HttpResponseBase:
    """Add an exam type of the organisation's own."""
    return _written(request, _edited(request), None)


@requires(Action.EDIT_CATALOGUE)
@require_POST
def back_to_shipped(request: HttpRequest, code: str) -> HttpResponseBase:
    """Make what is shipped the next version."""
    organisation = _edited(request)
    if code not in exam_types():
        raise Http404
    exam_catalogue.back_to_shipped(
        organisation, code, person_of(request), _("Back to the shipped one."), timezone.now()
    )
    messages.success(request, _("The shipped exam type holds again, as a new version."))
    return _to(organisation, code)


def _written(request: HttpRequest, organisation: Organisation, before: ExamType | None) -> HttpResponseBase:
    form = ExamTypeForm(request, before)
    if request.method == "POST" and form.is_valid():
        code = _save(request, organisation, form)
        if code:
            messages.success(request, _("Saved as a new version; reviews keep the one they were made with."))
            return _to(organisation, code)
    context = {
        "form": form,
        "one": before,
        "chosen": organisation,
        "newest": exam_catalogue.newest_version(organisation, before.code) if before else 0,
        "sources": known_sources(),
    }
    return render(request, "exam_type_edit.html", context, status=422 if request.method == "POST" else 200)


def _save(request: HttpRequest, organisation: Organisation, form: ExamTypeForm) -> str:
    """Save what was written and return its code; "" where something was wrong, which then stands beside its field."""
    table, whole = form.table(), form.whole.cleaned_data
    based_on = request.POST.get("newest", "")
    try:
        row = exam_catalogue.save(
            organisation,
            table["code"],
            table,
            person_of(request),
            whole["note"],
            timezone.now(),
            valid_from=form.valid_from,
            based_on=int(based_on) if based_on.isdecimal() else 0,
            wording_only=whole["wording_only"],
        )
    except Invalid as error:
        form.show(error.problems)
        return ""
    except Conflict:
        if form.exam_type is None:
            form.whole.add_error("code", _("There is an exam type of this code already."))
        else:
            form.whole.add_error(
                None, _("Somebody saved another version meanwhile. Look at it, then write yours again.")
            )
        return ""
    return row.code


def _organisations(request: HttpRequest, person: Person) -> tuple[list[Organisation], Organisation | None]:
    """Return the organisations whose catalogue the person sees, and the one that is asked for, else the first."""
    projects = scope.projects_for(person, Action.SEE_CATALOGUE)
    whole = scope.organisations_for(person, Action.SEE_CATALOGUE)
    seen = (Organisation.objects.filter(projects__in=projects) | whole).distinct().order_by("name")
    wanted = request.GET.get("organisation", "")
    found = list(seen)
    return found, next((one for one in found if one.code == wanted), found[0] if found else None)


def _found(organisation: Organisation, code: str) -> ExamType:
    found = exam_catalogue.type_named(organisation.pk, code) or _planned(organisation, code)
    if found is None:
        raise Http404
    return found


def _planned(organisation: Organisation, code: str) -> ExamType | None:
    """Return a new exam type that is still to come into force."""
    newest = exam_catalogue.history(organisation, code).first()
    return exam_catalogue.read(newest) if newest else None


def _newest(organisation: Organisation, code: str) -> ExamType:
    """Return the newest version, in force or planned: what a change starts from."""
    return _planned(organisation, code) or _found(organisation, code)


def _edits(person: Person, organisation: Organisation) -> bool:
    return scope.organisations_for(person, Action.EDIT_CATALOGUE).filter(pk=organisation.pk).exists()


def _edited(request: HttpRequest) -> Organisation:
    """Return the organisation whose catalogue is changed; only those in all of which the person may."""
    allowed = scope.organisations_for(person_of(request), Action.EDIT_CATALOGUE).order_by("name")
    wanted = request.POST.get("organisation", "") or request.GET.get("organisation", "")
    found = allowed.filter(code=wanted).first() if wanted else allowed.first()
    if found is None:
        if wanted:
            raise Http404
        raise PermissionDenied
    return found


def _to(organisation: Organisation, code: str) -> HttpResponseBase:
    return redirect(f"{reverse('exam-type', args=[code])}?organisation={organisation.code}")
