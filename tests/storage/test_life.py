"""Whatever people and runs do in whatever order: is no scan lost, none reviewed twice, none by its author?"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from pipeline.errors import Conflict, Undecodable, Withheld
from storage.catalogue import figures, intake, queue, scope
from storage.catalogue.models import (
    Assessment,
    Device,
    Event,
    Organisation,
    Person,
    Project,
    Review,
    ReviewItem,
    Scan,
    StoredObject,
)
from supervision.roles import Action, Role
from supervision.states import State, may_move
from tests.forms import rated
from tests.storage.conftest import NOON, World, identity, inspection, make_world, released

NAMES = [f"scan {number}" for number in range(4)]
PEOPLE = ["amina", "rose", "luc", "both"]
FORM = rated(3, adequate=True)
AFTER_RELEASE = {State.AWAITING_INFO, State.QUEUED, State.FINAL}

names = st.sampled_from(NAMES)
people = st.sampled_from(PEOPLE)


class Life(RuleBasedStateMachine):
    """Files arrive, runs take, finish, fail or die, people claim, give back and submit, and time goes by."""

    runs = Bundle("runs")
    now: datetime
    world: World

    @initialize()
    def begin(self) -> None:
        for model in (Event, Review, ReviewItem, StoredObject, Scan, Device, Project, Organisation, Person):
            model.objects.all().delete()
        self.world = make_world()
        self.world.person("both", Role.TRAINEE, Role.REVIEWER, project=self.world.goma)
        self.now = NOON
        self.arrived: set[str] = set()
        self.states: dict[str, str] = {}
        self.submissions: dict[uuid.UUID, tuple[int, str]] = {}

    @rule(name=names, trainee=st.sampled_from([None, "amina", "both"]), exam_type=st.sampled_from([None, "FAST"]))
    def arrive(self, name: str, trainee: str | None, exam_type: str | None) -> None:
        scan = self.world.received(name, trainee=trainee, exam_type=exam_type)
        self.arrived.add(scan.digest)

    @rule(target=runs, most=st.integers(1, 3))
    def take(self, most: int) -> tuple[str, list[str]]:
        token = str(uuid.uuid4())
        return token, intake.take("goma", most, token, self.now)

    @rule(run=runs, how=st.sampled_from(["release", "release", "reject", "withhold", "fail"]))
    def finish(self, run: tuple[str, list[str]], how: str) -> None:
        token, digests = run
        for digest in digests:
            before = Scan.objects.get(digest=digest)
            if how == "release":
                done = intake.record_released(
                    digest, token, inspection(), identity(), (0.0,), released(digest), self.now
                )
            elif how == "reject":
                done = intake.record_rejected(digest, token, Undecodable("damaged"), self.now)
            elif how == "withhold":
                done = intake.record_withheld(digest, token, Withheld("no_sector"), None, None, {}, self.now)
            else:
                done = intake.record_failed(digest, token, "internal", self.now)
            assert done == (before.taken_by == token and before.state == State.RECEIVED)

    @rule(run=runs)
    def die(self, run: tuple[str, list[str]]) -> None:
        intake.free(run[0])

    @rule(name=names, person=people, exam_type=st.sampled_from(["", "CARD"]))
    def complete(self, name: str, person: str, exam_type: str) -> None:
        scan = self.world.received(name, trainee=None, exam_type=None)
        self.arrived.add(scan.digest)
        who = self.world.people["amina"] if person == "amina" else None
        intake.complete_info(scan.pk, who, exam_type, self.world.people["rose"], self.now)

    @rule(person=people)
    def claim_next(self, person: str) -> None:
        who = self.world.people[person]
        item = queue.next_item(who, self.now)
        if item is None:
            free = ReviewItem.objects.filter(
                scan__in=scope.scans_for(who, Action.REVIEW), scan__state=State.QUEUED, done_at=None
            )
            assert all(other.claimed_by not in (None, who) and _ends(other) >= self.now for other in free)
        else:
            assert _ends(item) > self.now
            assert item.claimed_by == who

    @rule(person=people, data=st.data())
    def submit(self, person: str, data: st.DataObject) -> None:
        item = self._some_item(data)
        again = data.draw(st.sampled_from([None, *self.submissions]))
        submission = again or uuid.uuid4()
        who = self.world.people[person]
        try:
            review = queue.submit(item.pk, who, submission, FORM, self.now)
        except (Conflict, ReviewItem.DoesNotExist):
            return
        if again is None:
            assert item.claimed_by == who
        assert self.submissions.setdefault(submission, (review.pk, person)) == (review.pk, person)

    @rule(person=people, data=st.data(), use=st.sampled_from([queue.claim, queue.renew, queue.give_back]))
    def handle(self, person: str, data: st.DataObject, use: Callable[..., object]) -> None:
        item = self._some_item(data)
        held_by_another = (
            item.claimed_by_id not in (None, self.world.people[person].pk) and item.lease_until is not None
        )
        try:
            use(item.pk, self.world.people[person], self.now)
        except (Conflict, ReviewItem.DoesNotExist):
            return
        if held_by_another and use is not queue.give_back:
            assert _ends(item) < self.now

    @rule(minutes=st.sampled_from([1, 16, 31, 600]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def _some_item(self, data: st.DataObject) -> ReviewItem:
        items = list(ReviewItem.objects.order_by("pk"))
        return data.draw(st.sampled_from(items)) if items else ReviewItem(pk=0)

    @invariant()
    def nothing_is_lost(self) -> None:
        if not hasattr(self, "arrived"):
            return
        states = dict(Scan.objects.values_list("digest", "state"))
        assert set(states) == self.arrived
        for digest, state in states.items():
            before = self.states.get(digest, State.RECEIVED)
            assert before == state or may_move(State(before), State(state)), (before, state)
        self.states = states

    @invariant()
    def every_scan_is_whole(self) -> None:
        for scan in Scan.objects.all():
            item = ReviewItem.objects.filter(scan=scan).first()
            reviews = Review.objects.filter(item__scan=scan)
            objects = set(scan.objects_stored.values_list("area", flat=True))
            assert reviews.count() == (scan.state == State.FINAL)
            assert (item is not None) == (scan.state in (State.QUEUED, State.FINAL))
            assert item is None or (item.done_at is not None) == (scan.state == State.FINAL)
            assert ("released" in objects) == (scan.state in AFTER_RELEASE)
            assert Assessment.objects.filter(scan=scan, current=True).count() == (scan.state in AFTER_RELEASE)
            assert all(review.reviewer_id != scan.trainee_id for review in reviews)
            assert scan.state not in (State.QUEUED, State.FINAL) or (scan.trainee_id and scan.exam_type)

    @invariant()
    def the_figures_agree(self) -> None:
        found = figures.overview(Scan.objects.all(), getattr(self, "now", NOON))
        assert found.reviewed == found.mean_overall.total == Review.objects.count()
        assert found.scans_in == Scan.objects.count()


def _ends(item: ReviewItem) -> datetime:
    assert item.lease_until is not None
    return item.lease_until


@pytest.mark.django_db
def test_life() -> None:
    run_state_machine_as_test(Life, settings=settings(max_examples=15, stateful_step_count=20, deadline=None))
