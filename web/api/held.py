"""Which scans are held back or asked about, and what is decided about them?

The pictures of what is in doubt are not de-identified: they are shown by the page alone, to who may release.
"""

from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone
from ninja import Router, Schema
from pydantic import Field

from pipeline.errors import Conflict
from storage.catalogue import quarantine
from storage.catalogue.models import Person, Question, Scan
from storage.catalogue.scope import scans_for
from supervision.questions import QUESTIONS
from supervision.roles import Action
from web.api.access import operation
from web.api.failures import checked
from web.api.shapes import Done, Moment, Number, Page, Part, page_of, said
from web.held import HOLDS, OTHER
from web.permissions import person_of

router = Router()


class Held(Schema):
    """One scan that is held back; `since` is sent back with a decision, so that nobody decides on an older state."""

    scan: int
    name: str
    project: str
    exam_type: str
    reason: str
    why: str
    since: datetime | None
    rows: int | None
    columns: int | None
    kind: str


class Decided(Schema):
    """The state of the scan that was decided on."""

    since: Moment


class Drawn(Decided):
    """The sectors, corner by corner [x, y] in pixels of the scan."""

    polygons: list[list[tuple[float, float]]] = Field(min_length=1, max_length=20)


class Coded(Decided):
    """A decision with a code: a reason of refusal, or a question to the sender."""

    code: str


class Answered(Schema):
    """The code of an answer that the question offers."""

    answer: str


class OpenQuestion(Schema):
    """A question about a scan, and the answers that it offers, by their codes."""

    scan: int
    name: str
    code: str
    text: str
    answers: dict[str, str]
    asked: datetime


@operation(router, "GET", "/held-back", Action.SEE_QUARANTINE, response=Page[Held])
def held_back(request: HttpRequest, part: Part) -> dict[str, object]:
    """List what is held back, oldest first, with its reason; no picture."""
    rows = scans_for(person_of(request), Action.SEE_QUARANTINE).select_related("project")
    return page_of(rows.order_by("processed_at", "pk"), part, lambda several: [_held(one) for one in several])


@operation(router, "POST", "/held-back/{scan}/sector", Action.RELEASE_SCANS, response=Done)
def draw(request: HttpRequest, scan: Number, body: Drawn) -> Done:
    """Say where the ultrasound picture lies; the scan is processed anew with it."""
    person = person_of(request)
    with checked("body.polygons"):
        quarantine.decide_sector(_decidable(scan, person, body), body.polygons, person, timezone.now())
    return Done()


@operation(router, "POST", "/held-back/{scan}/text", Action.RELEASE_SCANS, response=Done)
def accept_text(request: HttpRequest, scan: Number, body: Decided) -> Done:
    """Say that the writing in the picture names nobody."""
    person = person_of(request)
    quarantine.accept_text(_decidable(scan, person, body), person, timezone.now())
    return Done()


@operation(router, "POST", "/held-back/{scan}/refuse", Action.RELEASE_SCANS, response=Done)
def refuse(request: HttpRequest, scan: Number, body: Coded) -> Done:
    """Refuse the scan with a reason that its sender reads."""
    person = person_of(request)
    with checked("body.code"):
        quarantine.refuse(_decidable(scan, person, body), body.code, person, timezone.now())
    return Done()


@operation(router, "POST", "/held-back/{scan}/ask", Action.RELEASE_SCANS, response=Done)
def ask(request: HttpRequest, scan: Number, body: Coded) -> Done:
    """Ask the sender one of the known questions."""
    person = person_of(request)
    with checked("body.code"):
        quarantine.ask_sender(_decidable(scan, person, body), body.code, person, timezone.now())
    return Done()


@operation(router, "GET", "/questions", Action.ANSWER_QUESTIONS, response=Page[OpenQuestion])
def questions(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the questions about scans that wait for an answer of the person."""
    rows = quarantine.open_questions(person_of(request))
    return page_of(rows, part, lambda several: [_asked(one) for one in several])


@operation(router, "POST", "/questions/{scan}", Action.ANSWER_QUESTIONS, response=Done)
def answer(request: HttpRequest, scan: Number, body: Answered) -> Done:
    """Answer the question about a scan."""
    with checked("body.answer"):
        quarantine.answer(scan, body.answer, person_of(request), timezone.now())
    return Done()


def _decidable(number: int, person: Person, seen: Decided) -> int:
    scan = scans_for(person, Action.RELEASE_SCANS).get(pk=number)
    if scan.processed_at != seen.since:
        raise Conflict("stale")
    return scan.pk


def _held(scan: Scan) -> Held:
    return Held(
        scan=scan.pk,
        name=scan.short_id,
        project=scan.project.code,
        exam_type=scan.exam_type,
        reason=scan.reason,
        why=str(HOLDS.get(scan.reason, OTHER).short),
        since=scan.processed_at,
        rows=scan.rows,
        columns=scan.columns,
        kind=scan.kind,
    )


def _asked(question: Question) -> OpenQuestion:
    known = QUESTIONS[question.code]
    return OpenQuestion(
        scan=question.scan_id,
        name=question.scan.short_id,
        code=question.code,
        text=said(known.text),
        answers={code: said(text) for code, text in known.answers.items()},
        asked=question.asked_at,
    )
