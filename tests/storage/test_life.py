"""Whatever arrives, is told, joined, split and read in whatever order: is no scan lost, and none in a wrong exam?"""

import uuid
from datetime import date, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from pipeline.errors import Conflict, Undecodable, Withheld
from storage.catalogue import exams, grouping, intake, queue, readings, worksheets
from storage.catalogue.models import (
    Assessment,
    Device,
    Event,
    Exam,
    Feedback,
    FeedbackStep,
    Organisation,
    Person,
    Project,
    Review,
    ReviewItem,
    Scan,
    StoredObject,
    TraineePhase,
)
from storage.catalogue.reporting import Reach, counted_of
from supervision.exam_types import exam_types
from supervision.period import Days
from supervision.roles import Role
from supervision.states import OPEN_STAGES, RELEASED, STATE_OF_CLIPS, Stage, State, may_move
from supervision.worksheet import Worksheet
from tests.forms import rated
from tests.storage.conftest import NOON, World, identity, inspection, make_world, released, runs

NAMES = [f"scan {number}" for number in range(5)]
PATIENTS = {"scan 0": "SR-ONE", "scan 1": "SR-ONE", "scan 2": "SR-ONE", "scan 3": "SR-TWO", "scan 4": ""}
PEOPLE = ["amina", "rose", "luc", "both"]
EVER = Days(date(2020, 1, 1), date(2090, 1, 1))

names = st.sampled_from(NAMES)
people = st.sampled_from(PEOPLE)


class Life(RuleBasedStateMachine):
    """Files arrive, runs take, finish, fail or die, people claim, give back and submit, and time goes by."""

    runs = Bundle("runs")
    now: datetime
    world: World

    @initialize()
    def begin(self) -> None:
        Event.objects.all()._raw_delete("default")
        for model in (FeedbackStep, Feedback, Review, ReviewItem, StoredObject, Scan, Exam, Device, TraineePhase):
            model.objects.all().delete()
        for place in (Project, Organisation, Person):
            place.objects.all().delete()
        self.world = make_world()
        self.world.person("both", Role.TRAINEE, Role.REVIEWER, project=self.world.goma)
        self.now = NOON
        self.arrived: set[str] = set()
        self.patients: dict[str, str] = {}
        self.states: dict[str, str] = {}
        self.read: dict[int, set[int]] = {}

    @rule(name=names, trainee=st.sampled_from([None, "amina", "both"]), exam_type=st.sampled_from([None, "FAST"]))
    def arrive(self, name: str, trainee: str | None, exam_type: str | None) -> None:
        scan = self.world.received(name, trainee=trainee, exam_type=exam_type)
        self.arrived.add(scan.digest)
        self.patients[scan.digest] = PATIENTS[name]

    @rule(name=names, exam_type=st.sampled_from([None, "FAST", "FAST", "FAST"]))
    def bring(self, name: str, exam_type: str | None) -> None:
        """Let a file come all the way, so that there are exams early."""
        self.arrive(name, "amina", exam_type)
        digests = intake.take("goma", 9, token := str(uuid.uuid4()), self.now)
        self.finish((token, digests), "release")

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
                    digest, token, inspection(), identity(self.patients[digest]), (0.0,), released(digest), self.now
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

    @precondition(lambda _self: Exam.objects.exists())
    @rule(data=st.data(), person=st.sampled_from([None, "amina"]), exam_type=st.sampled_from(["FAST", "CARD"]))
    def tell(self, data: st.DataObject, person: str | None, exam_type: str) -> None:
        exam = self._some_exam(data)
        who = self.world.people[person] if person else None
        begun = exam.pk is not None and exams.begun(exam)
        try:
            worksheets.complete(exam.pk or 0, Worksheet(exam_types()[exam_type]), who, who, self.now)
        except Conflict:
            assert begun
        except Exam.DoesNotExist:
            return
        else:
            assert not begun
            exam.refresh_from_db()
            assert (exam.exam_type, exam.worksheet_at) == (exam_type, self.now)

    @precondition(lambda _self: Exam.objects.count() > 1)
    @rule(data=st.data())
    def join(self, data: st.DataObject) -> None:
        one, other = data.draw(st.permutations(list(Exam.objects.order_by("pk"))))[:2]
        try:
            grouping.join(one.pk or 0, other.pk or 0, None, self.now)
        except (Conflict, ValueError, Exam.DoesNotExist):
            return
        assert not Exam.objects.filter(pk=other.pk).exists()

    @precondition(lambda _self: Scan.objects.filter(exam__isnull=False).count() > Exam.objects.count())
    @rule(data=st.data())
    def split(self, data: st.DataObject) -> None:
        exam = self._some_exam(data)
        clips = list(Scan.objects.filter(exam=exam.pk or 0).values_list("pk", flat=True).order_by("pk"))
        try:
            new = grouping.split(exam.pk or 0, clips[1:], None, self.now)
        except (Conflict, ValueError, Exam.DoesNotExist):
            return
        assert set(new.clips.values_list("pk", flat=True)) == set(clips[1:])

    @precondition(lambda _self: ReviewItem.objects.exists())
    @rule(person=people)
    def claim(self, person: str) -> None:
        who = self.world.people[person]
        item = queue.next_item(who, self.now)
        if item is not None:
            assert item.claimed_by == who
            self.read[item.exam_id] = set(item.exam.clips.values_list("pk", flat=True))

    @precondition(lambda _self: ReviewItem.objects.exists())
    @rule(person=people, data=st.data())
    def give_back(self, person: str, data: st.DataObject) -> None:
        held = list(ReviewItem.objects.filter(claimed_by__username=person, done_at=None).order_by("pk"))
        if held:
            item = data.draw(st.sampled_from(held))
            queue.give_back(item.pk, self.world.people[person], self.now)
            del self.read[item.exam_id]

    @precondition(lambda _self: ReviewItem.objects.exists())
    @rule(person=people)
    def submit(self, person: str) -> None:
        who = self.world.people[person]
        item = ReviewItem.objects.filter(claimed_by=who, done_at=None).first()
        if item is not None:
            form = rated(3, exam_type=item.exam.exam_type)
            review = readings.submit(item.pk, who, uuid.uuid4(), form, self.now, seen=form.views)
            assert review.exam.trainee_id != who.pk

    @rule(minutes=st.sampled_from([1, 16, 31, 600]))
    def wait(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    def _some_exam(self, data: st.DataObject) -> Exam:
        found = list(Exam.objects.order_by("pk"))
        return data.draw(st.sampled_from(found)) if found else Exam()

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
            objects = set(scan.objects_stored.values_list("area", flat=True))
            assert (scan.exam is not None) == (scan.state in RELEASED) == ("released" in objects)
            assert Assessment.objects.filter(scan=scan, current=True).count() == (scan.state in RELEASED)

    @invariant()
    def every_exam_is_of_one_patient_scanner_and_type(self) -> None:
        for exam in Exam.objects.all():
            clips = list(exam.clips.all())
            assert clips, "an exam without a clip is nothing to read"
            assert {(clip.trainee_id, clip.exam_type) for clip in clips} == {(exam.trainee_id, exam.exam_type)}
            assert {clip.state for clip in clips} == {STATE_OF_CLIPS[Stage(exam.stage)]}
            assert {clip.patient for clip in clips} - {""} == {exam.patient} - {""}
            assert exam.score == min(clip.score for clip in clips)
            assert exam.name in {clip.short_id for clip in clips}
            assert exam.items.filter(done_at=None).count() == (exam.stage in OPEN_STAGES)
            assert (exam.stage == Stage.AWAITING_INFO) == (exam.trainee_id is None or not exam.exam_type)

    @invariant()
    def nothing_changes_under_a_readers_eyes(self) -> None:
        for number, clips in getattr(self, "read", {}).items():
            assert set(Scan.objects.filter(exam=number).values_list("pk", flat=True)) == clips

    @invariant()
    def the_figures_agree(self) -> None:
        found = counted_of(Reach(Scan.objects.all(), Exam.objects.all()), EVER, getattr(self, "now", NOON))
        assert found.rated == Review.objects.filter(final=True).count()
        assert found.reviewed == Scan.objects.filter(exam__reviews__final=True).count()
        assert found.scans_in == Scan.objects.count()


@pytest.mark.django_db
def test_life() -> None:
    run_state_machine_as_test(Life, settings=settings(max_examples=runs(20), stateful_step_count=30, deadline=None))
