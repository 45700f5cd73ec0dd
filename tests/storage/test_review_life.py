"""Whatever readers, arbiters and trainees do in whatever order: is every exam read once, or twice, or decided?"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipeline.errors import Conflict
from storage.catalogue import (
    arbitration,
    blinding,
    drafts,
    feedback,
    finals,
    phases,
    queue,
    queueing,
    readings,
    worksheets,
)
from storage.catalogue.models import Arbitration, Draft, Feedback, Person, Review, ReviewItem
from storage.catalogue.programme import current
from storage.settings import settings as installation
from supervision.blinding import EVERYTHING, Hidden
from supervision.ladder import Rung
from supervision.rating import Answer, Consequence
from supervision.readings import Decided, Reading
from supervision.review_form import ReviewForm
from supervision.roles import Role
from supervision.skipping import SkipReason
from supervision.states import Stage
from supervision.worksheet import Urgency, Worksheet
from tests.forms import rated
from tests.storage.conftest import NOON, World, make_world, runs
from tests.storage.review_laws import ARBITERS, BLADDER, CODE, ReviewLaws

CRITICAL = [question.code for question in BLADDER.questions if question.critical]
READERS = ["rose", "luc", "both", "chief"]
TRAINEES = ["amina", "both"]
PEOPLE = [*READERS, *ARBITERS, "amina"]
MOST_EXAMS = 4
LEAVES = [False, False, False, False, True]


def leave_for_now(item_id: int, person: Person, now: datetime) -> None:
    queue.skip(item_id, person, SkipReason.NO_TIME, now)


USES = [queue.claim, queue.renew, queue.give_back, queue.pause, leave_for_now]
Refused = (Conflict, ReviewItem.DoesNotExist, Review.DoesNotExist, Feedback.DoesNotExist)
chance = Random(0)

people = st.sampled_from(PEOPLE)
forms = st.builds(
    rated,
    st.sampled_from([1, 2, 3, 4, 5]),
    exam_type=st.just(CODE),
    positive=st.lists(st.sampled_from(CRITICAL), max_size=1),
    entrustment=st.sampled_from([None, 2, 4]),
    consequence=st.sampled_from([None, None, Consequence.CONTACT_NOW]),
)


class ReviewLife(ReviewLaws):
    """Exams come, people claim, read, lose, skip, amend, decide and appeal, and time goes by."""

    world: World

    @initialize(seed=st.integers(0, 7))
    def begin(self, seed: int) -> None:
        chance.seed(seed)
        self.atom = transaction.atomic()
        self.atom.__enter__()
        self.world = make_world()
        self.world.person("both", Role.TRAINEE, Role.REVIEWER, project=self.world.goma)
        self.world.person("chief", Role.SUPERVISOR, Role.REVIEWER)
        for name in ARBITERS:
            self.world.person(name, Role.ARBITER)
        self.now = NOON
        self.sent = {}
        self.typed: dict[tuple[int, int], Any] = {}
        self.leases = {}
        self.flagged = set()
        self.done = 0
        self._send("amina", Urgency.USUAL)

    def teardown(self) -> None:
        if hasattr(self, "atom"):
            transaction.set_rollback(True)
            self.atom.__exit__(None, None, None)

    @precondition(lambda self: len(self.exams()) < MOST_EXAMS)
    @rule(trainee=st.sampled_from(TRAINEES), urgency=st.sampled_from([Urgency.USUAL, Urgency.USUAL, Urgency.CRITICAL]))
    def send(self, trainee: str, urgency: Urgency) -> None:
        self._send(trainee, urgency)

    def _send(self, trainee: str, urgency: Urgency) -> None:
        scan = self.world.queued(trainee=trainee, exam_type=CODE, now=self.now)
        assert scan.exam is not None
        sheet = Worksheet(BLADDER, answers=dict.fromkeys(CRITICAL, Answer.NEGATIVE), urgency=urgency)
        worksheets.complete(scan.exam.pk, sheet, None, self.world.people[trainee], self.now)
        if urgency is Urgency.CRITICAL:
            self.flagged.add(scan.exam.pk)

    @rule(person=st.sampled_from(READERS), form=forms, leaves=st.sampled_from(LEAVES))
    def read(self, person: str, form: ReviewForm, leaves: bool) -> None:  # noqa: FBT001 - hypothesis fills it
        self._work(person, form, leaves=leaves)

    @rule(person=people, form=forms, leaves=st.sampled_from(LEAVES))
    def read_more(self, person: str, form: ReviewForm, leaves: bool) -> None:  # noqa: FBT001 - hypothesis fills it
        self._work(person, form, leaves=leaves)

    @rule(
        person=st.sampled_from(ARBITERS),
        form=forms,
        chosen=st.sampled_from(["first", "second", "own"]),
        reason=st.sampled_from(Decided),
        leaves=st.sampled_from(LEAVES),
    )
    def judge(
        self,
        person: str,
        form: ReviewForm,
        chosen: arbitration.Chosen,
        reason: Decided,
        leaves: bool,  # noqa: FBT001 - hypothesis fills it
    ) -> None:
        item = self._work(person, form, leaves=leaves)
        if item is None:
            return
        blind = Review.objects.filter(item=item, reviewer__username=person, amends=None).exists()
        try:
            final = arbitration.decide(item.pk, self.world.people[person], chosen, [reason], "", self.now)
        except (*Refused, ValueError):
            return
        assert blind
        assert final.final
        assert final.exam.stage == Stage.FINAL

    @rule(trainee=st.sampled_from(TRAINEES), rung=st.sampled_from(Rung), data=st.data())
    def oversee(self, trainee: str, rung: Rung, data: st.DataObject) -> None:
        exam = data.draw(st.sampled_from(self.exams()))
        queueing.read_anyway(exam.pk, self.world.people["chief"], self.now)
        phases.set_rung(self.world.people[trainee], CODE, rung, self.world.people["chief"], self.now, "signed")

    @rule(person=people, data=st.data(), use=st.sampled_from(USES))
    def handle(self, person: str, data: st.DataObject, use: Callable[..., object]) -> None:
        item, who = self._some_item(data), self.world.people[person]
        try:
            use(item.pk, who, self.now)
        except Refused:
            return
        item.refresh_from_db()
        if use not in (queue.give_back, leave_for_now):
            self._holds(item)
        elif self.leases.get(item.pk, (0, NOON))[0] == who.pk:
            self.leases.pop(item.pk)

    @rule(person=people, data=st.data(), text=st.text(max_size=3))
    def type(self, person: str, data: st.DataObject, text: str) -> None:
        item, who = self._some_item(data), self.world.people[person]
        before = drafts.draft_of(item.pk, who)
        try:
            drafts.save(item.pk, who, {"comment": text}, 1.0, before.version if before else 0, self.now)
        except (*Refused, ValueError):
            return
        self.typed[item.pk, who.pk] = {"comment": text}

    @rule(person=people, data=st.data(), form=forms)
    def push(self, person: str, data: st.DataObject, form: ReviewForm) -> None:
        """Anybody sends anything, or again what was sent before."""
        again = data.draw(st.sampled_from([None, *self.sent]))
        self._submit(self._some_item(data), self.world.people[person], again or uuid.uuid4(), form)

    @precondition(lambda _: Review.objects.exists())
    @rule(person=st.sampled_from(["author", *PEOPLE]), data=st.data(), form=forms)
    def amend(self, person: str, data: st.DataObject, form: ReviewForm) -> None:
        review, submission = data.draw(st.sampled_from(list(Review.objects.order_by("pk")))), uuid.uuid4()
        who = review.reviewer if person == "author" else self.world.people[person]
        try:
            new = readings.amend(review.pk, who, submission, form, self.now)
        except Refused:
            return
        person = who.username
        assert review.reviewer_id == new.reviewer_id or Arbitration.objects.filter(chosen=review).exists()
        self.sent[submission] = (new.pk, person, form.as_json())

    @precondition(lambda _: Feedback.objects.exists())
    @rule(data=st.data())
    def appeal(self, data: st.DataObject) -> None:
        one = data.draw(st.sampled_from(list(Feedback.objects.order_by("pk"))))
        trainee = one.review.exam.trainee
        assert trainee is not None
        try:
            feedback.appeal(one.pk, trainee, "The bladder is there.", self.now)
        except Refused:
            return

    @rule(person=people, data=st.data())
    def look(self, person: str, data: st.DataObject) -> None:
        exam, who = data.draw(st.sampled_from(self.exams())), self.world.people[person]
        served, hidden = finals.readings_of(exam, who), blinding.hidden_from(who, exam)
        ready = exam.stage == Stage.FINAL or exam.trainee_id == who.pk or person == "amina"
        assert hidden == (frozenset() if ready else EVERYTHING)
        if Hidden.FIRST_READ in hidden:
            assert {review.reviewer_id for review in served} <= {who.pk}
        elif exam.trainee_id == who.pk:
            assert all(Feedback.objects.filter(review=review).exists() for review in served)
        for item in exam.items.all():
            kept = drafts.draft_of(item.pk, who)
            assert (kept.content if kept else None) == self.typed.get((item.pk, who.pk))
            if item.reading in (Reading.ARBITRATION, Reading.APPEAL):
                blind = Review.objects.filter(item=item, reviewer=who, amends=None).exists()
                try:
                    arbitration.both(item.pk, who)
                except Refused:
                    assert not blind
                else:
                    assert blind

    @rule(minutes=st.sampled_from([1, 16, 31, 600]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def _some_item(self, data: st.DataObject) -> ReviewItem:
        return data.draw(st.sampled_from(list(ReviewItem.objects.order_by("pk"))))

    def _holds(self, item: ReviewItem) -> None:
        assert item.claimed_by_id is not None
        assert item.lease_until is not None
        self.leases[item.pk] = (item.claimed_by_id, item.lease_until)

    def _work(self, person: str, form: ReviewForm, *, leaves: bool) -> ReviewItem | None:
        """Take the next exam, and send a reading of it, or leave it open."""
        who = self.world.people[person]
        item = queue.next_item(who, self.now)
        if item is None:
            return None
        self._holds(item)
        if not leaves:
            self._submit(item, who, uuid.uuid4(), form)
        return item

    def _submit(self, item: ReviewItem, who: Person, submission: uuid.UUID, form: ReviewForm) -> None:
        try:
            review = readings.submit(item.pk, who, submission, form, self.now, seen=form.views)
        except Refused:
            assert submission in self.sent or not Review.objects.filter(submission=submission).exists()
            return
        kept = self.sent.setdefault(submission, (review.pk, who.username, form.as_json()))
        assert kept[:2] == (review.pk, who.username)
        if not Draft.objects.filter(item=item, person=who).exists():
            self.typed.pop((item.pk, who.pk), None)


@pytest.mark.django_db
def test_review_life(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "programme.toml").write_text("[review]\nsecond_read_share = 0.5\n")
    monkeypatch.setenv("SONORELAY_PROGRAMME", str(tmp_path / "programme.toml"))
    installation.cache_clear()
    current.cache_clear()
    for module in (readings, queueing):
        monkeypatch.setattr(module, "_random", chance)  # a seed instead of the machine's noise
    run_state_machine_as_test(
        ReviewLife,
        settings=settings(
            max_examples=runs(20),
            stateful_step_count=40,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
