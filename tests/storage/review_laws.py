"""What holds of exams, readings and leases after each step, whoever did what?"""

import uuid
from collections import Counter
from datetime import datetime
from typing import Any

from hypothesis.stateful import RuleBasedStateMachine, invariant

from storage.catalogue.models import Arbitration, Event, Exam, Feedback, Review, ReviewItem
from supervision.exam_types import exam_types
from supervision.priority import URGENT
from supervision.rating import Consequence
from supervision.readings import Reading, differences
from supervision.review_form import form_of
from supervision.states import Stage

CODE = "BLADDER"  # few views, and near sign-off after five
BLADDER = exam_types()[CODE]
ARBITERS = ["ada", "ben"]
OPEN: dict[Stage, Counter[str]] = {
    Stage.QUEUED: Counter({Reading.FIRST: 1}),
    Stage.SECOND_READ: Counter({Reading.SECOND: 1}),
    Stage.ARBITRATION: Counter({Reading.ARBITRATION: 1}),
    Stage.APPEALED: Counter({Reading.APPEAL: 1}),
}


class ReviewLaws(RuleBasedStateMachine):
    """What was sent, which leases were given, and which exams hold something critical; and the laws."""

    now: datetime
    sent: dict[uuid.UUID, tuple[int, str, dict[str, Any]]]
    leases: dict[int, tuple[int, datetime]]
    flagged: set[int]
    done: int

    @invariant()
    def all_is_well(self) -> None:
        if not hasattr(self, "leases"):
            return
        self.no_lease_is_lost()
        done = Event.objects.count()
        if done != self.done:
            self.done = done
            self.stages_fit_items_and_readings()
            self.nobody_reads_twice_or_their_own()
            self.nothing_sent_is_lost_or_changed()
            self.nothing_critical_waits_in_an_audit()
            self.what_was_changed_is_still_confirmed()

    def stages_fit_items_and_readings(self) -> None:
        for exam in self.exams():
            waits = Counter(exam.items.filter(done_at=None).values_list("reading", flat=True))
            assert waits == OPEN.get(Stage(exam.stage), Counter()), exam.stage
            finals = list(exam.reviews.filter(final=True))
            assert len(finals) == (exam.stage in (Stage.FINAL, Stage.APPEALED))
            assert all(Feedback.objects.filter(review=review).exists() for review in finals)
            assert not any(Review.objects.filter(amends=review).exists() for review in finals)
            for item in exam.items.exclude(done_at=None):
                assert Review.objects.filter(item=item, reviewer=item.claimed_by, amends=None).exists()
                judged = item.reading in (Reading.ARBITRATION, Reading.APPEAL)
                assert Arbitration.objects.filter(item=item, chosen__exam=exam).exists() == judged

    def nobody_reads_twice_or_their_own(self) -> None:
        for exam in self.exams():
            read = Counter(exam.reviews.filter(amends=None).values_list("reviewer", flat=True))
            assert all(number == 1 for number in read.values())
            assert exam.trainee_id not in read
            judges = exam.reviews.filter(amends=None, reading__in=("arbitration", "appeal"))
            assert all(review.reviewer.username in ARBITERS for review in judges)

    def nothing_sent_is_lost_or_changed(self) -> None:
        for submission, (pk, name, form) in self.sent.items():
            review = Review.objects.get(submission=submission)
            assert (review.pk, review.reviewer.username, review.form) == (pk, name, form)

    def no_lease_is_lost(self) -> None:
        for pk, (person, until) in self.leases.items():
            item = ReviewItem.objects.get(pk=pk)
            if until >= self.now:
                assert item.claimed_by_id == person

    def nothing_critical_waits_in_an_audit(self) -> None:
        urgent = {clock.value for clock in URGENT}
        for exam in self.exams():
            clocks = set(exam.items.values_list("clock", flat=True))
            if exam.pk in self.flagged:
                assert exam.stage != Stage.NOT_CHOSEN
                assert clocks <= urgent
            if clocks & urgent and exam.reviews.exists():
                assert Feedback.objects.filter(review__exam=exam).exists(), "the trainee waits for nobody"
            if exam.pk in self.flagged and exam.stage == Stage.FINAL:
                assert exam.reviews.filter(amends=None).count() >= 2

    def what_was_changed_is_still_confirmed(self) -> None:
        for exam in self.exams():
            newest = {one.reading: one for one in exam.reviews.filter(amended_by=None).order_by("submitted_at", "pk")}
            first, second = (newest.get(reading) for reading in (Reading.FIRST, Reading.SECOND))
            if exam.stage == Stage.SECOND_READ:
                assert first is not None
                if form_of(first.form).consequence is Consequence.CONTACT_NOW:
                    assert Feedback.objects.filter(review=first).exists()
                    assert exam.items.get(done_at=None).clock in {clock.value for clock in URGENT}
            judged = Arbitration.objects.filter(item__exam=exam).exists()
            if exam.stage == Stage.FINAL and first and second and not judged:
                assert not differences(form_of(first.form), form_of(second.form), BLADDER)

    def exams(self) -> list[Exam]:
        return list(Exam.objects.select_related("project").order_by("pk"))
