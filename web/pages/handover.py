"""Where does the hand-over of a project stand, what does each step take, and who takes the next one?"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pipeline.errors import Misconfigured, Rejected
from storage.catalogue import handovers
from storage.catalogue.blinding import unblinded
from storage.catalogue.models import Handover, HandoverStep, Project, ProjectBundle
from storage.catalogue.scope import exams_for, projects_for
from storage.documents.files import LANGUAGES
from storage.handover import standing, steps
from storage.handover.steps import NotYet
from storage.keys import signing_of
from storage.signing import fingerprint_of
from supervision.certificate import LARGEST_FILE
from supervision.certificates.project_receipt import CHAIN
from supervision.handover import MEANS, NEEDED, STAGES, WORDS, HandoverStage
from supervision.roles import Action
from web.failures import said
from web.handover import counted, file_of, page_of_step
from web.pages.reports import NAMES
from web.permissions import person_of, requires

MOST_COMPARED, MOST_BUNDLES = 10, 40


def telling(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Say on the page of the hand-over why something was not done."""

    @wraps(view)
    def told(request: HttpRequest, code: str, *args: object, **kwargs: object) -> HttpResponseBase:
        try:
            return view(request, code, *args, **kwargs)
        except NotYet as error:
            for reason in error.unmet:
                messages.error(request, WORDS[reason].say(get_language() or "en"))
        except (Misconfigured, Rejected) as error:
            messages.error(request, said(error))
        return redirect("handover", code)

    return told


def project_for(request: HttpRequest, code: str, action: Action) -> Project:
    """Return a project of which the person may do this; 404 for any other."""
    return get_object_or_404(projects_for(person_of(request), action).select_related("organisation"), code=code)


@requires(Action.SEE_HANDOVER)
@require_safe
def projects(request: HttpRequest) -> HttpResponseBase:
    """List the projects with how far each is on its way, and its last bundle."""
    found = projects_for(person_of(request), Action.SEE_HANDOVER).select_related("organisation").order_by("name")
    made = {
        one.project_id: one for one in Handover.objects.filter(project__in=found).exclude(stage=HandoverStage.ABANDONED)
    }
    last = {one.project_id: one for one in ProjectBundle.objects.filter(project__in=found).order_by("made_at")}
    rows = [(one, made.get(one.pk), _stage(made.get(one.pk)), last.get(one.pk)) for one in found]
    return render(request, "handovers.html", {"rows": rows})


@requires(Action.SEE_HANDOVER)
@require_safe
def project(request: HttpRequest, code: str) -> HttpResponseBase:
    """Show how it stands with one project: the steps, what the next one needs, who goes along, the bundles."""
    person, found = person_of(request), project_for(request, code, Action.SEE_HANDOVER)
    now = standing.standing(found, person, timezone.now())
    made = now.made
    seen = unblinded(person, exams_for(person, Action.SEE_SCANS))
    shadowed = made is not None and made.stage in standing.SHADOWED
    made_here = ProjectBundle.objects.filter(project=found).select_related("made_by").order_by("-made_at")
    context = {
        "project": found,
        "standing": now,
        "path": [(one, STAGES[one], MEANS[one], step) for one, step in now.path],
        "to": None if now.to is None else (now.to, STAGES[now.to], MEANS[now.to]),
        "needs": [((NEEDED if met else WORDS)[why], met) for why, met in now.needs],
        "people": standing.people(made) if made else [],
        "shadow": standing.shadow(made) if made and shadowed else None,
        "compared": standing.compared(made, seen, MOST_COMPARED) if made and shadowed else [],
        "bundles": made_here[:MOST_BUNDLES],
        "past": standing.past(found),
        "owns": Action.HAND_OVER in now.may,
        "takes": Action.EXPORT_PROJECT in now.may,
        "key": _key(found) if Action.EXPORT_PROJECT in now.may else None,
        "languages": NAMES.items(),
    }
    response = render(request, "handover.html", context)
    if now.taking is not None and now.taking.state == "making":
        response["Refresh"] = "15"  # the browser looks again by itself, also without scripts
    return response


@requires(Action.HAND_OVER)
@require_POST
@telling
def begin(request: HttpRequest, code: str) -> HttpResponseBase:
    """Begin a hand-over with the dry run."""
    found, sent = project_for(request, code, Action.HAND_OVER), request.POST
    receiver, name = sent.get("receiver", "").strip(), sent.get("receiver_name", "").strip()
    steps.begin(found.code, receiver, name, person_of(request), timezone.now())
    messages.success(request, _("The dry run has begun. Nothing changes here; make a bundle and have it restored."))
    return redirect("handover", code)


@requires(Action.HAND_OVER)
@require_POST
@telling
def step(request: HttpRequest, code: str) -> HttpResponseBase:
    """Take the next step, or abandon it, once the code of the project was typed."""
    found, sent = project_for(request, code, Action.HAND_OVER), request.POST
    made = handovers.under_way(found.pk)
    if made is None or sent.get("to") not in set(HandoverStage):
        raise Http404
    to = HandoverStage(sent["to"])
    if sent.get("typed", "").strip() != found.code:
        messages.error(request, _("Nothing was changed: type the code of the project to confirm."))
        return redirect("handover", code)
    steps.move(made, to, person_of(request), timezone.now())
    if to is HandoverStage.ABANDONED:
        messages.success(request, _("The hand-over is abandoned. Everything is as it was before."))
    else:
        messages.success(request, _("The step is taken and signed: %(step)s.") % {"step": _said(to)})
    return redirect("handover", code)


@requires(Action.HAND_OVER)
@require_POST
@telling
def people(request: HttpRequest, code: str) -> HttpResponseBase:
    """Say who goes along."""
    found = project_for(request, code, Action.HAND_OVER)
    made = handovers.under_way(found.pk)
    if made is None:
        raise Http404
    chosen = {int(one) for one in request.POST.getlist("person") if one.isdecimal()}
    steps.choose(made, chosen, person_of(request), timezone.now())
    messages.success(request, _("Noted who goes along."))
    return redirect("handover", code)


@requires(Action.HAND_OVER)
@require_POST
@telling
def receipt(request: HttpRequest, code: str) -> HttpResponseBase:
    """Take the receipt that the restoring installation signed, and compare what it counted."""
    found, sent = project_for(request, code, Action.HAND_OVER), request.FILES.get("receipt")
    if sent is None:
        messages.error(request, _("Nothing was changed: choose the receipt, a JSON file."))
        return redirect("handover", code)
    told = steps.confirm(found.code, sent.read(LARGEST_FILE + 1), person_of(request), timezone.now())
    if told.differences:
        messages.error(request, _("The receipt is kept. It shows differences: have the bundle restored again."))
    else:
        messages.success(request, _("The receipt is kept. Every row, file and event was counted there as here."))
    return redirect("handover-bundle", code, told.pk)


@requires(Action.SEE_HANDOVER)
@require_safe
def bundle(request: HttpRequest, code: str, bundle_id: int) -> HttpResponseBase:
    """Show what a bundle holds, and what was counted of it where it was restored."""
    found = project_for(request, code, Action.SEE_HANDOVER)
    one = get_object_or_404(ProjectBundle.objects.select_related("made_by"), pk=bundle_id, project=found)
    receipt = standing.receipt_of(one)
    broken = CHAIN in one.differences
    context = {"project": found, "bundle": one, "receipt": receipt, "broken": broken, "rows": counted(one, receipt)}
    return render(request, "handover_bundle.html", context)


@requires(Action.SEE_HANDOVER)
@require_safe
def file(request: HttpRequest, code: str, step_id: int, form: str) -> HttpResponseBase:
    """Give the signed file of a step, or the certificate of the hand-over as pages."""
    found = project_for(request, code, Action.SEE_HANDOVER)
    taken = get_object_or_404(
        HandoverStep.objects.select_related("handover__project"), pk=step_id, handover__project=found
    )
    if form == "json":
        return file_of(taken)
    if form not in {f"{language}.pdf" for language in LANGUAGES} or taken.stage != HandoverStage.REVOKED:
        raise Http404
    return page_of_step(taken, form.partition(".")[0])


def _stage(made: Handover | None) -> Any:
    return None if made is None else STAGES[HandoverStage(made.stage)]


def _said(stage: HandoverStage) -> str:
    return STAGES[stage].say(get_language() or "en")


def _key(found: Project) -> str | None:
    key = signing_of(found.organisation.code)
    return None if key is None else fingerprint_of(key)
