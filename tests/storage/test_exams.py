"""Are clips of one examination one exam, never by guess, and does nothing change under a reader's eyes?"""

import uuid
from collections import Counter
from datetime import timedelta

import pytest

from pipeline.deidentify.identity import Identity
from pipeline.errors import Conflict
from pipeline.received import Kind, Received
from storage.catalogue import exams, grouping, intake, quarantine, queue, readings, worksheets
from storage.catalogue.models import Event, Exam, Person, ReviewItem, Scan
from storage.objects import Area, StoredBytes
from supervision.exam_types import exam_types
from supervision.rating import Answer
from supervision.roles import Role
from supervision.states import Stage, State
from supervision.worksheet import AgeBand, Sex, Urgency, Worksheet
from tests.forms import rated
from tests.storage.conftest import FAN, NOON, World, identity, inspection, item_of, make_world, released
from tests.storage.test_parallel import AT_ONCE, together

FAST = exam_types()["FAST"]
FLAG = next(question.code for question in FAST.questions if question.red_flag)
MINUTE = timedelta(minutes=1)


def exams_of(*scans: Scan) -> list[Exam]:
    """Return the exam of each scan as it is now."""
    found = [Scan.objects.select_related("exam").get(pk=scan.pk).exam for scan in scans]
    assert None not in found
    return [exam for exam in found if exam is not None]


def exam_of(scan: Scan) -> Exam:
    return exams_of(scan)[0]


def later(world: World, minutes: float, study: str = "", **known: object) -> Scan:
    """Return a scan of patient SR-ONE that arrived so much later."""
    scan = world.received(f"late {minutes} {study} {known}")
    Scan.objects.filter(pk=scan.pk).update(received_at=NOON + minutes * MINUTE, **known)
    token = str(uuid.uuid4())
    assert scan.digest in intake.take("goma", 1000, token, NOON)
    whose = Identity("SR-ONE", "SR-DEVICE1", study=study)
    assert intake.record_released(scan.digest, token, inspection(), whose, (0.0,), released(scan.digest), NOON)
    scan.refresh_from_db()
    return scan


def test_clips_of_one_patient_scanner_type_and_hour_are_one_exam(world: World) -> None:
    world.person("bea", Role.TRAINEE, project=world.goma)
    first = world.queued(patient="SR-ONE", score=80.0)
    second = world.queued(patient="SR-ONE", score=40.0)
    assert exam_of(first) == exam_of(second)
    assert ReviewItem.objects.get() == item_of(second)
    assert (exam_of(first).score, exam_of(first).name) == (40.0, first.short_id)
    others = [
        world.queued(patient="SR-TWO"),
        world.queued(patient="SR-ONE", exam_type="CARD"),
        world.queued(patient="SR-ONE", exam_type=None),
        world.queued(patient="SR-ONE", trainee="bea"),
        world.queued(patient="SR-ONE", trainee=None),
        world.queued(patient="SR-ONE", project="bunia", trainee=None),
        world.queued(patient=""),
        world.queued(patient=""),
    ]
    assert len(set(exams_of(first, *others))) == 1 + len(others)


@pytest.mark.parametrize(("minutes", "same"), [(59, True), (61, False), (-59, True), (-61, False)])
def test_an_hour_is_the_limit_on_either_side(world: World, *, minutes: int, same: bool) -> None:
    first, second = later(world, 0.0), later(world, minutes)
    assert (exam_of(first) == exam_of(second)) is same
    assert exam_of(first).began_at == NOON + (min(0, minutes) * MINUTE if same else 0 * MINUTE)


def test_clips_of_one_study_are_one_exam_whenever_they_come_and_of_two_never_by_guess(world: World) -> None:
    world.person("bea", Role.TRAINEE, project=world.goma)
    first, day_after = later(world, 0.0, "SR-S1"), later(world, 1500.0, "SR-S1")
    assert exam_of(first) == exam_of(day_after)
    follow_up, nameless = later(world, 10.0, "SR-S2"), later(world, 11.0)
    assert len(set(exams_of(first, follow_up, nameless))) == 3, "two exams fit what names no study"
    bea = world.people["bea"]
    others = [later(world, 12.0, "SR-S1", trainee=bea), later(world, 13.0, "SR-S1", exam_type="CARD")]
    assert len(set(exams_of(first, follow_up, nameless, *others))) == 5
    assert exam_of(later(world, 14.0, "SR-S2", exam_type="", trainee=None)) == exam_of(follow_up)


def test_what_one_clip_of_a_study_leaves_blank_another_says(world: World) -> None:
    blank = later(world, 0.0, "SR-S1", trainee=None, exam_type="")
    assert exam_of(blank).stage == Stage.AWAITING_INFO
    told = later(world, 300.0, "SR-S1")
    exam = exam_of(blank)
    assert (exam, exam.trainee, exam.exam_type, exam.stage) == (
        exam_of(told),
        world.people["amina"],
        "FAST",
        Stage.QUEUED,
    )
    assert set(exam.clips.values_list("trainee", "exam_type", "state")) == {(exam.trainee_id, "FAST", State.QUEUED)}
    with_rose = queue.claim(item_of(told).pk, world.people["rose"], NOON)
    assert exam_of(later(world, 301.0, "SR-S1")) != with_rose.exam, "what is being read stays as it is"


def test_a_study_that_names_two_patients_is_believed_of_neither(world: World) -> None:
    first = later(world, 0.0, "SR-S1")
    Exam.objects.update(patient="SR-TWO")
    assert exam_of(first) != exam_of(later(world, 1.0, "SR-S1"))


def test_between_two_exams_that_fit_nobody_guesses(world: World) -> None:
    clips = [world.queued(patient="SR-ONE") for _ in range(2)]
    grouping.split(exam_of(clips[0]).pk, [clips[1].pk], None, NOON)
    grouping.describe(exam_of(clips[1]), None, "FAST", NOON)
    third = world.queued(patient="SR-ONE")
    assert len(set(exams_of(*clips, third))) == 3


@pytest.mark.parametrize("how", ["claimed", "final"])
def test_what_comes_while_somebody_reads_is_an_exam_of_its_own(world: World, how: str) -> None:
    first = world.queued(patient="SR-ONE")
    sheet = Worksheet(FAST, age=AgeBand.CHILD_1_4, sex=Sex.FEMALE, urgency=Urgency.CRITICAL)
    worksheets.complete(exam_of(first).pk, sheet, None, None, NOON)
    rose, form = world.people["rose"], rated(4)
    item = queue.claim(item_of(first).pk, rose, NOON)
    if how == "final":
        readings.submit(item.pk, rose, uuid.uuid4(), form, NOON, seen=form.views)
        Exam.objects.filter(pk=item.exam_id).update(stage=Stage.FINAL)
    late = world.queued(patient="SR-ONE")
    assert exam_of(late) != exam_of(first)
    assert exam_of(first).clips.count() == 1
    if how == "claimed":
        assert (item_of(late).clock, exam_of(late).age, exam_of(late).sex) == ("P0", "child_1_4", "female")
    for again in (
        lambda: grouping.join(exam_of(first).pk, exam_of(late).pk, None, NOON),
        lambda: grouping.join(exam_of(late).pk, exam_of(first).pk, None, NOON),
        lambda: worksheets.complete(exam_of(first).pk, sheet, None, None, NOON),
    ):
        with pytest.raises(Conflict, match="being_read"):
            again()


def test_a_clip_that_was_held_back_joins_its_exam_when_it_is_released(world: World) -> None:
    officer = world.person("officer", Role.DATA_OFFICER)
    first = world.queued(patient="SR-ONE")
    held = world.withheld(identity=identity("SR-ONE"))
    quarantine.decide_sector(held.pk, [FAN], officer, NOON + 50 * 24 * 60 * MINUTE)
    token = str(uuid.uuid4())
    assert held.digest in intake.take("goma", 9, token, NOON)
    stored = released(held.digest)
    assert intake.record_released(held.digest, token, inspection(20.0), identity("SR-ONE"), (0.0,), stored, NOON)
    assert exam_of(held) == exam_of(first)
    assert exam_of(first).score == pytest.approx(20.0, abs=0.1)


def test_exams_are_joined_and_split_by_hand_and_each_act_is_noted(world: World) -> None:
    facilitator = world.person("fatou", Role.FACILITATOR)
    one, two = world.queued(patient="", score=80.0), world.queued(patient="SR-ONE", score=30.0)
    sheet = Worksheet(FAST, answers={FLAG: Answer.POSITIVE}, sex=Sex.MALE)
    worksheets.complete(exam_of(two).pk, sheet, None, facilitator, NOON)
    gone = exam_of(two).pk
    grouping.join(exam_of(one).pk, gone, facilitator, NOON)
    joined = exam_of(one)
    assert not Exam.objects.filter(pk=gone).exists()
    assert (exam_of(two), joined.score, joined.patient, joined.sex) == (joined, 30.0, "SR-ONE", "male")
    assert ReviewItem.objects.get().clock == "P1", "the worksheet that was there counts"
    new = grouping.split(joined.pk, [one.pk], facilitator, NOON)
    one.refresh_from_db()
    assert (one.exam, one.state, one.exam_type, one.trainee) == (
        new,
        State.AWAITING_INFO,
        "",
        world.people["amina"],
    )
    left = exam_of(two)
    assert (left.name, left.patient, new.patient, new.worksheet_at) == (two.short_id, "SR-ONE", "", None)
    assert (left.stage, new.stage) == (Stage.QUEUED, Stage.AWAITING_INFO)
    told = Event.objects.filter(what__in=("joined", "split")).values_list("what", "scan", "person")
    assert Counter(told) == {("joined", two.pk, facilitator.pk): 1, ("split", one.pk, facilitator.pk): 1}


def test_what_cannot_be_one_exam_is_refused(world: World) -> None:
    world.person("bea", Role.TRAINEE, project=world.goma)
    here = exam_of(world.queued(patient="SR-ONE"))
    for other in (
        here,
        exam_of(world.queued(patient="SR-TWO")),
        exam_of(world.queued(patient="SR-ONE", trainee="bea")),
        exam_of(world.queued(patient="", project="bunia", trainee=None)),
    ):
        with pytest.raises(ValueError, match="join"):
            grouping.join(here.pk, other.pk, None, NOON)
    clips = [world.queued(patient="SR-THREE") for _ in range(2)]
    stranger = world.queued()
    for chosen in ([], [clip.pk for clip in clips], [stranger.pk], [clips[0].pk, stranger.pk]):
        with pytest.raises(ValueError, match="clips"):
            grouping.split(exam_of(clips[0]).pk, chosen, None, NOON)


def test_only_what_could_belong_is_offered(world: World) -> None:
    world.person("bea", Role.TRAINEE, project=world.goma)
    video = exam_of(world.queued(patient=""))
    dicom = exam_of(world.queued(patient="SR-ONE"))
    nobody = exam_of(world.queued(patient="", trainee=None))
    exam_of(world.queued(patient="", trainee="bea"))
    held = world.queued(patient="")
    queue.claim(item_of(held).pk, world.people["rose"], NOON)
    assert list(grouping.could_belong(video)) == [dicom, nobody]
    assert list(grouping.could_belong(dicom)) == [video, nobody]
    assert not grouping.could_belong(nobody).exists(), "no scanner and no patient: anybody's"


def test_a_worksheet_is_of_a_trainee_of_the_project_and_of_its_own_clips(world: World) -> None:
    scan, other = world.queued(trainee=None), world.queued()
    exam, rose = exam_of(scan), world.people["rose"]
    with pytest.raises(ValueError, match="trainee"):
        worksheets.complete(exam.pk, Worksheet(FAST), rose, rose, NOON)
    with pytest.raises(ValueError, match="clips"):
        worksheets.complete(exam.pk, Worksheet(FAST, views={other.pk: FAST.views[0].code}), None, rose, NOON)
    assert worksheets.sheet_of(exam_of(scan)) is None
    sheet = Worksheet(
        FAST,
        question=FLAG,
        answers={FLAG: Answer.INDETERMINATE},
        age=AgeBand.ADULT_65,
        views={scan.pk: FAST.views[0].code},
    )
    worksheets.complete(exam.pk, sheet, None, rose, NOON)
    assert worksheets.sheet_of(exam_of(scan)) == sheet
    assert exam_of(scan).stage == Stage.AWAITING_INFO, "who scanned is still not known"
    worksheets.complete(exam.pk, sheet, world.people["amina"], rose, NOON)
    assert exam_of(scan).stage == Stage.QUEUED


SAID = {
    "answers": {FLAG: "positive", "NO_SUCH": "negative"},
    "question": FLAG,
    "age": "adult_45_64",
    "sex": "female",
    "view": FAST.views[0].code,
}


def test_a_worksheet_that_came_with_the_file_is_that_of_its_exam(world: World) -> None:
    scan, plain = later(world, 0, said=SAID), later(world, 1)
    exam = exam_of(scan)
    assert exam == exam_of(plain)
    assert (exam.answers, exam.question, exam.age, exam.sex) == ({FLAG: "positive"}, FLAG, "adult_45_64", "female")
    assert (scan.view, plain.view) == (FAST.views[0].code, "")
    assert (exam.worksheet_by, item_of(scan).clock) == (world.people["amina"], "P1")
    third = later(world, 2, said={"sex": "male", "urgency": "critical"})
    exam = exam_of(third)
    assert (exam.sex, exam.urgency, item_of(third).clock) == ("female", "critical", "P0"), "who said it first counts"


def test_without_an_exam_type_the_worksheet_waits_for_it(world: World) -> None:
    scan = later(world, 0, said=SAID, exam_type="")
    assert (exam_of(scan).worksheet_at, exam_of(scan).stage) == (None, Stage.AWAITING_INFO)
    known = Received(scan.digest, scan.size, Kind.VIDEO, "goma", "amina", "FAST")
    intake.register(known, StoredBytes(Area.RAW, scan.digest, scan.size), "watched_folder", NOON)
    assert (exam_of(scan).answers, exam_of(scan).stage) == ({FLAG: "positive"}, Stage.QUEUED)


@pytest.mark.django_db(transaction=True)
def test_clips_of_one_exam_that_are_released_at_once_are_one_exam() -> None:
    world = make_world()
    scans = [world.received(f"scan {number}") for number in range(AT_ONCE)]
    assert len(intake.take("goma", AT_ONCE, "token", NOON)) == AT_ONCE

    def release(number: int) -> bool:
        digest = scans[number].digest
        return intake.record_released(digest, "token", inspection(), identity(), (0.0,), released(digest), NOON)

    assert all(together(release))
    assert ReviewItem.objects.get().exam.clips.count() == AT_ONCE


@pytest.mark.django_db(transaction=True)
def test_joining_splitting_claiming_and_telling_at_once_wait_for_nobody() -> None:
    """Whoever comes first, no clip is lost, none is in two exams, and a reader's exam stays as it was."""
    world = make_world()
    clips = [world.queued(patient="" if number % 2 else "SR-ONE") for number in range(4)]
    numbers = sorted({exam.pk for exam in exams_of(*clips)})
    before = {number: set(Exam.objects.get(pk=number).clips.values_list("pk", flat=True)) for number in numbers}
    reviewers = [world.person(f"reviewer {number}", Role.REVIEWER) for number in range(AT_ONCE)]

    def act(number: int) -> object:
        one, other = numbers[number % len(numbers)], numbers[(number + 1) % len(numbers)]
        try:
            if number % 4 == 0:
                return queue.claim(ReviewItem.objects.get(exam=one).pk, reviewers[number], NOON)
            if number % 4 == 1:
                return worksheets.complete(one, Worksheet(FAST, sex=Sex.MALE), None, None, NOON)
            return grouping.join(*((one, other) if number % 4 == 2 else (other, one)), None, NOON)
        except (Conflict, Exam.DoesNotExist, ReviewItem.DoesNotExist):
            return None

    together(act)
    assert Scan.objects.filter(exam__isnull=False).count() == len(clips)
    assert all(exam.clips.exists() for exam in Exam.objects.all())
    for exam in Exam.objects.all():
        if exams.begun(exam):
            held = exam.items.get(claimed_by__isnull=False)
            assert isinstance(held.claimed_by, Person)
            assert before[exam.pk] <= set(exam.clips.values_list("pk", flat=True))
