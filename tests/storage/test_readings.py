"""What follows from a reading, who may change it, and what is served to whom before the end?"""

import uuid
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from pipeline.errors import Conflict
from storage.catalogue import arbitration, blinding, finals, queue, readings, reviewer_calibration, worksheets
from storage.catalogue.models import Arbitration, Event, Exam, Feedback, Person, Review, ReviewerProfile, ReviewItem
from storage.catalogue.prefill import prefill_for
from storage.catalogue.programme import current
from storage.settings import settings
from supervision.blinding import EVERYTHING, Hidden
from supervision.exam_types import exam_types
from supervision.marks import Mark, Shape
from supervision.rating import Consequence
from supervision.readings import Decided, Difference, Reading
from supervision.review_form import ReviewForm
from supervision.roles import Role
from supervision.states import Stage
from supervision.worksheet import Urgency, Worksheet
from tests.forms import rated
from tests.storage.conftest import NOON, World

FAST = exam_types()["FAST"]
LATER = NOON + timedelta(minutes=5)


@pytest.fixture
def court(world: World) -> World:
    """The small world with somebody to decide."""
    world.person("ada", Role.ARBITER)
    return world


def ask_twice(monkeypatch: pytest.MonkeyPatch, folder: Path, more: str = "") -> None:
    """Have every exam read twice."""
    (folder / "programme.toml").write_text(f"[review]\nsecond_read_share = 1.0\n{more}")
    monkeypatch.setenv("SONORELAY_PROGRAMME", str(folder / "programme.toml"))
    settings.cache_clear()
    current.cache_clear()


def exam_in(world: World, **known: Any) -> Exam:
    exam = world.queued(**known).exam
    assert exam is not None
    return exam


def read(exam: Exam, person: Person, form: ReviewForm, **more: Any) -> Review:
    item = queue.claim(exam.items.get(done_at=None).pk, person, NOON)
    more = {"seen": form.views} | more
    review = readings.submit(item.pk, person, uuid.uuid4(), form, LATER, **more)
    exam.refresh_from_db()
    return review


def test_a_reading_leaves_nothing_out(world: World) -> None:
    exam, rose = exam_in(world), world.people["rose"]
    item = queue.claim(exam.items.get().pk, rose, NOON)
    form = rated(4)
    measured = list(prefill_for(exam))
    assert measured == [view.code for view in FAST.views], "one clip without a view speaks for all"
    foreign = world.queued().pk
    marks = (Mark(foreign, 0, Shape.PIN, text="?"), Mark(exam.clips.get().pk, 3, Shape.PIN, text="after the end"))
    for sent, seen, paths in (
        (ReviewForm(4, form.views), form.views, tuple(f"answers.{one.code}" for one in FAST.questions if one.critical)),
        (form, measured[1:], (f"seen.{measured[0]}",)),
        (rated(4, marks=marks), form.views, ("marks.0", "marks.1")),
    ):
        with pytest.raises(readings.Incomplete) as told:
            readings.submit(item.pk, rose, uuid.uuid4(), sent, LATER, seen=seen)
        assert told.value.paths == tuple(sorted(paths))
    assert not Review.objects.exists()
    assert readings.submit(item.pk, rose, uuid.uuid4(), form, LATER, seen=measured).final


def test_without_prefill_nothing_need_be_looked_at(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ask_twice(monkeypatch, tmp_path, "prefill = false\n")
    exam = exam_in(world)
    assert prefill_for(exam) == {}
    assert read(exam, world.people["rose"], rated(4), seen=()).overall == 4


def test_two_that_agree_make_the_first_final(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ask_twice(monkeypatch, tmp_path)
    exam = exam_in(world)
    first = read(exam, world.people["rose"], rated(4))
    assert (exam.stage, finals.final_of(exam)) == (Stage.SECOND_READ, None)
    assert not Feedback.objects.exists(), "what can wait waits for the second reading"
    assert Event.objects.filter(what="reviewed").latest("pk").facts["share"] == 1
    with pytest.raises(Conflict, match="read_before"):
        queue.claim(exam.items.get(done_at=None).pk, world.people["rose"], LATER)
    read(exam, world.people["luc"], rated(5))
    assert (exam.stage, finals.final_of(exam)) == (Stage.FINAL, first)
    profiles = {row.person.username: (row.pairs, row.severity) for row in ReviewerProfile.objects.all()}
    assert profiles == {"rose": (1, -1), "luc": (1, 1)}


def test_the_arbiter_reads_blind_first_then_decides(
    court: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ask_twice(monkeypatch, tmp_path)
    exam, ada = exam_in(court), court.people["ada"]
    first, second = read(exam, court.people["rose"], rated(4)), read(exam, court.people["luc"], rated(2))
    item = exam.items.get(reading=Reading.ARBITRATION)
    assert exam.stage == Stage.ARBITRATION
    with pytest.raises(ReviewItem.DoesNotExist):
        queue.claim(item.pk, court.person("late", Role.REVIEWER), LATER)
    queue.claim(item.pk, ada, NOON)
    with pytest.raises(Conflict, match="read_blind_first"):
        arbitration.both(item.pk, ada)
    with pytest.raises(Conflict, match="read_blind_first"):
        arbitration.decide(item.pk, ada, "first", [Decided.ARTEFACT], "", LATER)
    assert finals.readings_of(exam, ada) == []
    blind = read(exam, ada, rated(1))
    with pytest.raises(Conflict, match="already_reviewed"):
        read(exam, ada, rated(5))
    told = arbitration.both(item.pk, ada)
    assert (told.blind, told.first, told.second) == (blind, first, second)
    assert told.differences == (Difference.OVERALL, Difference.ACROSS_ENOUGH)
    assert finals.readings_of(exam, ada) == [blind]
    with pytest.raises(ValueError, match="reasons"):
        arbitration.decide(item.pk, ada, "second", [], "", LATER)
    for _ in range(2):  # a double click
        final = arbitration.decide(item.pk, ada, "second", [Decided.VIEW_MISJUDGED], " Off axis. ", LATER)
    with pytest.raises(Conflict, match="stale"):
        arbitration.decide(item.pk, ada, "own", [Decided.SLIP], "", LATER)
    exam.refresh_from_db()
    assert (exam.stage, final, finals.final_of(exam)) == (Stage.FINAL, second, second)
    kept = Arbitration.objects.get()
    assert (kept.reasons, kept.note, kept.chosen, kept.blind) == (["view_misjudged"], "Off axis.", second, blind)
    profiles = {row.person.username: row.severity for row in ReviewerProfile.objects.all()}
    assert profiles == {"rose": 2, "luc": 1, "ada": -1}, "each against the final, its own author against the arbiter"


def test_who_decides_must_have_read_even_after_another_arbiter(
    court: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ask_twice(monkeypatch, tmp_path)
    exam, ben = exam_in(court), court.person("ben", Role.ARBITER)
    for name, overall in (("rose", 4), ("luc", 2), ("ada", 1)):
        read(exam, court.people[name], rated(overall))
    item = queue.claim(exam.items.get(done_at=None).pk, ben, NOON + timedelta(hours=1))
    with pytest.raises(Conflict, match="lease_lost"):
        arbitration.decide(item.pk, court.people["ada"], "own", [Decided.SLIP], "", LATER)
    with pytest.raises(Conflict, match="read_blind_first"):
        arbitration.decide(item.pk, ben, "own", [Decided.SLIP], "", LATER)
    own = read(exam, ben, rated(3))
    assert arbitration.decide(item.pk, ben, "own", [Decided.OPEN_TO_BOTH], "", LATER) == own
    assert Review.objects.filter(exam=exam, final=True).count() == 1


def test_what_is_critical_reaches_the_trainee_before_it_is_confirmed(court: World) -> None:
    scan = court.queued()
    assert scan.exam is not None
    worksheets.complete(scan.exam.pk, Worksheet(FAST, urgency=Urgency.CRITICAL), None, None, NOON)
    first = read(scan.exam, court.people["rose"], rated(4))
    assert (scan.exam.stage, first.final) == (Stage.SECOND_READ, False)
    assert Feedback.objects.get().review == first
    assert scan.exam.items.get(done_at=None).clock == "P0"
    assert finals.readings_of(scan.exam, court.people["amina"]) == [first]
    amended = readings.amend(first.pk, court.people["rose"], uuid.uuid4(), rated(5), LATER)
    assert (amended.final, Feedback.objects.count()) == (False, 2)
    read(scan.exam, court.people["luc"], rated(4))
    assert finals.final_of(scan.exam) == amended


def test_a_call_for_the_patient_is_never_outvoted(
    court: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ask_twice(monkeypatch, tmp_path)
    exam = exam_in(court)
    read(exam, court.people["rose"], rated(4))
    second = read(exam, court.people["luc"], rated(4, consequence=Consequence.CONTACT_NOW))
    assert (exam.stage, exam.items.get(done_at=None).clock) == (Stage.ARBITRATION, "P1")
    assert Feedback.objects.get().review == second


def test_a_call_for_the_patient_that_comes_later_waits_for_nobody(
    court: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ask_twice(monkeypatch, tmp_path)
    exam, rose = exam_in(court), court.people["rose"]
    before = read(exam, rose, rated(4))
    waits = exam.items.get(done_at=None)
    assert (waits.clock, Feedback.objects.exists()) == ("P2", False)
    assert list(readings.amendable_by(rose)) == [before]
    first = readings.amend(before.pk, rose, uuid.uuid4(), rated(5), LATER)
    assert list(readings.amendable_by(rose)) == [first]
    assert not Feedback.objects.exists(), "a better word can wait"
    first = readings.amend(first.pk, rose, uuid.uuid4(), rated(5, consequence=Consequence.CONTACT_NOW), LATER)
    assert Feedback.objects.get().review == first
    sooner = exam.items.get(done_at=None)
    assert (sooner.pk, sooner.clock) == (waits.pk, "P1")
    assert sooner.due_at < waits.due_at
    assert sooner.priority > waits.priority
    readings.amend(first.pk, rose, uuid.uuid4(), rated(4), LATER)
    assert exam.items.get(done_at=None).clock == "P1", "what was urgent once is looked at soon"


def test_a_confirmed_reading_that_is_changed_goes_to_an_arbiter(
    court: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ask_twice(monkeypatch, tmp_path)
    rose, ada, contact = court.people["rose"], court.people["ada"], Consequence.CONTACT_NOW
    for was, is_now, released, clock in (
        (rated(4), rated(2), True, "P2"),
        (rated(4), rated(4, consequence=contact), True, "P1"),
        (rated(4, consequence=contact), rated(4), False, "P1"),
    ):
        exam = exam_in(court)
        first = read(exam, rose, was)
        read(exam, court.people["luc"], was)
        same = readings.amend(first.pk, rose, uuid.uuid4(), was, LATER)
        exam.refresh_from_db()
        assert (exam.stage, finals.final_of(exam)) == (Stage.FINAL, same), "still confirmed"
        new = readings.amend(same.pk, rose, uuid.uuid4(), is_now, LATER)
        exam.refresh_from_db()
        assert (exam.stage, finals.final_of(exam)) == (Stage.ARBITRATION, None)
        assert Feedback.objects.filter(review=new).exists() == released
        item = exam.items.get(done_at=None)
        assert (item.reading, item.clock) == (Reading.ARBITRATION, clock)
        assert not readings.amendable_by(rose).filter(exam=exam).exists()
        with pytest.raises(Conflict, match="not_final"):
            readings.amend(new.pk, rose, uuid.uuid4(), was, LATER)
        read(exam, ada, was)
        final = arbitration.decide(item.pk, ada, "first", [Decided.SLIP], "", LATER)
        exam.refresh_from_db()
        assert (exam.stage, final) == (Stage.FINAL, new)
        last = readings.amend(final.pk, ada, uuid.uuid4(), was, LATER)
        assert finals.final_of(exam) == last, "the arbiter has decided already"


def test_only_the_author_amends_and_nothing_is_overwritten(court: World) -> None:
    exam, rose = exam_in(court), court.people["rose"]
    old = read(exam, rose, rated(4))
    for name in ("luc", "ada", "amina"):
        with pytest.raises(Review.DoesNotExist):
            readings.amend(old.pk, court.people[name], uuid.uuid4(), rated(1), LATER)
    with pytest.raises(readings.Incomplete):
        readings.amend(old.pk, rose, uuid.uuid4(), ReviewForm(3), LATER)
    submission = uuid.uuid4()
    for _ in range(2):
        new = readings.amend(old.pk, rose, submission, rated(2), LATER)
    with pytest.raises(Conflict, match="stale"):
        readings.amend(old.pk, rose, uuid.uuid4(), rated(5), LATER)
    old.refresh_from_db()
    assert (old.final, old.overall, new.final, new.overall, new.amends) == (False, 4, True, 2, old)
    assert list(Feedback.objects.order_by("pk").values_list("review", flat=True)) == [old.pk, new.pk]
    assert finals.readings_of(exam, court.people["amina"]) == [old, new]


def test_the_database_itself_refuses_a_second_final_and_a_second_reading(world: World) -> None:
    exam = exam_in(world)
    review = read(exam, world.people["rose"], rated(4))
    for change in ({"reviewer": world.people["luc"]}, {"final": False}):
        copy = Review.objects.get(pk=review.pk)
        copy.pk, copy.submission = None, uuid.uuid4()
        for name, value in change.items():
            setattr(copy, name, value)
        with pytest.raises(IntegrityError), transaction.atomic():
            copy.save(force_insert=True)


def test_who_may_be_asked_is_blind_whatever_else_they_are(world: World) -> None:
    exam, waits = exam_in(world), exam_in(world, trainee=None)
    people = {
        "rose": EVERYTHING,
        "chief": EVERYTHING,
        "helper": EVERYTHING,
        "boss": frozenset(),
        "amina": frozenset(),
        "far": frozenset(),
    }
    world.person("chief", Role.SUPERVISOR, Role.REVIEWER)
    world.person("helper", Role.FACILITATOR, Role.REVIEWER)
    world.person("boss", Role.SUPERVISOR)
    world.person("far", Role.REVIEWER, project=world.elsewhere)
    for name, hidden in people.items():
        assert blinding.hidden_from(world.people[name], exam) == hidden, name
    whose = {Hidden.TRAINEE, Hidden.SITE}
    assert blinding.hidden_from(world.people["helper"], waits) == EVERYTHING - whose
    assert blinding.hidden_from(world.people["rose"], waits) == EVERYTHING
    read(exam, world.people["luc"], rated(4))
    assert all(blinding.hidden_from(world.people[name], exam) == frozenset() for name in people)
    with CaptureQueriesContext(connection) as few:
        blinding.hidden_in(world.people["rose"], [exam])
    with CaptureQueriesContext(connection) as many:
        blinding.hidden_in(world.people["rose"], list(Exam.objects.all()) * 5)
    assert len(many) == len(few) + 1


def test_the_programme_switches_the_blindness(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ask_twice(monkeypatch, tmp_path, "[blinding]\nsite = false\nfirst_read = false\n")
    exam = exam_in(world)
    assert blinding.hidden_from(world.people["luc"], exam) == {Hidden.TRAINEE, Hidden.SCORE}
    first = read(exam, world.people["rose"], rated(4))
    assert finals.readings_of(exam, world.people["luc"]) == [first]
    assert finals.readings_of(exam, world.person("far", Role.REVIEWER, project=world.elsewhere)) == []


def test_readers_are_compared_by_what_they_said_first(
    world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ask_twice(monkeypatch, tmp_path)
    rose, luc = world.people["rose"], world.people["luc"]
    for first, second in ((4, 5), (3, 3), (1, 2)):
        exam = exam_in(world)
        last = read(exam, rose, rated(first))
        read(exam, luc, rated(second))
    assert reviewer_calibration.pairs_of(rose) == [(1, 2), (3, 3), (4, 5)]
    assert reviewer_calibration.pairs_of(luc) == [(2, 1), (3, 3), (5, 4)]
    readings.amend(last.pk, rose, uuid.uuid4(), rated(2), LATER)
    assert reviewer_calibration.pairs_of(rose) == [(1, 2), (3, 3), (4, 5)], "as it was said first"
    assert reviewer_calibration.pairs_of(luc)[0] == (2, 2), "against what became final"
    profile, found = ReviewerProfile.objects.get(person=rose), reviewer_calibration.update(rose)
    assert (profile.pairs, profile.severity) == (found.pairs, found.severity) == (3, pytest.approx(-2 / 3))
