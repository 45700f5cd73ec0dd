"""What is in doubt about this scan, and what does a person do with it: draw, release, refuse, ask?"""

import re

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pipeline.errors import Conflict
from pipeline.reasons import REASONS
from storage.catalogue import quarantine
from storage.catalogue.models import Person, Scan, SectorLayout
from storage.catalogue.quarantine import DRAWABLE
from storage.catalogue.scope import projects_for
from supervision.questions import QUESTIONS, REFUSALS
from supervision.roles import Action
from supervision.states import State
from web.held import evidence_of, hold_of
from web.history import told
from web.permissions import person_of, requires

CORNER = re.compile(r"(\d{1,6}(?:\.\d{1,3})?),(\d{1,6}(?:\.\d{1,3})?)")
LONGEST = 100_000


@requires(Action.SEE_QUARANTINE)
@require_safe
def held(request: HttpRequest, scan_id: int) -> HttpResponseBase:
    """Show why a scan is held back and what happened to it; to those who may release also the picture and the tools."""
    person = person_of(request)
    return _show(request, person, _scan(person, Action.SEE_QUARANTINE, scan_id))


@requires(Action.RELEASE_SCANS)
@require_POST
def release(request: HttpRequest, scan_id: int) -> HttpResponseBase:
    """Keep what was drawn and let the scan go on with it."""
    person, scan = _decidable(request, scan_id)
    try:
        quarantine.decide_sector(scan.pk, outlines_in(request.POST.get("outlines", "")), person, timezone.now())
    except ValueError:
        messages.error(
            request,
            _(
                "Nothing was released: an outline needs three corners or more inside the picture, must enclose "
                "something and must not cross itself."
            ),
        )
        return _show(request, person, scan, status=422)
    messages.success(
        request,
        _("Your outline is kept. The scan is cleaned with it within minutes, then every check runs again."),
    )
    return redirect("held", scan.pk)


@requires(Action.RELEASE_SCANS)
@require_POST
def accept_text(request: HttpRequest, scan_id: int) -> HttpResponseBase:
    """Note that the writing names nobody, if the person ticked that they read it."""
    person, scan = _decidable(request, scan_id)
    if request.POST.get("read") != "yes":
        messages.error(request, _("Nothing was changed: tick that you have read every framed place."))
        return _show(request, person, scan, status=422)
    quarantine.accept_text(scan.pk, person, timezone.now())
    messages.success(request, _("Noted with your name. The scan goes on within minutes; every other check runs again."))
    return redirect("held", scan.pk)


@requires(Action.RELEASE_SCANS)
@require_POST
def refuse(request: HttpRequest, scan_id: int) -> HttpResponseBase:
    """Refuse the scan with a reason that its sender reads."""
    person, scan = _decidable(request, scan_id)
    code = request.POST.get("code", "")
    if code not in REFUSALS:
        messages.error(request, _("Nothing was changed: choose a reason."))
        return _show(request, person, scan, status=422)
    quarantine.refuse(scan.pk, code, person, timezone.now())
    messages.success(
        request, _("The scan is refused; its sender reads the reason. The pictures shown here are removed.")
    )
    return redirect("held", scan.pk)


@requires(Action.RELEASE_SCANS)
@require_POST
def ask(request: HttpRequest, scan_id: int) -> HttpResponseBase:
    """Ask the sender one of the known questions; the scan stays held back."""
    person, scan = _decidable(request, scan_id)
    code = request.POST.get("code", "")
    if code not in QUESTIONS:
        messages.error(request, _("Nothing was changed: choose a question."))
        return _show(request, person, scan, status=422)
    quarantine.ask_sender(scan.pk, code, person, timezone.now())
    messages.success(request, _("The question is on its way; the answer will stand here. The scan stays held back."))
    return redirect("held", scan.pk)


def outlines_in(text: str) -> list[list[list[float]]]:
    """Return the corners of each line "x,y x,y …"; ValueError for anything else."""
    if len(text) > LONGEST:
        raise ValueError("too long")
    return [[_corner(word) for word in line.split()] for line in text.splitlines() if line.strip()]


def _corner(word: str) -> list[float]:
    found = CORNER.fullmatch(word)
    if found is None:
        raise ValueError("not a corner")
    return [float(found[1]), float(found[2])]


def _scans(person: Person, action: Action) -> QuerySet[Scan]:
    """Return scans in any state: what became of one that was held back is told too."""
    return Scan.objects.filter(project__in=projects_for(person, action)).select_related("project", "device", "trainee")


def _scan(person: Person, action: Action, scan_id: int) -> Scan:
    """Return a scan that is or was held back; 404 for others."""
    scan = get_object_or_404(_scans(person, action), pk=scan_id)
    was_held = scan.state == State.WITHHELD or scan.events.filter(what=State.WITHHELD.value).exists()
    return scan if was_held else get_object_or_404(Scan.objects.none())


def _decidable(request: HttpRequest, scan_id: int) -> tuple[Person, Scan]:
    """Return who decides on what; Conflict if the page shows an older state of the scan."""
    person = person_of(request)
    scan = _scan(person, Action.RELEASE_SCANS, scan_id)
    if scan.state != State.WITHHELD or request.POST.get("seen", "") != _seen(scan):
        raise Conflict("stale")
    return person, scan


def _seen(scan: Scan) -> str:
    return scan.processed_at.isoformat() if scan.processed_at else ""


def _show(request: HttpRequest, person: Person, scan: Scan, status: int = 200) -> HttpResponse:
    decides = _scans(person, Action.RELEASE_SCANS).filter(pk=scan.pk).exists()
    here = scan.state == State.WITHHELD
    layout = SectorLayout.objects.filter(from_scan=scan, retired_at=None, drawn_by__isnull=False).first()
    context = {
        "scan": scan,
        "hold": hold_of(scan) if here else None,
        "decides": decides,
        "drawable": here and decides and scan.reason in DRAWABLE,
        "evidence": evidence_of(scan, person) if here else None,
        "outlines": request.POST.get("outlines", "")[:LONGEST],
        "seen": _seen(scan),
        "questions": QUESTIONS.values(),
        "refusals": [(code, REASONS[code]) for code in REFUSALS],
        "asked": scan.questions.order_by("-asked_at").first(),
        "layout": layout if decides else None,
        "alike": quarantine.alike_to_layout(layout).count() if layout and decides else 0,
        "history": told(quarantine.history(scan)),
    }
    return render(request, "held.html", context, status=status)
