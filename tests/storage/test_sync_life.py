"""Whatever is done on two sides in whatever order, over a link that breaks: do both come to hold the same?"""

import contextlib
import tempfile
import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipeline.errors import Conflict
from storage.catalogue import arbitration, feedback, grouping, queue, readings, telemedicine, worksheets
from storage.catalogue.models import Escalation, Exam, Feedback, Person, Review, ReviewItem, SheetConflict
from storage.sync import sheets
from supervision.escalation import Line, What, standing
from supervision.rating import Answer
from supervision.readings import Decided
from supervision.worksheet import Urgency
from tests.storage.acts_on_two_sides import BLADDER, Pair, form, same, scan_in, sheet
from tests.storage.two_sides import exchange, installed, removed

SIDES = st.sampled_from(["field_box", "there"])
MOST_EXAMS = 3
Refused = (Conflict, ReviewItem.DoesNotExist, Review.DoesNotExist, Feedback.DoesNotExist, Exam.DoesNotExist, ValueError)


class TwoSides(RuleBasedStateMachine):
    """Exams come, are described, grouped, read, judged and appealed on either side; now and then the two exchange."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory(prefix="two-sides-")
        here = Path(self.folder.name)
        self.pair = Pair(installed(here, "field"), installed(here, "headquarters"))
        self.sent: set[uuid.UUID] = set()
        self.exams = 0

    def teardown(self) -> None:
        if hasattr(self, "pair"):
            try:
                self.pair.wire.cut_after = None
                self.pair.meet()
                self.choose("field_box", "other")  # until a person chooses, each side says what it was told
                self.pair.meet()
                told = same(self.pair)
                for where in (self.pair.field_box, self.pair.there):
                    with where.here():
                        known = set(Review.objects.values_list("submission", flat=True))
                        assert known == self.sent, "no reading is lost, and none is there twice"
                assert all(sum(one[3] for one in exam["readings"]) <= 1 for exam in told.values())
            finally:
                removed(self.pair.field_box, self.pair.there)
                self.folder.cleanup()

    @precondition(lambda self: self.exams < MOST_EXAMS)
    @rule(side=SIDES)
    def send(self, side: str) -> None:
        self.exams += 1
        scan_in(getattr(self.pair, side), self.pair, f"clip {self.exams}", patient="SR-1" if self.exams % 2 else "")

    @rule(
        side=SIDES,
        person=st.sampled_from(["rose", "luc", "ada", "ben"]),
        overall=st.sampled_from([2, 4, 4, 5]),
        chosen=st.sampled_from(["first", "second", "own"]),
    )
    def read(self, side: str, person: str, overall: int, chosen: arbitration.Chosen) -> None:
        with getattr(self.pair, side).here() as world:
            who, now = world.people[person], self.pair.later()
            item = queue.next_item(who, now)
            if item is None:
                return
            submission = uuid.uuid4()
            seen = [view.code for view in BLADDER.views]
            try:
                readings.submit(item.pk, who, submission, form(overall), now, seen=seen)
                self.sent.add(submission)
            except Refused:
                pass
            with contextlib.suppress(Refused):
                arbitration.decide(item.pk, who, chosen, [Decided.SLIP], "", now)

    @rule(side=SIDES, person=st.sampled_from(["rose", "luc"]))
    def claim(self, side: str, person: str) -> None:
        with getattr(self.pair, side).here() as world:
            queue.next_item(world.people[person], self.pair.later())

    @rule(side=SIDES, overall=st.sampled_from([2, 4]), data=st.data())
    def amend(self, side: str, overall: int, data: st.DataObject) -> None:
        with getattr(self.pair, side).here():
            rows = list(Review.objects.filter(amended_by=None).select_related("reviewer").order_by("submission"))
            if not rows:
                return
            one, submission = data.draw(st.sampled_from(rows)), uuid.uuid4()
            try:
                readings.amend(one.pk, one.reviewer, submission, form(overall), self.pair.later())
                self.sent.add(submission)
            except Refused:
                pass

    @rule(side=SIDES, answer=st.sampled_from([Answer.POSITIVE, Answer.NEGATIVE]), urgent=st.booleans(), data=st.data())
    def describe(self, side: str, answer: Answer, urgent: bool, data: st.DataObject) -> None:  # noqa: FBT001
        said = sheet(answer, Urgency.CRITICAL if urgent else Urgency.USUAL)
        self._on_an_exam(side, data, lambda exam, person, now: worksheets.complete(exam, said, None, person, now))

    @rule(side=SIDES, data=st.data())
    def join(self, side: str, data: st.DataObject) -> None:
        with getattr(self.pair, side).here():
            numbers = list(Exam.objects.order_by("uuid").values_list("pk", flat=True))
        if len(numbers) > 1:
            other = data.draw(st.sampled_from(numbers))
            self._on_an_exam(side, data, lambda exam, person, now: grouping.join(exam, other, person, now))

    @rule(side=SIDES, data=st.data())
    def appeal(self, side: str, data: st.DataObject) -> None:
        with getattr(self.pair, side).here() as world:
            for one in Feedback.objects.order_by("review__submission")[: data.draw(st.integers(0, 2))]:
                with contextlib.suppress(Refused):
                    feedback.appeal(one.pk, world.people["amina"], "It is there.", self.pair.later())

    @rule(side=SIDES, question=st.sampled_from(["refer", "drain"]), data=st.data())
    def ask(self, side: str, question: str, data: st.DataObject) -> None:
        asked = {"question": question, "specialty": "surgery", "consent": True}
        self._on_an_exam(side, data, lambda exam, person, now: telemedicine.escalate(exam, person, now=now, **asked))

    @rule(
        side=SIDES,
        person=st.sampled_from(["amina", "sam"]),
        acts=st.lists(
            st.sampled_from(
                [
                    (What.TAKEN, ""),
                    (What.TAKEN, ""),
                    (What.ANSWERED, "confirmed"),
                    (What.ANSWERED, "other"),
                    (What.DONE, "referred"),
                    (What.WITHDRAWN, ""),
                    (What.GIVEN_BACK, ""),
                ]
            ),
            max_size=4,
        ),
    )
    def answer(self, side: str, person: str, acts: list[tuple[What, str]]) -> None:
        with getattr(self.pair, side).here() as world:
            for one in Escalation.objects.order_by("raised_at"):
                for what, code in acts:
                    with contextlib.suppress(Conflict, Escalation.DoesNotExist):
                        telemedicine.act(one.pk, what, world.people[person], self.pair.later(), code=code)

    @rule(side=SIDES, kept=st.sampled_from(["one", "other"]))
    def choose(self, side: str, kept: str) -> None:
        with getattr(self.pair, side).here() as world:
            for one in SheetConflict.objects.filter(settled_at=None):
                sheets.settle(one.pk, kept, world.people["grace"], self.pair.later())

    @rule(cut_after=st.one_of(st.none(), st.integers(1, 30)))
    def meet(self, cut_after: int | None) -> None:
        self.pair.wire.cut_after = cut_after
        exchange(self.pair.wire)

    @rule(hours=st.sampled_from([1, 30]))
    def wait(self, hours: int) -> None:
        self.pair.now += timedelta(hours=hours)

    @invariant()
    def nothing_counts_twice(self) -> None:
        if not hasattr(self, "pair"):
            return
        for where in (self.pair.field_box, self.pair.there):
            with where.here():
                finals = list(Review.objects.filter(final=True).values_list("exam", flat=True))
                assert len(finals) == len(set(finals))
                for one in Escalation.objects.select_related("taken_by"):
                    lines = one.entries.select_related("person")
                    told = standing(Line(x.at, x.person.username, What(x.what), x.code) for x in lines)
                    stands = (one.state, one.outcome, one.done, one.answered_at, one.closed_at)
                    assert stands == (told.state, told.outcome, told.done, told.answered_at, told.closed_at)
                    assert (one.taken_by.username if one.taken_by else "") == told.taken_by

    def _on_an_exam(self, side: str, data: st.DataObject, act: Any) -> None:
        with getattr(self.pair, side).here():
            numbers = list(Exam.objects.order_by("uuid").values_list("pk", flat=True))
            if not numbers:
                return
            with contextlib.suppress(Refused):
                act(data.draw(st.sampled_from(numbers)), Person.objects.get(username="amina"), self.pair.later())


@pytest.mark.usefixtures("db")
def test_two_sides_come_to_hold_the_same() -> None:
    checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    run_state_machine_as_test(
        TwoSides,
        settings=settings(
            max_examples=6, stateful_step_count=14, deadline=None, suppress_health_check=checks, derandomize=True
        ),
    )
