"""Which side is somebody of while a project passes to another organisation, and what does that leave them?

Asked by storage.catalogue.scope for every action, by the queue for every reading, and by every way in.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from pipeline.errors import Misconfigured, Unavailable
from storage.catalogue.models import GoesAlong, Handover, Project, ReviewItem
from supervision.handover import FROZEN, HandoverStage, Side, allowed_in, may, reads
from supervision.readings import JUDGES, Reading
from supervision.roles import Action

OPEN = frozenset(HandoverStage) - FROZEN


@dataclass(frozen=True)
class Passing:
    """A project that passes on: how far it is, and who goes with it."""

    stage: HandoverStage
    going: frozenset[int]

    def leaves(self, person_id: int, reading: Reading) -> bool:
        """Tell whether it leaves somebody this reading: in some stages each side gives its own."""
        side = Side.RECEIVING if person_id in self.going else Side.GIVING
        action = Action.ARBITRATE if reading in JUDGES else Action.REVIEW
        return may(self.stage, side, action) and reading in reads(self.stage, side)


def passing(projects: Collection[int]) -> Mapping[int, Passing]:
    """Return those of the projects that pass on."""
    rows = (
        Handover.objects.filter(project__in=projects).exclude(stage=HandoverStage.ABANDONED).prefetch_related("going")
    )
    return {
        row.project_id: Passing(HandoverStage(row.stage), frozenset(one.person_id for one in row.going.all()))
        for row in rows
    }


def left_to(person_id: int | None, action: Action) -> Q:
    """Return which projects a hand-over leaves somebody for this action; a stage that is not known leaves nothing."""
    leaves = Q(_goes(person_id), stage__in=allowed_in(Side.RECEIVING, action))
    leaves |= Q(~_goes(person_id), stage__in=allowed_in(Side.GIVING, action))
    return ~Q(pk__in=Handover.objects.exclude(leaves).values("project"))


def under_way(project: int) -> Handover | None:
    """Return the hand-over of a project, None where there is none or it was abandoned."""
    return Handover.objects.filter(project=project).exclude(stage=HandoverStage.ABANDONED).first()


def stage_of(project: int) -> HandoverStage | None:
    """Return how far the hand-over of a project is, None where there is none."""
    found = under_way(project)
    return None if found is None else HandoverStage(found.stage)


def side_of(handover: Handover, person_id: int) -> Side:
    """Return to which side somebody belongs."""
    goes = GoesAlong.objects.filter(handover=handover, person=person_id).exists()
    return Side.RECEIVING if goes else Side.GIVING


def left_to_read(person_id: int, projects: Collection[int]) -> Q:
    """Return which items of the queue of these projects are left to somebody to read."""
    left = Q()
    for project, one in passing(projects).items():
        not_theirs = [reading for reading in Reading if not one.leaves(person_id, reading)]
        left &= ~Q(exam__project=project, reading__in=not_theirs)
    return left


def may_read(item: ReviewItem, person_id: int) -> bool:
    """Tell whether a hand-over leaves somebody this reading."""
    project = item.exam.project_id
    found = passing((project,)).get(project)
    return found is None or found.leaves(person_id, Reading(item.reading))


def is_frozen(project: str) -> bool:
    """Tell whether nothing of a project may change here any more."""
    return Handover.objects.filter(project__code=project).exclude(stage__in=OPEN).exists()


def at_work() -> Q:
    """Return in which projects a program may change anything: none that is read only here, or gone from here."""
    return ~Q(pk__in=Handover.objects.exclude(stage__in=OPEN).values("project"))


def with_us() -> Q:
    """Return which projects a program may count: none of which our access was revoked."""
    return ~Q(pk__in=Handover.objects.exclude(stage__in=OPEN | {HandoverStage.READ_ONLY}).values("project"))


def still_with_us(project: str) -> Project:
    """Return a project; Misconfigured (`given_away`) where our access to it was revoked."""
    found = Project.objects.get(code=project)
    if not Project.objects.filter(with_us(), pk=found.pk).exists():
        raise Misconfigured("given_away", project=project)
    return found


def given_away() -> Q:
    """Return the projects of which our access was revoked: what lies here of them is only a copy."""
    return Q(pk__in=Handover.objects.filter(stage=HandoverStage.REVOKED).values("project"))


def refuse_when_frozen(project: str) -> None:
    """Unavailable (`handed_over`) for a project of which nothing is taken in here any more."""
    if is_frozen(project):
        raise Unavailable("handed_over")


def hold_open(project: Project) -> None:
    """Let no step be taken before the transaction ends; Unavailable (`handed_over`) where nothing is taken in."""
    if not held_open((project.pk,)):
        raise Unavailable("handed_over")


def held_open(projects: Collection[int]) -> frozenset[int]:
    """Let no step be taken with these projects before the transaction ends; return those that may still change."""
    list(Handover.objects.select_for_update().filter(project__in=projects).order_by("pk"))
    return frozenset(Project.objects.filter(at_work(), pk__in=projects).values_list("pk", flat=True))


def _goes(person_id: int | None) -> Exists:
    return Exists(GoesAlong.objects.filter(handover=OuterRef("pk"), person=person_id))
