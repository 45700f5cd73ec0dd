"""Who is proposed for the next level, on which evidence, and what does a person decide?"""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from pipeline.errors import Conflict
from storage import signing
from storage.catalogue import certificates, competence, plans, sign_off
from storage.catalogue.models import Person, TraineePhase
from supervision.ladder import RUNG_WORDS, Rung
from supervision.roles import Action
from supervision.sign_off import LONGEST_REASON
from web.failures import said
from web.permissions import person_of, requires
from web.sign_off import Decided, Row, levels_of, pieces_of

ON_A_PAGE = 40
LAST = 10
NUMBER_LENGTH = 36
"""Of a certificate: a UUID with its dashes."""


@requires(Action.SEE_COMPETENCE)
@require_safe
def proposals(request: HttpRequest) -> HttpResponseBase:
    """List what waits for the person's signature, where everybody stands, and the last decisions."""
    person = person_of(request)
    seen = competence.proposals_for(person)
    codes = sorted(seen.order_by().values_list("exam_type", flat=True).distinct())
    chosen = request.GET.get("exam_type", "")
    shown = seen.filter(exam_type=chosen) if chosen in codes else seen
    page = Paginator(shown, ON_A_PAGE).get_page(request.GET.get("page"))
    decisions = sign_off.sign_offs_for(person)
    waiting = competence.waiting_for(person).select_related("trainee").order_by("last_exam_at", "pk")
    signing_here = sign_off.signs_for(person).order_by("name")
    context = {
        "waiting": [Row(one) for one in waiting[:ON_A_PAGE]],
        "page": page,
        "rows": [Row(one) for one in page],
        "codes": codes,
        "chosen": chosen,
        "decisions": [Decided(one) for one in decisions[:LAST]],
        "own": not competence.trainees_for(person).exclude(pk=person.pk).exists(),
        "keys": [(one.name, signing.keys_known(one.code)) for one in signing_here],
    }
    return render(request, "sign_offs.html", context)


@requires(Action.SEE_COMPETENCE)
@require_safe
def decisions(request: HttpRequest) -> HttpResponseBase:
    """List every decision with its certificate, newest first; or find a certificate by its number."""
    number = request.GET.get("number", "").strip()[:NUMBER_LENGTH]
    found = sign_off.sign_offs_for(person_of(request), number)
    page = Paginator(found, ON_A_PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "decisions": [Decided(one) for one in page], "number": number}
    return render(request, "sign_off_decisions.html", context)


@requires(Action.SEE_COMPETENCE)
@require_safe
def proposal(request: HttpRequest, person_id: int, code: str) -> HttpResponseBase:
    """Show the next step of one person in an exam type with every piece of evidence, the ladder, the decisions."""
    viewer = person_of(request)
    try:
        shown = sign_off.shown_to(viewer, person_id, code, timezone.now())
    except Person.DoesNotExist:
        raise Http404 from None
    standing, found = shown.standing, shown.step
    trainee = standing.trainee
    rows = TraineePhase.objects.filter(trainee=trainee, exam_type=code).select_related("set_by").order_by("since", "pk")
    context = {
        "trainee": trainee,
        "own": viewer.pk == trainee.pk,
        "code": code,
        "standing": standing,
        "here": RUNG_WORDS[standing.rung],
        "found": found,
        "pieces": pieces_of(found, viewer) if found else [],
        "met": sum(piece.met for piece in found.evidence.pieces) if found else 0,
        "to": RUNG_WORDS[found.evidence.to] if found else None,
        "obstacle": found.obstacle if found and shown.signs else "",
        "against": said(Conflict(found.obstacle)) if found and found.obstacle else "",
        "plan": plans.open_plan(standing.organisation, trainee, code),
        "signs": shown.signs,
        "levels": levels_of(rows, standing.rung),
        "lower": [(rung, RUNG_WORDS[rung]) for rung in reversed(Rung) if rung.height < standing.rung.height],
        "decisions": [Decided(one) for one in sign_off.decided_on(shown, viewer)],
        "longest": LONGEST_REASON,
    }
    return render(request, "sign_off.html", context)


@requires(Action.SIGN_OFF)
@require_POST
def decide(request: HttpRequest, person_id: int, code: str) -> HttpResponseBase:
    """Sign the step that was shown, or say why not."""
    person, now = person_of(request), timezone.now()
    to, seen, reason = _rung(request), request.POST.get("seen", ""), request.POST.get("reason", "")
    what = request.POST.get("what", "")
    try:
        if what == "sign":
            sign_off.sign(person_id, code, to, person, seen, now, reason=reason)
            messages.success(request, _("Signed with your name. The certificate stands below."))
        elif what == "refuse":
            sign_off.refuse(person_id, code, to, person, seen, now, reason=reason)
            messages.success(request, _("Noted with your name. The trainee reads your reason here."))
    except Conflict as error:
        messages.error(request, said(error))
    except ValueError:
        messages.error(request, _("Nothing was changed: say why, in at most 500 characters."))
    except Person.DoesNotExist:
        raise Http404 from None
    return redirect("sign-off", person_id, code)


@requires(Action.SIGN_OFF)
@require_POST
def lower(request: HttpRequest, person_id: int, code: str) -> HttpResponseBase:
    """Let somebody step down; what was signed for higher levels is withdrawn."""
    person, why = person_of(request), request.POST.get("reason", "")
    try:
        sign_off.lower(person_id, code, _rung(request), person, why, timezone.now())
        messages.success(request, _("Noted with your name. Certificates for higher levels are withdrawn."))
    except Conflict as error:
        messages.error(request, said(error))
    except ValueError:
        messages.error(request, _("Nothing was changed: say why, in at most 500 characters."))
    except Person.DoesNotExist:
        raise Http404 from None
    return redirect("sign-off", person_id, code)


@requires(Action.SEE_COMPETENCE)
@require_safe
def certificate_file(request: HttpRequest, sign_off_id: int, form: str) -> HttpResponseBase:
    """Give one file of a certificate: pages in a language, or the signed file; it is noted who took it."""
    person = person_of(request)
    row = get_object_or_404(sign_off.certified_for(person), pk=sign_off_id)
    if form not in certificates.TYPES:
        raise Http404
    response = HttpResponse(
        certificates.taken(row, form, person, timezone.now()), content_type=certificates.TYPES[form]
    )
    response["Content-Disposition"] = f'attachment; filename="{certificates.name_of(row, form)}"'
    return response


def _rung(request: HttpRequest) -> Rung:
    try:
        return Rung(request.POST.get("to", ""))
    except ValueError:
        raise Http404 from None
