"""Which side is somebody of while a project passes to another organisation, and what does that leave them?

Asked by storage.catalogue.scope for every action, by the queue for every reading, and by every way in.
"""

from functools import cache

from django.db.models import Exists, OuterRef, Q, QuerySet

from pipeline.errors import Unavailable
from storage.catalogue.models import GoesAlong, Handover, ReviewItem
from supervision.handover import FROZEN, Side, Stage, denied_in, reads
from supervision.readings import Reading
from supervision.roles import Action


def left_to(person_id: int | None, action: Action) -> Q:
    """Return which projects a hand-over leaves somebody for this action: all that it does not deny to their side."""
    giving, receiving = _denied(Side.GIVING, action), _denied(Side.RECEIVING, action)
    left = Q()
    if giving:
        left &= ~Q(pk__in=_of_side(Side.GIVING, person_id).filter(stage__in=giving).values("project"))
    if receiving:
        left &= ~Q(pk__in=_of_side(Side.RECEIVING, person_id).filter(stage__in=receiving).values("project"))
    return left


def under_way(project: int) -> Handover | None:
    """Return the hand-over of a project, None where there is none or it was abandoned."""
    return Handover.objects.filter(project=project).exclude(stage=Stage.ABANDONED).first()


def stage_of(project: int) -> Stage | None:
    """Return how far the hand-over of a project is, None where there is none."""
    found = under_way(project)
    return None if found is None else Stage(found.stage)


def side_of(handover: Handover, person_id: int) -> Side:
    """Return to which side somebody belongs."""
    goes = GoesAlong.objects.filter(handover=handover, person=person_id).exists()
    return Side.RECEIVING if goes else Side.GIVING


def left_to_read(person_id: int) -> Q:
    """Return which items of the queue a hand-over leaves to somebody: in some stages each side gives its own readings.

    A limit of what is offered and of what may be taken by hand.
    """
    left = Q()
    for stage in Stage:
        for side in Side:
            not_theirs = sorted(frozenset(Reading) - reads(stage, side))
            if not_theirs:
                there = _of_side(side, person_id).filter(stage=stage).values("project")
                left &= ~Q(reading__in=not_theirs, exam__project__in=there)
    return left


def may_read(item: ReviewItem, person_id: int) -> bool:
    """Tell whether a hand-over leaves somebody this reading."""
    found = under_way(item.exam.project_id)
    return found is None or Reading(item.reading) in reads(Stage(found.stage), side_of(found, person_id))


def is_frozen(project: str) -> bool:
    """Tell whether nothing of a project may change here any more."""
    return Handover.objects.filter(project__code=project, stage__in=FROZEN).exists()


def refuse_when_frozen(project: str) -> None:
    """Unavailable (`handed_over`) for a project of which nothing is taken in here any more."""
    if is_frozen(project):
        raise Unavailable("handed_over")


def _of_side(side: Side, person_id: int | None) -> QuerySet[Handover]:
    goes = Exists(GoesAlong.objects.filter(handover=OuterRef("pk"), person=person_id))
    return Handover.objects.filter(goes if side is Side.RECEIVING else ~goes)


@cache
def _denied(side: Side, action: Action) -> frozenset[Stage]:
    return denied_in(side, action)
