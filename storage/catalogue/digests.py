"""What waits for a person who gets mail, and who is to be told now?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from django.db.models import Count, Max, Min, Q, QuerySet

from storage.catalogue import feedback, scope
from storage.catalogue.models import FeedbackStep, Person, ReviewItem, Scan
from storage.catalogue.offers import Reader, open_items
from supervision.digest import Topic, Waiting, is_due, is_news, topics_for
from supervision.feedback import COMES_BACK, Digest
from supervision.readings import JUDGES
from supervision.roles import Action
from supervision.states import Stage, State

WEEK = timedelta(days=7)


def due(now: datetime) -> list[Person]:
    """Return everybody with an address and an open account for whom a period began since their last mail."""
    wanted = Person.objects.filter(is_active=True).exclude(email="").exclude(digest=Digest.OFF).order_by("pk")
    return [person for person in wanted if is_due(Digest(person.digest), told_at(person), now)]


def told_at(person: Person) -> datetime:
    """Return when they were told last; whoever never was, when the account was made."""
    return person.digest_sent_at or person.date_joined


def digest_of(person: Person, now: datetime) -> tuple[Waiting, ...]:
    """Return what waits for `person`, nothing where nothing came since they were told last."""
    found = [_COUNTS[topic](_Asked(topic, person, now)) for topic in topics_for(scope.roles_of(person))]
    waiting = tuple(one for one in found if one is not None)
    return waiting if is_news(waiting, told_at(person)) else ()


def take(person: Person, now: datetime) -> bool:
    """Note that they are told now, before the mail leaves; False where another run has done it.

    A run that is killed after this sends nothing twice; what waits is in the next mail again.
    """
    taken = Person.objects.filter(pk=person.pk, digest_sent_at=person.digest_sent_at).update(digest_sent_at=now)
    return bool(taken)


def give_back(person: Person, now: datetime) -> None:
    """Note that the mail of `now` did not leave, so that it is tried again."""
    Person.objects.filter(pk=person.pk, digest_sent_at=now).update(digest_sent_at=person.digest_sent_at)


@dataclass(frozen=True)
class _Asked:
    """What is to be counted, for whom, when."""

    topic: Topic
    person: Person
    now: datetime

    def over(self, rows: QuerySet[Any], column: str) -> Waiting | None:
        """Count rows, each of which came when `column` says; None where there are none."""
        found = rows.order_by().aggregate(count=Count("pk"), oldest=Min(column), newest=Max(column))
        return Waiting(self.topic, **found) if found["count"] and found["oldest"] else None


def _feedback(asked: _Asked) -> Waiting | None:
    unread = feedback.unread_of(asked.person)
    times = [when for when, seen in unread.values_list("released_at", "seen_at") if seen is None]
    back = FeedbackStep.objects.filter(feedback__in=unread, what__in=COMES_BACK, seen_at=None)
    times += back.values_list("at", flat=True)
    return Waiting(asked.topic, unread.count(), min(times), max(times)) if times else None


def _worksheets(asked: _Asked) -> Waiting | None:
    return _incomplete(asked, Q(trainee=asked.person))


def _missing(asked: _Asked) -> Waiting | None:
    return _incomplete(asked, ~Q(trainee=asked.person) | Q(trainee=None))


def _incomplete(asked: _Asked, whose: Q) -> Waiting | None:
    exams = scope.exams_for(asked.person, Action.COMPLETE_INFO).filter(whose, stage=Stage.AWAITING_INFO)
    return asked.over(exams.annotate(arrived=Max("clips__received_at")), "arrived")


def _to_read(asked: _Asked) -> Waiting | None:
    reader = Reader(asked.person, asked.now)
    return None if reader.away else asked.over(reader.offered().filter(clock=asked.topic.value), "queued_at")


def _replies(asked: _Asked) -> Waiting | None:
    return asked.over(feedback.unanswered_by(asked.person), "at")


def _refused(asked: _Asked) -> Waiting | None:
    """Count the files of the last week; older ones are no news to act on."""
    here = scope.projects_for(asked.person, Action.SEE_QUARANTINE)
    files = Scan.objects.filter(project__in=here, state=State.REJECTED, received_at__gt=asked.now - WEEK)
    found = asked.over(files, "received_at")
    reasons = files.order_by().values_list("reason").annotate(count=Count("pk")).order_by("reason")
    return None if found is None else replace(found, reasons=tuple(reasons))


def _withheld(asked: _Asked) -> Waiting | None:
    return asked.over(scope.scans_for(asked.person, Action.SEE_QUARANTINE), "received_at")


def _backlog(asked: _Asked) -> Waiting | None:
    return asked.over(_queue_of(asked), "queued_at")


def _overdue(asked: _Asked) -> Waiting | None:
    return asked.over(_queue_of(asked).filter(due_at__lt=asked.now), "due_at")


def _arbitration(asked: _Asked) -> Waiting | None:
    return asked.over(_queue_of(asked).filter(reading__in=JUDGES), "queued_at")


def _queue_of(asked: _Asked) -> QuerySet[ReviewItem]:
    return open_items().filter(exam__project__in=scope.projects_for(asked.person, Action.SEE_QUEUE))


_COUNTS: Mapping[Topic, Callable[[_Asked], Waiting | None]] = MappingProxyType(
    {
        Topic.FEEDBACK: _feedback,
        Topic.WORKSHEETS: _worksheets,
        **dict.fromkeys((Topic.P0, Topic.P1, Topic.P2, Topic.P3), _to_read),
        Topic.REPLIES: _replies,
        Topic.MISSING: _missing,
        Topic.REFUSED: _refused,
        Topic.WITHHELD: _withheld,
        Topic.BACKLOG: _backlog,
        Topic.OVERDUE: _overdue,
        Topic.ARBITRATION: _arbitration,
    }
)
