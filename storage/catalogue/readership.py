"""Who else could read these exams today?"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from storage.catalogue.handovers import Passing, passing
from storage.catalogue.models import (
    ConflictOfInterest,
    Membership,
    Person,
    Review,
    ReviewerProfile,
    ReviewItem,
    Skip,
)
from supervision.priority import URGENT, Clock
from supervision.readings import JUDGES, Reading
from supervision.roles import Action, Role, roles_for
from supervision.skipping import COMES_BACK_AFTER, SkipReason


@dataclass(frozen=True)
class _Facts:
    """What is known of the people who read in these exams' projects; every set holds pairs of keys."""

    places: Mapping[Action, frozenset[tuple[int, int | None, int]]]
    profiles: Mapping[int, ReviewerProfile]
    read_today: Mapping[int, int]
    read: frozenset[tuple[int, int]]
    skipped: frozenset[tuple[int, int]]
    conflicts: frozenset[tuple[int, int | None, int | None]]
    passing: Mapping[int, Passing]


def readers_besides(person: Person, items: Sequence[ReviewItem], now: datetime) -> dict[int, int]:
    """Return for each item how many other people could be given it today; the same few queries for all."""
    facts = _facts(items, now)
    return {item.pk: len(_readers_of(item, facts, now) - {person.pk}) for item in items}


def read_today(people: Collection[int], now: datetime) -> dict[int, int]:
    """Return how many readings each of these people has sent since midnight (UTC)."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    rows = Review.objects.filter(reviewer__in=people, submitted_at__gte=midnight).order_by().values("reviewer")
    return {row["reviewer"]: row["number"] for row in rows.annotate(number=Count("pk"))}


def away(profile: ReviewerProfile, now: datetime) -> bool:
    """Tell whether a reviewer wants nothing new now."""
    return profile.paused_until is not None and profile.paused_until > now


def not_back(now: datetime) -> Q:
    """Return which skips still hold."""
    gone = Q(pk__in=[])
    for reason, after in COMES_BACK_AFTER.items():
        gone |= Q(reason=reason) if after is None else Q(reason=reason, at__gt=now - after)
    return gone


def comes_back(row: Skip) -> datetime | None:
    """Return when a skipped exam is offered to the same person again, None: never."""
    after = COMES_BACK_AFTER[SkipReason(row.reason)]
    return None if after is None else row.at + after


def soon(item: ReviewItem, now: datetime) -> bool:
    """Tell whether an exam is urgent or late: then no language is waited for."""
    return Clock(item.clock) in URGENT or item.due_at < now


def _readers_of(item: ReviewItem, facts: _Facts, now: datetime) -> set[int]:
    exam = item.exam
    organisation = exam.project.organisation_id
    action = Action.ARBITRATE if item.reading in JUDGES else Action.REVIEW
    here = {(organisation, None), (organisation, exam.project_id)}
    people = {person for owner, project, person in facts.places[action] if (owner, project) in here}
    passes = facts.passing.get(exam.project_id)
    return {
        person
        for person in people
        if person not in (exam.trainee_id, exam.worksheet_by_id)
        and (person, exam.pk) not in facts.read
        and (person, item.pk) not in facts.skipped
        and (passes is None or passes.leaves(person, Reading(item.reading)))
        and facts.conflicts.isdisjoint({(person, exam.trainee_id, None), (person, None, exam.project_id)})
        and _suits(facts.profiles.get(person), item, facts, now)
    }


def _suits(profile: ReviewerProfile | None, item: ReviewItem, facts: _Facts, now: datetime) -> bool:
    if profile is None:
        return True
    full = profile.most_a_day is not None and facts.read_today.get(profile.person_id, 0) >= profile.most_a_day
    if full or away(profile, now) or (profile.exam_types and item.exam.exam_type not in profile.exam_types):
        return False
    trainee = item.exam.trainee
    return not profile.languages or soon(item, now) or trainee is None or trainee.language in profile.languages


def _facts(items: Sequence[ReviewItem], now: datetime) -> _Facts:
    places = _places({item.exam.project.organisation_id for item in items})
    everybody = {person for held in places.values() for _, _, person in held}
    profiles = {row.person_id: row for row in ReviewerProfile.objects.filter(person__in=everybody)}
    limited = [pk for pk, row in profiles.items() if row.most_a_day is not None]
    read = Review.objects.filter(exam__in={item.exam_id for item in items}, reviewer__in=everybody)
    skips = Skip.objects.filter(not_back(now), item__in={item.pk for item in items})
    conflicts = ConflictOfInterest.objects.filter(reviewer__in=everybody)
    return _Facts(
        places=places,
        profiles=profiles,
        read_today=read_today(limited, now) if limited else {},
        read=frozenset(read.values_list("reviewer", "exam")),
        skipped=frozenset(skips.values_list("person", "item")),
        conflicts=frozenset(conflicts.values_list("reviewer", "trainee", "project")),
        passing=passing({item.exam.project_id for item in items}),
    )


def _places(owners: Collection[int]) -> dict[Action, frozenset[tuple[int, int | None, int]]]:
    """Return (organisation, project or None for all, person) of whoever reads or judges in these organisations."""
    roles = {action: roles_for(action) for action in (Action.REVIEW, Action.ARBITRATE)}
    wanted = [role.value for role in frozenset[Role]().union(*roles.values())]
    held = Membership.objects.filter(organisation__in=owners, role__in=wanted, person__is_active=True)
    rows = list(held.values_list("role", "organisation", "project", "person"))
    return {
        action: frozenset((owner, project, person) for role, owner, project, person in rows if role in those)
        for action, those in roles.items()
    }
