"""Whatever people do in whatever order: is every exam read by one other person, and is no lease ever lost?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from pipeline.errors import Conflict
from storage.catalogue import queue, queueing
from storage.catalogue.models import Exam, ReviewItem, Scan, Skip
from supervision.priority import URGENT, Clock
from supervision.readings import Reading
from supervision.roles import Role
from supervision.skipping import SkipReason
from supervision.states import Stage, State
from tests.storage.conftest import NOON, World, digest_of, make_world, runs

LEASE = timedelta(minutes=30)
PEOPLE = ("rose", "luc", "both")  # `both` also scans
EXAMS = 4
people = st.sampled_from(PEOPLE)
numbers = st.integers(0, EXAMS - 1)
reasons = st.sampled_from([SkipReason.NO_TIME, SkipReason.UNSURE, SkipReason.DOES_NOT_LOAD])


class QueueLife(RuleBasedStateMachine):
    """Three people, four exams, and a model that only knows who holds what until when, and who has read or left it."""

    def __init__(self) -> None:
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()
        self.world: World = make_world()
        self.world.person("both", Role.TRAINEE, Role.REVIEWER, project=self.world.goma)
        self.now: datetime = NOON
        self.items = [self.exam(number) for number in range(EXAMS)]
        self.lease: dict[int, tuple[str, datetime]] = {}
        self.done: dict[int, set[str]] = {number: set() for number in range(EXAMS)}
        self.left: dict[tuple[int, str], datetime] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    def exam(self, number: int) -> int:
        """Queue an exam by the usual way; the first is of somebody who also reviews."""
        known: dict[str, Any] = {
            "project": self.world.goma,
            "trainee": self.world.people["both" if number == 0 else "amina"],
            "exam_type": "FAST",
        }
        exam = Exam.objects.create(**known, name=str(number), began_at=NOON)
        Scan.objects.create(
            **known,
            exam=exam,
            digest=digest_of(f"life {number}"),
            state=State.AWAITING_INFO,
            received_at=NOON,
            size=1,
        )
        queueing.queue_when_complete(exam, NOON)
        return exam.items.get().pk

    def holder(self, number: int) -> str | None:
        """Who holds the exam now, by the model."""
        name, until = self.lease.get(number, ("", NOON))
        return name if name and until >= self.now else None

    def readable(self, number: int, name: str) -> bool:
        """Whether `name` may read the exam at all, by the model."""
        return not (number == 0 and name == "both") and name not in self.done[number]

    @contextmanager
    def allowed(self, *, allowed: bool) -> Iterator[None]:
        if allowed:
            yield
        else:
            with pytest.raises(Conflict):
                yield

    @rule(minutes=st.sampled_from([1, 20, 31, 130]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(name=people)
    def next_is_given(self, name: str) -> None:
        item = queue.next_item(self.world.people[name], self.now)
        free = {
            number
            for number in range(EXAMS)
            if self.readable(number, name)
            and self.holder(number) in (None, name)
            and (self.lease.get(number, ("",))[0] == name or self.left.get((number, name), NOON) <= self.now)
        }
        assert (item is None) == (not free), "nothing that may be read is kept from anybody"
        if item is not None:
            number = self.items.index(item.pk)
            assert number in free
            self.lease[number] = (name, self.now + LEASE)

    @rule(name=people, number=numbers)
    def one_is_claimed(self, name: str, number: int) -> None:
        allowed = self.readable(number, name) and self.holder(number) in (None, name)
        with self.allowed(allowed=allowed):
            queue.claim(self.items[number], self.world.people[name], self.now)
            self.lease[number] = (name, self.now + LEASE)

    @precondition(lambda self: self.lease)
    @rule(name=people, number=numbers)
    def a_lease_is_renewed(self, name: str, number: int) -> None:
        allowed = self.readable(number, name) and self.lease.get(number, ("",))[0] == name
        with self.allowed(allowed=allowed):
            assert queue.renew(self.items[number], self.world.people[name], self.now) == self.now + LEASE
            self.lease[number] = (name, self.now + LEASE)

    @precondition(lambda self: self.lease)
    @rule(name=people, number=numbers)
    def one_is_put_aside(self, name: str, number: int) -> None:
        allowed = self.readable(number, name) and self.lease.get(number, ("",))[0] == name
        with self.allowed(allowed=allowed):
            item = queue.pause(self.items[number], self.world.people[name], self.now)
            assert item.lease_until is not None
            self.lease[number] = (name, item.lease_until)

    @precondition(lambda self: self.lease)
    @rule(name=people, number=numbers)
    def one_is_given_back(self, name: str, number: int) -> None:
        queue.give_back(self.items[number], self.world.people[name], self.now)
        if self.lease.get(number, ("",))[0] == name:
            del self.lease[number]

    @rule(name=people, number=numbers, reason=reasons)
    def one_is_skipped(self, name: str, number: int, reason: SkipReason) -> None:
        with self.allowed(allowed=self.readable(number, name)):
            queue.skip(self.items[number], self.world.people[name], reason, self.now)
            if self.lease.get(number, ("",))[0] == name:
                del self.lease[number]
            hours = {SkipReason.NO_TIME: 2, SkipReason.DOES_NOT_LOAD: 6}.get(reason, 24 * 3650)
            back = self.now + timedelta(hours=hours)
            self.left[number, name] = max(back, self.left.get((number, name), back))

    @precondition(lambda self: self.lease)
    @rule(name=people, number=numbers)
    def one_is_read_and_a_second_reading_asked_for(self, name: str, number: int) -> None:
        """What a sent form does to the queue; the form itself is the matter of test_review_life."""
        if self.lease.get(number, ("",))[0] != name or not self.readable(number, name):
            return
        with transaction.atomic():
            item = queue.held(self.items[number], self.world.people[name])
            item.reviews.create(
                exam=item.exam,
                reviewer=self.world.people[name],
                reading=item.reading,
                overall=3,
                adequate=True,
                opened_at=self.now,
                submitted_at=self.now,
            )
            item.done_at = self.now
            item.save()
            Exam.objects.filter(pk=item.exam_id).update(stage=Stage.SECOND_READ)
            again = queueing.ask_for(Exam.objects.get(pk=item.exam_id), Reading.SECOND, self.now)
        self.items[number] = again.pk
        self.done[number].add(name)
        self.lease.pop(number, None)
        self.left = {key: back for key, back in self.left.items() if key[0] != number}

    @rule(number=numbers)
    def a_patient_is_critical(self, number: int) -> None:
        exam = Exam.objects.select_related("project").get(items=self.items[number])
        if exam.stage == Stage.QUEUED:
            exam.urgency = "critical"
            exam.save()
            queueing.queue_when_complete(exam, self.now)

    @invariant()
    def no_lease_is_lost_and_nobody_reads_their_own(self) -> None:
        rows = {item.pk: item for item in ReviewItem.objects.select_related("claimed_by", "exam")}
        for number, key in enumerate(self.items):
            item = rows[key]
            name = self.holder(number)
            if name is not None:
                assert item.claimed_by is not None
                assert (item.claimed_by.username, item.lease_until) == self.lease[number]
            assert item.claimed_by_id is None or item.claimed_by_id != item.exam.trainee_id
        assert Skip.objects.count() >= len(self.left)

    @invariant()
    def nothing_critical_waits_in_an_audit(self) -> None:
        for item in ReviewItem.objects.filter(exam__urgency="critical", done_at=None):
            assert Clock(item.clock) in URGENT


@pytest.mark.django_db
def test_any_order_of_events() -> None:
    few = settings(
        max_examples=runs(12),
        stateful_step_count=25,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
    run_state_machine_as_test(QueueLife, settings=few)
