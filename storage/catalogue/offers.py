"""What waits that this reviewer may be given?

Hard limits are part of the query: scope, authorship, earlier readings, conflicts of interest, skips, exam types. What
merely suits better is weighed by supervision.matching among the first of these.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from storage.catalogue import reviewers, scope
from storage.catalogue.models import Membership, Person, Project, Review, ReviewerProfile, ReviewItem, Skip
from supervision import matching
from supervision.matching import Candidate
from supervision.priority import URGENT, Clock, priority_at
from supervision.readings import JUDGES
from supervision.roles import Action, roles_for
from supervision.skipping import COMES_BACK_AFTER
from supervision.states import OPEN_STAGES

WEIGHED = 20
"""Among how many of the most urgent the best match is sought."""

URGENT_CODES = [clock.value for clock in URGENT]


def open_items() -> QuerySet[ReviewItem]:
    """Return all readings that are asked for, most urgent first."""
    waiting = ReviewItem.objects.filter(done_at=None, exam__stage__in=OPEN_STAGES)
    return waiting.select_related("exam__project", "exam__trainee").order_by("-priority", "queued_at", "pk")


@dataclass(frozen=True)
class Reader:
    """A reviewer at one moment, with all that decides what they may be given; each fact is read once."""

    person: Person
    now: datetime = field(default_factory=timezone.now)

    @cached_property
    def profile(self) -> ReviewerProfile:
        """What suits them."""
        return reviewers.profile_of(self.person)

    @cached_property
    def projects(self) -> frozenset[int]:
        """Where they review."""
        return _keys(self.person, Action.REVIEW)

    @cached_property
    def judges_in(self) -> frozenset[int]:
        """Where they arbitrate."""
        return _keys(self.person, Action.ARBITRATE)

    @cached_property
    def avoids(self) -> tuple[frozenset[int], frozenset[int]]:
        """The trainees and the projects with which they have a conflict of interest."""
        rows = list(self.person.conflicts.values_list("trainee", "project"))
        return frozenset(pk for pk, _ in rows if pk), frozenset(pk for _, pk in rows if pk)

    @cached_property
    def away(self) -> bool:
        """Whether they want nothing new now."""
        return self.profile.paused_until is not None and self.profile.paused_until > self.now

    @cached_property
    def full(self) -> bool:
        """Whether they have read as many as they want today (UTC)."""
        most = self.profile.most_a_day
        return most is not None and _read_today([self.person.pk], self.now).get(self.person.pk, 0) >= most

    @cached_property
    def calibrated(self) -> bool:
        """Whether their readings agree with the final ones."""
        return matching.calibrated(self.profile.pairs, self.profile.severity)

    def speaks(self, language: str) -> bool:
        """Tell whether they advise in this language."""
        return not self.profile.languages or language in self.profile.languages

    def allowed(self) -> QuerySet[ReviewItem]:
        """Return what they may be given at all, whoever holds it and whatever suits them."""
        trainees, projects = self.avoids
        readable = Q(exam__project__in=self.projects - projects)
        if self.judges_in != self.projects:
            readable &= ~Q(reading__in=JUDGES) | Q(exam__project__in=self.judges_in - projects)
        read = Review.objects.filter(exam=OuterRef("exam"), reviewer=self.person).exclude(item=OuterRef("pk"))
        items = open_items().filter(readable, ~Exists(read)).exclude(exam__trainee=self.person)
        return items.exclude(exam__trainee__in=trainees) if trainees else items

    def offered(self) -> QuerySet[ReviewItem]:
        """Return what they are offered: allowed, free, not skipped, of their exam types and languages.

        The language counts only while there is time: not for what is urgent or late.
        """
        free = Q(claimed_by=None) | Q(lease_until__lt=self.now) & ~Q(claimed_by=self.person)
        items = self.allowed().filter(free, ~Exists(_skips(self.person, self.now).filter(item=OuterRef("pk"))))
        if self.profile.exam_types:
            items = items.filter(exam__exam_type__in=self.profile.exam_types)
        if self.profile.languages:
            soon = Q(clock__in=URGENT_CODES) | Q(due_at__lt=self.now)
            items = items.filter(soon | Q(exam__trainee__language__in=self.profile.languages))
        return items

    def held(self) -> QuerySet[ReviewItem]:
        """Return what they hold, even if the lease ran out."""
        return self.allowed().filter(claimed_by=self.person)

    def ranked(self) -> list[ReviewItem]:
        """Return the first of what they are offered, in the order in which they should read it; none while away."""
        if self.away or self.full or not self.projects:
            return []
        items = list(self.offered()[:WEIGHED])
        weighed = matching.ranked(self.candidates(items), calibrated=self.calibrated)
        by_key = {item.pk: item for item in items}
        return [by_key[one.key] for one in weighed]

    def candidates(self, items: Sequence[ReviewItem]) -> list[Candidate]:
        """Return what of these items counts for a match."""
        others = readers_besides(self.person, items, self.now)
        return [
            Candidate(
                key=item.pk,
                hours=priority_at(item.priority, self.now),
                clock=Clock(item.clock),
                speaks=item.exam.trainee is None or self.speaks(item.exam.trainee.language),
                second=item.reading != "first",
                others=others[item.pk],
            )
            for item in items
        ]


def readers_besides(person: Person, items: Sequence[ReviewItem], now: datetime) -> dict[int, int]:
    """Return for each item how many other people there are today who read such exams there."""
    readers = _readers_of({item.exam.project for item in items}, person)
    everybody = frozenset[int]().union(*readers.values())
    profiles = {row.person_id: row for row in ReviewerProfile.objects.filter(person__in=everybody)}
    limited = [pk for pk, row in profiles.items() if row.most_a_day is not None]
    read = _read_today(limited, now) if limited else {}

    def reads(pk: int, item: ReviewItem) -> bool:
        profile = profiles.get(pk)
        if pk == item.exam.trainee_id:
            return False
        if profile is None:
            return True
        away = profile.paused_until is not None and profile.paused_until > now
        full = profile.most_a_day is not None and read.get(pk, 0) >= profile.most_a_day
        return not (away or full) and (not profile.exam_types or item.exam.exam_type in profile.exam_types)

    return {item.pk: sum(reads(pk, item) for pk in readers[item.exam.project_id]) for item in items}


def skipped_until(person: Person, items: Sequence[ReviewItem]) -> dict[int, tuple[str, datetime | None]]:
    """Return for the items that `person` skipped the last reason and when they come back, None: never."""
    rows = Skip.objects.filter(person=person, item__in=[item.pk for item in items]).order_by("at", "pk")
    return {row.item_id: (row.reason, _back(row)) for row in rows}


def _back(row: Skip) -> datetime | None:
    after = COMES_BACK_AFTER[row.reason]  # type: ignore[index]  # a StrEnum is its value
    return None if after is None else row.at + after


def _skips(person: Person, now: datetime) -> QuerySet[Skip]:
    """Return the skips of this person that have not come back."""
    gone = Q(pk__in=[])
    for reason, after in COMES_BACK_AFTER.items():
        gone |= Q(reason=reason) if after is None else Q(reason=reason, at__gt=now - after)
    return Skip.objects.filter(gone, person=person)


def _keys(person: Person, action: Action) -> frozenset[int]:
    return frozenset(scope.projects_for(person, action).values_list("pk", flat=True))


def _readers_of(projects: Collection[Project], besides: Person) -> dict[int, frozenset[int]]:
    """Return who else reviews in each of these projects."""
    roles = [role.value for role in roles_for(Action.REVIEW)]
    owners = {project.organisation_id for project in projects}
    held = Membership.objects.filter(organisation__in=owners, role__in=roles, person__is_active=True)
    rows = list(held.exclude(person=besides).values_list("organisation", "project", "person"))

    def reads_in(project: Project) -> frozenset[int]:
        places = {(project.organisation_id, None), (project.organisation_id, project.pk)}
        return frozenset(person for owner, place, person in rows if (owner, place) in places)

    return {project.pk: reads_in(project) for project in projects}


def _read_today(people: Sequence[int], now: datetime) -> dict[int, int]:
    midnight = now - timedelta(hours=now.hour, minutes=now.minute, seconds=now.second, microseconds=now.microsecond)
    rows = Review.objects.filter(reviewer__in=people, submitted_at__gte=midnight).values("reviewer")
    return {row["reviewer"]: row["number"] for row in rows.annotate(number=Count("pk"))}
