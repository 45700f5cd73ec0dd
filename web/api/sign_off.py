"""Who is proposed for the next level, on which evidence, what did people decide, and what do certificates say?"""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from storage.catalogue import certificates, competence, sign_off
from storage.catalogue.models import Proposal, SignOff
from supervision.competence.evidence import Evidence
from supervision.ladder import Rung
from supervision.roles import Action
from supervision.sign_off import LONGEST_REASON, Decision
from web.api.access import PDF, operation
from web.api.failures import checked
from web.api.shapes import Code, Number, Page, Paged, Words, page_of, said
from web.permissions import person_of

router = Router()


class SignOffsAsked(Paged):
    """Which proposals are wanted; waiting: only those that the person could sign now."""

    exam_type: str = Field("", max_length=16)
    waiting: bool = False


class CertificatesAsked(Paged):
    """Which decisions are wanted; number: only certificates whose number begins so."""

    number: str = Field("", pattern=r"^[0-9A-Fa-f-]{0,36}$")


class SignOffProposal(Schema):
    """How far somebody is from the next level, as it was found last; missing: kinds of requirements, of `asked`."""

    person: int
    name: str
    organisation: str
    exam_type: str
    level: Rung
    next_level: Rung | None
    met: bool
    missing: list[str]
    asked: int
    exams: int
    last_exam: datetime | None


class SignOffEvidence(Schema):
    """One requirement, and what is there; exams: those on which it rests, by number, where it is some and not all."""

    kind: str
    met: bool
    asked: str
    found: str
    value: float | None
    needed: float
    source: str
    exams: list[int]


class SignOffStep(Schema):
    """The next level with every piece of evidence. seen: to be sent along with a decision.

    obstacle: the code of what stands against the person signing it, empty where they may.
    """

    level: Rung
    met: bool
    obstacle: str
    seen: str
    evidence: list[SignOffEvidence]


class SignOffDecision(Schema):
    """What somebody decided; certificate: its number, where there is one. withdrawn: it counts no longer since then."""

    number: int
    certificate: UUID | None
    person: int
    name: str
    organisation: str
    exam_type: str
    level: Rung
    decision: Decision
    by: str
    at: datetime
    reason: str
    withdrawn: datetime | None
    withdrawn_by: str | None
    withdrawn_why: str


class SignOffShown(Schema):
    """Where somebody stands in an exam type; step: None on the highest level."""

    person: int
    name: str
    organisation: str
    exam_type: str
    level: Rung
    standard: str
    standard_version: int
    step: SignOffStep | None
    decisions: list[SignOffDecision]


class SignOffAct(Schema):
    """What is decided on the step that was shown; a reason is needed where it is refused."""

    decision: Decision
    level: Rung
    seen: str = Field(max_length=64)
    reason: Words = Field("", max_length=LONGEST_REASON)


class StepDown(Schema):
    """To which level somebody goes down, and why."""

    level: Rung
    reason: Words = Field(min_length=1, max_length=LONGEST_REASON)


class Withdrawn(Schema):
    """How many certificates were withdrawn."""

    withdrawn: int


class LanguageAsked(Schema):
    """In which language the page is printed."""

    language: Literal["en", "fr"] = "en"


@operation(router, "GET", "/sign-off", Action.SEE_COMPETENCE, response=Page[SignOffProposal])
def proposals(request: HttpRequest, asked: Annotated[SignOffsAsked, Query()]) -> dict[str, object]:
    """List how far everybody is from the next level, what may be signed first; a trainee's own."""
    person = person_of(request)
    rows = competence.proposals_for(person)
    if asked.waiting:
        rows = rows.filter(pk__in=competence.waiting_for(person).values("pk"))
    if asked.exam_type:
        rows = rows.filter(exam_type=asked.exam_type)
    return page_of(rows, asked, lambda several: [_proposal(one) for one in several])


@operation(router, "GET", "/sign-off/{person}/{code}", Action.SEE_COMPETENCE, response=SignOffShown)
def proposal(request: HttpRequest, person: Number, code: Code) -> SignOffShown:
    """Show the next level of one person in an exam type with every piece of evidence, and what was decided."""
    viewer = person_of(request)
    shown = sign_off.shown_to(viewer, person, code, timezone.now())
    about = shown.standing
    return SignOffShown(
        person=about.trainee.pk,
        name=about.trainee.display_name,
        organisation=about.organisation.code,
        exam_type=about.code,
        level=about.rung,
        standard=about.standard.code,
        standard_version=about.standard.version,
        step=_step(shown.step) if shown.step else None,
        decisions=[_decision(one) for one in sign_off.decided_on(shown, viewer)],
    )


@operation(router, "POST", "/sign-off/{person}/{code}", Action.SIGN_OFF, response=SignOffDecision)
def decide(request: HttpRequest, person: Number, code: Code, body: SignOffAct) -> SignOffDecision:
    """Sign the step that was shown, or say why not."""
    act = sign_off.sign if body.decision is Decision.SIGNED else sign_off.refuse
    with checked("body.reason"):
        made = act(person, code, body.level, person_of(request), body.seen, timezone.now(), reason=body.reason)
    return _decision(made)


@operation(router, "POST", "/sign-off/{person}/{code}/lower", Action.SIGN_OFF, response=Withdrawn)
def lower(request: HttpRequest, person: Number, code: Code, body: StepDown) -> Withdrawn:
    """Let somebody step down; what was signed for higher levels is withdrawn."""
    with checked("body.reason"):
        count = sign_off.lower(person, code, body.level, person_of(request), body.reason, timezone.now())
    return Withdrawn(withdrawn=count)


@operation(router, "GET", "/certificates", Action.SEE_COMPETENCE, response=Page[SignOffDecision])
def decisions(request: HttpRequest, asked: Annotated[CertificatesAsked, Query()]) -> dict[str, object]:
    """List every decision, newest first; a trainee's own."""
    rows = sign_off.sign_offs_for(person_of(request), asked.number)
    return page_of(rows, asked, lambda several: [_decision(one) for one in several])


@operation(router, "GET", "/certificates/{number}", Action.SEE_COMPETENCE, response=dict[str, Any])
def certificate(request: HttpRequest, number: Number) -> HttpResponse:
    """Take the signed file of a certificate, byte for byte as it was signed."""
    return _file(request, number, "json")


@operation(router, "GET", "/certificates/{number}/pdf", Action.SEE_COMPETENCE, response=None, file=PDF)
def certificate_page(request: HttpRequest, number: Number, asked: Annotated[LanguageAsked, Query()]) -> HttpResponse:
    """Take a certificate as pages to print, with the signed file inside."""
    return _file(request, number, f"{asked.language}.pdf")


def _file(request: HttpRequest, number: int, form: str) -> HttpResponse:
    person = person_of(request)
    row = sign_off.certified_for(person).get(pk=number)
    content = certificates.taken(row, form, person, timezone.now())
    response = HttpResponse(content, content_type=certificates.TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{certificates.name_of(row, form)}"'
    return response


def _proposal(one: Proposal) -> SignOffProposal:
    return SignOffProposal(
        person=one.trainee_id,
        name=one.trainee.display_name,
        organisation=one.organisation.code,
        exam_type=one.exam_type,
        level=Rung(one.rung),
        next_level=Rung(one.next_rung) if one.next_rung else None,
        met=one.met,
        missing=list(one.missing),
        asked=one.asked,
        exams=one.exams,
        last_exam=one.last_exam_at,
    )


def _step(found: sign_off.Proposed) -> SignOffStep:
    return SignOffStep(
        level=found.evidence.to,
        met=found.evidence.met,
        obstacle=found.obstacle,
        seen=found.digest,
        evidence=[_piece(one) for one in found.evidence.pieces],
    )


def _piece(one: Evidence) -> SignOffEvidence:
    return SignOffEvidence(
        kind=one.kind,
        met=one.met,
        asked=said(one.title),
        found=said(one.found),
        value=one.value,
        needed=one.needed,
        source=said(one.source),
        exams=list(one.exams),
    )


def _decision(one: SignOff) -> SignOffDecision:
    return SignOffDecision(
        number=one.pk,
        certificate=one.number if one.decision == Decision.SIGNED else None,
        person=one.trainee_id,
        name=one.trainee.display_name,
        organisation=one.organisation.code,
        exam_type=one.exam_type,
        level=Rung(one.rung),
        decision=Decision(one.decision),
        by=one.decided_by.display_name,
        at=one.decided_at,
        reason=one.reason,
        withdrawn=one.withdrawn_at,
        withdrawn_by=one.withdrawn_by.display_name if one.withdrawn_by else None,
        withdrawn_why=one.withdrawn_why,
    )
