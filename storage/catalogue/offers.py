"""What waits that this reviewer may be given?

Hard limits are part of the query: scope, authorship, earlier readings, conflicts of interest, skips, exam types. What
merely suits better is weighed by supervision.matching among the first of these.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from storage.catalogue import handovers, readership, reviewers, scope
from storage.catalogue.models import Event, Person, Review, ReviewerProfile, ReviewItem, Skip
from supervision import matching
from supervision.matching import Candidate
from supervision.priority import URGENT, Clock, priority_at
from supervision.readings import JUDGES, Reading
from supervision.roles import Action
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
        return readership.away(self.profile, self.now)

    @cached_property
    def full(self) -> bool:
        """Whether they have read as many as they want today (UTC)."""
        most = self.profile.most_a_day
        return most is not None and readership.read_today([self.person.pk], self.now).get(self.person.pk, 0) >= most

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
        readable &= handovers.left_to_read(self.person.pk, self.projects)
        items = open_items().filter(readable, ~Exists(read)).exclude(exam__trainee=self.person)
        return items.exclude(exam__trainee__in=trainees) if trainees else items

    def offered(self, *, of_types: bool = True) -> QuerySet[ReviewItem]:
        """Return what they are offered: allowed, free, not skipped, of their exam types and languages.

        The language counts only while there is time: not for what is urgent or late. Whoever filled in the worksheet
        knows whose exam it is and is not offered it, but can take it by hand where nobody else is there to read.
        """
        free = Q(claimed_by=None) | Q(lease_until__lt=self.now) & ~Q(claimed_by=self.person)
        skipped = Skip.objects.filter(readership.not_back(self.now), person=self.person, item=OuterRef("pk"))
        filled_in = Event.objects.filter(what="worksheet", person=self.person, scan__exam=OuterRef("exam"))
        items = self.allowed().filter(free, ~Exists(skipped), ~Exists(filled_in))
        if of_types and self.profile.exam_types:
            items = items.filter(exam__exam_type__in=self.profile.exam_types)
        if self.profile.languages:
            soon = Q(clock__in=URGENT_CODES) | Q(due_at__lt=self.now)
            items = items.filter(soon | Q(exam__trainee__language__in=self.profile.languages))
        return items

    def held(self) -> list[ReviewItem]:
        """Return what they hold, even if the lease ran out, most urgent first."""
        # in no order, so that the index of what one holds is used and not that of the queue
        mine = open_items().filter(claimed_by=self.person).order_by()
        return sorted(mine, key=lambda item: (-item.priority, item.queued_at, item.pk))

    @cached_property
    def left_to_them(self) -> list[ReviewItem]:
        """What is urgent and of no exam type of theirs, but could be given to nobody else today."""
        if not self.profile.exam_types:
            return []
        other = self.offered(of_types=False).exclude(exam__exam_type__in=self.profile.exam_types)
        items = list(other.filter(clock__in=URGENT_CODES)[:WEIGHED])
        others = readership.readers_besides(self.person, items, self.now)
        return [item for item in items if not others[item.pk]]

    def ranked(self) -> list[ReviewItem]:
        """Return the first of what they are offered, in the order in which they should read it; none while away."""
        if self.away or self.full or not self.projects:
            return []
        items = [*self.offered()[:WEIGHED], *self.left_to_them]
        items.sort(key=lambda item: (-item.priority, item.queued_at, item.pk))
        if items and items[0].clock in URGENT_CODES:
            return items  # what is urgent is read in its order, whomever it suits
        weighed = matching.ranked(self.candidates(items), calibrated=self.calibrated)
        by_key = {item.pk: item for item in items}
        return [by_key[one.key] for one in weighed]

    def candidates(self, items: Sequence[ReviewItem]) -> list[Candidate]:
        """Return what of these items counts for a match."""
        others = readership.readers_besides(self.person, items, self.now)
        return [
            Candidate(
                key=item.pk,
                hours=priority_at(item.priority, self.now),
                clock=Clock(item.clock),
                speaks=item.exam.trainee is not None and item.exam.trainee.language in self.profile.languages,
                second=item.reading != Reading.FIRST,
                others=others[item.pk],
            )
            for item in items
        ]


def _keys(person: Person, action: Action) -> frozenset[int]:
    return frozenset(scope.projects_for(person, action).values_list("pk", flat=True))
