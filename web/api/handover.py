"""How does a hand-over stand, who goes along, and who takes its steps?"""

from datetime import datetime
from typing import Annotated, Any, Literal

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from storage.catalogue import handovers
from storage.catalogue.models import Handover, HandoverStep, Project
from storage.catalogue.scope import projects_for
from storage.handover import standing, steps
from storage.handover.standing import Standing
from supervision.handover import WORDS, HandoverStage, Side, Unmet
from supervision.roles import Action
from web.api.access import PDF, operation
from web.api.bundles import BundleReady, answered, project_for, ready_of
from web.api.shapes import Code, Key, Number, Page, Part, Words, page_of, said
from web.api.sign_off import LanguageAsked
from web.handover import file_of, page_of_step
from web.permissions import person_of

router = Router()


class HandoverProject(Schema):
    """A project, and how far its hand-over is; None where none is under way."""

    code: str
    name: str
    stage: HandoverStage | None
    receiver: str | None
    since: datetime | None


class HandoverNeed(Schema):
    """What the next step needs; text: what is missing, where it is."""

    code: Unmet
    met: bool
    text: str


class HandoverTaken(Schema):
    """A step that was taken; number: of its signed file."""

    number: int
    stage: HandoverStage
    at: datetime
    by: str


class HandoverAlong(Schema):
    """Somebody with a role in the project, and whether they go along."""

    person: int
    name: str
    roles: list[str]
    goes: bool


class HandoverShadow(Schema):
    """Exams that wait for either side, and those that both read: how many, and on how many they agreed."""

    first: int
    second: int
    both: int
    agreed: int


class HandoverOut(Schema):
    """How it stands with one project; may: what the person may do with it now."""

    code: str
    name: str
    stage: HandoverStage | None
    receiver: str | None
    side: Side | None
    steps: list[HandoverTaken]
    next: HandoverStage | None
    needs: list[HandoverNeed]
    people: list[HandoverAlong]
    shadow: HandoverShadow | None
    ready: BundleReady | None
    may: list[Action]


class HandoverBegin(Schema):
    """To whom a project passes: code and name of the organisation in whose installation it goes on."""

    receiver: Words = Field(max_length=40)
    receiver_name: Words = Field(max_length=120)


class HandoverMove(Schema):
    """The step to take."""

    to: Literal[
        HandoverStage.SHADOW,
        HandoverStage.SWITCHED,
        HandoverStage.READ_ONLY,
        HandoverStage.REVOKED,
        HandoverStage.ABANDONED,
    ]


class HandoverPeople(Schema):
    """Who goes along, by number; everybody else stays."""

    people: list[Key] = Field(max_length=2000)


@operation(router, "GET", "/handover", Action.SEE_HANDOVER, response=Page[HandoverProject])
def handed(request: HttpRequest, part: Part) -> dict[str, object]:
    """List the projects with how far each is on its way."""
    rows = projects_for(person_of(request), Action.SEE_HANDOVER).order_by("code")
    return page_of(rows, part, _listed)


@operation(router, "GET", "/handover/{code}", Action.SEE_HANDOVER, response=HandoverOut)
def one(request: HttpRequest, code: Code) -> HandoverOut:
    """Tell how it stands with a project: steps, what the next one needs, who goes along, and what can be taken."""
    return _told(request, project_for(request, code, Action.SEE_HANDOVER))


@operation(router, "POST", "/handover/{code}/begin", Action.HAND_OVER, response=HandoverOut)
def begin(request: HttpRequest, code: Code, body: HandoverBegin) -> HandoverOut:
    """Begin a hand-over with the dry run."""
    project = project_for(request, code, Action.HAND_OVER)
    with answered():
        steps.begin(project.code, body.receiver, body.receiver_name, person_of(request), timezone.now())
    return _told(request, project)


@operation(router, "POST", "/handover/{code}/step", Action.HAND_OVER, response=HandoverOut)
def step(request: HttpRequest, code: Code, body: HandoverMove) -> HandoverOut:
    """Take the next step, or abandon it; from the switch of owner on there is no way back.

    422 names what is missing, as `needs` of the hand-over does.
    """
    project = project_for(request, code, Action.HAND_OVER)
    with answered():
        steps.move(_under_way(project), body.to, person_of(request), timezone.now())
    return _told(request, project)


@operation(router, "PUT", "/handover/{code}/people", Action.HAND_OVER, response=HandoverOut)
def people(request: HttpRequest, code: Code, body: HandoverPeople) -> HandoverOut:
    """Say who goes along: the giving side until the switch, then the receiving side."""
    project = project_for(request, code, Action.HAND_OVER)
    with answered():
        steps.choose(_under_way(project), body.people, person_of(request), timezone.now())
    return _told(request, project)


@operation(router, "GET", "/handover/{code}/steps/{number}", Action.SEE_HANDOVER, response=dict[str, Any])
def signed(request: HttpRequest, code: Code, number: Number) -> HttpResponse:
    """Take the signed file of a step; that of the last one is the certificate of the hand-over."""
    return file_of(_step(request, code, number))


@operation(router, "GET", "/handover/{code}/steps/{number}/pdf", Action.SEE_HANDOVER, response=None, file=PDF)
def certificate(
    request: HttpRequest, code: Code, number: Number, asked: Annotated[LanguageAsked, Query()]
) -> HttpResponse:
    """Take the certificate of a hand-over as pages to print, with the signed file inside; 404 for earlier steps."""
    taken = _step(request, code, number)
    if taken.stage != HandoverStage.REVOKED:
        raise Http404
    return page_of_step(taken, asked.language)


def _under_way(project: Project) -> Handover:
    found = handovers.under_way(project.pk)
    if found is None:
        raise Http404
    return found


def _step(request: HttpRequest, code: str, number: int) -> HandoverStep:
    project = project_for(request, code, Action.SEE_HANDOVER)
    return HandoverStep.objects.select_related("handover__project").get(pk=number, handover__project=project)


def _told(request: HttpRequest, project: Project) -> HandoverOut:
    now = standing.standing(project, person_of(request), timezone.now())
    return HandoverOut(
        code=project.code,
        name=project.name,
        stage=now.stage,
        receiver=now.made.receiver_name if now.made else None,
        side=now.side,
        steps=[
            HandoverTaken(number=each.pk, stage=stage, at=each.at, by=each.by.display_name)
            for stage, each in now.path
            if each is not None
        ],
        next=now.to,
        needs=[HandoverNeed(code=why, met=met, text="" if met else said(WORDS[why])) for why, met in now.needs],
        people=[
            HandoverAlong(person=each.person.pk, name=each.person.display_name, roles=list(each.roles), goes=each.goes)
            for each in (standing.people(now.made) if now.made else ())
        ],
        shadow=_shadow(now),
        ready=ready_of(now.taking) if now.taking else None,
        may=sorted(now.may),
    )


def _shadow(now: Standing) -> HandoverShadow | None:
    if now.made is None or now.stage not in standing.SHADOWED:
        return None
    found = standing.shadow(now.made)
    return HandoverShadow(first=found.first, second=found.second, both=found.agreed.total, agreed=found.agreed.count)


def _listed(rows: list[Project]) -> list[HandoverProject]:
    made = {
        each.project_id: each
        for each in Handover.objects.filter(project__in=rows).exclude(stage=HandoverStage.ABANDONED)
    }
    return [
        HandoverProject(
            code=each.code,
            name=each.name,
            stage=HandoverStage(made[each.pk].stage) if each.pk in made else None,
            receiver=made[each.pk].receiver_name if each.pk in made else None,
            since=made[each.pk].stage_since if each.pk in made else None,
        )
        for each in rows
    ]
