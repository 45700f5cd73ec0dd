"""How does the hand-over of a project stand, and what may this person do now? For pages and API alike."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from storage.catalogue import handovers
from storage.catalogue.models import (
    GoesAlong,
    Handover,
    HandoverStep,
    Membership,
    Person,
    Project,
    ProjectBundle,
    Review,
    ReviewItem,
)
from storage.catalogue.scope import projects_for, projects_known_to
from storage.handover import steps, taking
from storage.handover.taking import Taking
from supervision import handover as rules
from supervision.certificate import Signed
from supervision.figures import Share
from supervision.handover import MAY_ABANDON, PATH, HandoverStage, Shown, Side, Unmet
from supervision.readings import Reading
from supervision.roles import Action

SHADOWED = (HandoverStage.SHADOW, HandoverStage.SWITCHED, HandoverStage.READ_ONLY)
"""The stages in which it is shown how the two sides read."""


@dataclass(frozen=True)
class Along:
    """Somebody who has a role in the project: which, and whether they go with it."""

    person: Person
    roles: tuple[str, ...]
    goes: bool


@dataclass(frozen=True)
class Shadow:
    """What the two sides have read so far.

    first, second: exams that wait for the receiving side to read, and for the giving side to read again. agreed: those
    of them read by both on which the two did not differ so far that an arbiter was asked.
    """

    first: int
    second: int
    agreed: Share


@dataclass(frozen=True)
class Standing:
    """A hand-over as it is now; `made` is None where none is under way.

    needs: what the next step takes, and whether it is there. may: what the person may do here.
    """

    project: Project
    made: Handover | None
    side: Side | None
    taken: Mapping[HandoverStage, HandoverStep]
    known: Shown
    may: frozenset[Action]
    may_choose: bool
    taking: Taking | None

    @property
    def stage(self) -> HandoverStage | None:
        """How far it is."""
        return None if self.made is None else HandoverStage(self.made.stage)

    @property
    def path(self) -> list[tuple[HandoverStage, HandoverStep | None]]:
        """All steps in order, each with the word of whoever took it."""
        return [(stage, self.taken.get(stage)) for stage in PATH]

    @property
    def to(self) -> HandoverStage | None:
        """The next step."""
        return None if self.stage is None else rules.next_of(self.stage)

    @property
    def needs(self) -> tuple[tuple[Unmet, bool], ...]:
        """What the next step needs, and whether it is there."""
        return () if self.to is None else rules.needs(self.to, self.known)

    @property
    def may_step(self) -> bool:
        """Tell whether the person may take the next step now."""
        return self.to is not None and Action.HAND_OVER in self.may and all(met for _, met in self.needs)

    @property
    def may_stop(self) -> bool:
        """Tell whether the person may abandon it."""
        return self.stage in MAY_ABANDON and Action.HAND_OVER in self.may


@dataclass(frozen=True)
class Passed:
    """A project of somebody's that passes on: how far it is, on which side they are, and whether they may see more."""

    project: Project
    stage: HandoverStage
    receiver: str
    since: datetime
    receiving: bool
    opens: bool

    @property
    def frozen(self) -> bool:
        """Tell whether nobody changes anything here any more."""
        return self.stage in rules.FROZEN

    @property
    def shadow(self) -> bool:
        """Tell whether both sides read."""
        return self.stage is HandoverStage.SHADOW


def told_to(person: Person) -> list[Passed]:
    """Return the projects of which somebody has to know that they pass on: they work or look there still."""
    known = projects_known_to(person).filter(handovers.left_to(person.pk, Action.SEE_SCANS))
    found = Handover.objects.filter(project__in=known, stage__in=PATH[1:]).select_related("project")
    made = list(found.order_by("project__name"))
    if not made:
        return []
    going = set(GoesAlong.objects.filter(handover__in=made, person=person).values_list("handover", flat=True))
    opens = set(projects_for(person, Action.SEE_HANDOVER).values_list("pk", flat=True))
    return [
        Passed(
            one.project,
            HandoverStage(one.stage),
            one.receiver_name,
            one.stage_since,
            receiving=one.pk in going,
            opens=one.project_id in opens,
        )
        for one in made
    ]


def standing(project: Project, person: Person, now: datetime) -> Standing:
    """Return how it stands with a project, of which the person may see that."""
    made = handovers.under_way(project.pk)
    here = Project.objects.filter(pk=project.pk)
    asked = (Action.HAND_OVER, Action.EXPORT_PROJECT)
    may = frozenset(action for action in asked if (projects_for(person, action) & here).exists())
    side = None if made is None else handovers.side_of(made, person.pk)
    return Standing(
        project=project,
        made=made,
        side=side,
        taken={} if made is None else {HandoverStage(one.stage): one for one in made.steps.select_related("by")},
        known=Shown() if made is None else steps.shown(made),
        may=may,
        may_choose=made is not None and Action.HAND_OVER in may and side is steps.chooses(made),
        taking=taking.of_project(project.code, now) if Action.EXPORT_PROJECT in may else None,
    )


def past(project: Project) -> "QuerySet[Handover]":
    """Return the hand-overs of a project that were abandoned, the newest first."""
    return Handover.objects.filter(project=project, stage=HandoverStage.ABANDONED).order_by("-stage_since")


def people(made: Handover) -> list[Along]:
    """Return who has a role in the project, and whether they go along."""
    project = made.project
    going = set(GoesAlong.objects.filter(handover=made).values_list("person", flat=True))
    held: dict[int, list[str]] = {}
    there = Membership.objects.filter(organisation=project.organisation_id)
    there = there.filter(project=project) | there.filter(project=None)
    for person, role in there.order_by("role").values_list("person", "role"):
        held.setdefault(person, []).append(role)
    return [
        Along(one, tuple(dict.fromkeys(held[one.pk])), one.pk in going) for one in steps.people_of(project).distinct()
    ]


def shadow(made: Handover) -> Shadow:
    """Return what the two sides have read so far."""
    waiting = ReviewItem.objects.filter(exam__project=made.project, done_at=None)
    both = steps.read_by_both(made)
    judged = Exists(ReviewItem.objects.filter(exam=OuterRef("pk"), reading=Reading.ARBITRATION))
    total = both.count()
    return Shadow(
        first=waiting.filter(reading=Reading.FIRST).count(),
        second=waiting.filter(reading=Reading.SECOND).count(),
        agreed=Share(total - both.filter(judged).count(), total),
    )


def compared(made: Handover, exams: QuerySet[Any], most: int) -> list[tuple[Review, Review]]:
    """Return the first and second readings of the last exams that both sides read, of those that may be seen."""
    both = exams.filter(pk__in=steps.read_by_both(made).values("pk")).order_by("-pk")[:most]
    found: dict[int, dict[str, Review]] = {}
    wanted = Review.objects.filter(exam__in=list(both), reading__in=(Reading.FIRST, Reading.SECOND))
    for review in wanted.select_related("exam", "reviewer").order_by("-exam", "submitted_at"):
        found.setdefault(review.exam_id, {})[review.reading] = review
    return [(one[Reading.FIRST], one[Reading.SECOND]) for one in found.values()]


def receipt_of(bundle: ProjectBundle) -> Signed | None:
    """Return what the receiver signed of a bundle, None where there is no receipt yet."""
    return None if bundle.receipt is None else steps.verified(bundle)
