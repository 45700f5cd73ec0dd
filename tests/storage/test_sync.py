"""Do two installations that exchange come to hold the same, with nothing lost and nothing twice?"""

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.catalogue import arbitration, exams, feedback, grouping, meeting, queue, readings, worksheets
from storage.catalogue.models import (
    Exam,
    Feedback,
    Held,
    NameElsewhere,
    Person,
    Review,
    Scan,
    SheetConflict,
    StoredObject,
    Wanted,
)
from storage.objects import Area
from storage.sync import applying, journal, sheets, sides
from storage.sync.exchange import CHUNK
from storage.sync.records import as_json
from storage.sync.telling import told as told_of
from supervision.exam_types import exam_types
from supervision.rating import Answer
from supervision.readings import Decided, Reading
from supervision.review_form import ReviewForm
from supervision.states import Stage
from supervision.worksheet import Urgency, Worksheet
from tests.forms import rated
from tests.storage.conftest import NOON
from tests.storage.two_sides import (
    Installation,
    Wire,
    exchange,
    exchanged_until_nothing_is_new,
    installed,
    removed,
    scanned,
)

BLADDER = exam_types()["BLADDER"]
CRITICAL = [question.code for question in BLADDER.questions if question.critical]


@dataclass
class Pair:
    """A field box and headquarters; time goes by one minute with every look at the clock."""

    field_box: Installation
    there: Installation
    now: datetime = NOON
    wire: Wire = field(init=False)

    def __post_init__(self) -> None:
        self.wire = Wire(self.field_box, self.there, self.later)

    def later(self, minutes: int = 1) -> datetime:
        self.now += timedelta(minutes=minutes)
        return self.now

    def meet(self) -> None:
        exchanged_until_nothing_is_new(self.wire)


@pytest.fixture
def pair(db: None, tmp_path: Path) -> Iterator[Pair]:
    made = Pair(installed(tmp_path, "field"), installed(tmp_path, "headquarters"))
    yield made
    removed(made.field_box, made.there)


def scan_in(at: Installation, pair: Pair, name: str = "clip", **known: str) -> uuid.UUID:
    with at.here():
        scan = scanned(at.store(), name, pair.later(), **known)
        assert scan.exam is not None
        return scan.exam.uuid


def read_in(at: Installation, pair: Pair, exam: uuid.UUID, person: str, form: ReviewForm) -> Review:
    with at.here() as world:
        who = world.people[person]
        item = Exam.objects.get(uuid=exam).items.filter(done_at=None).latest("pk")
        if item.claimed_by_id != who.pk:
            queue.claim(item.pk, who, pair.later())
        seen = [view.code for view in BLADDER.views]
        return readings.submit(item.pk, who, uuid.uuid4(), form, pair.later(), seen=seen)


def stage_of(at: Installation, exam: uuid.UUID) -> str:
    with at.here():
        return Exam.objects.get(uuid=exam).stage


def form(overall: int, **more: object) -> ReviewForm:
    return rated(overall, exam_type="BLADDER", **more)  # type: ignore[arg-type]


def told(at: Installation) -> dict[str, object]:
    """Return all that must be the same on both sides once nothing is new."""
    with at.here():
        names = dict(NameElsewhere.objects.values_list("person", "username"))
        people = {person.pk: names.get(person.pk, person.username) for person in Person.objects.all()}
        return {
            str(exam.uuid): {
                "stage": exam.stage,
                "clips": sorted(exam.clips.values_list("digest", flat=True)),
                "trainee": people.get(exam.trainee_id or 0, ""),
                "sheet": [exam.exam_type, exam.answers, exam.age, exam.sex, exam.urgency],
                "draw": [exam.draw, exam.inclusion, exam.exam_type_version],
                "readings": [
                    (str(one.submission), people[one.reviewer_id], one.reading, one.final, one.form.get("overall"))
                    for one in exam.reviews.order_by("submission")
                ],
                "versions": sorted(
                    (str(one.submission), str(one.amends.submission if one.amends else ""))
                    for one in exam.reviews.select_related("amends")
                ),
                "steps": sorted(
                    exam.reviews.exclude(feedback__steps=None).values_list(
                        "submission", "feedback__steps__what", "feedback__steps__text"
                    ),
                    key=str,
                ),
                "conflicts": sorted(exam.sheet_conflicts.values_list("key", "kept")),
            }
            for exam in Exam.objects.order_by("uuid")
        }


def same(pair: Pair) -> dict[str, object]:
    ours, theirs = told(pair.field_box), told(pair.there)
    assert ours == theirs
    return ours


def test_an_exam_of_the_field_is_read_at_headquarters(pair: Pair) -> None:
    exam = scan_in(pair.field_box, pair)
    first = exchange(pair.wire)
    assert (first.problem, first.sent, first.objects_sent) == ("", 1, 2)
    with pair.there.here() as world:
        scan = Scan.objects.get()
        assert scan.exam is not None
        assert scan.exam.trainee == world.people["amina"], "an account of both sides"
        assert scan.assessments.get(current=True).findings.exists()
        stored = dict(StoredObject.objects.values_list("role", "digest"))
        assert sorted(stored) == ["poster", "preview"], "the original stays where it came in"
        for digest in stored.values():
            pair.there.store().verify(Area.RELEASED, digest)
        assert not Wanted.objects.exists()
    read_in(pair.there, pair, exam, "rose", form(4))
    pair.meet()
    assert stage_of(pair.field_box, exam) == Stage.FINAL
    with pair.field_box.here() as world:
        one = Feedback.objects.get()
        feedback.reply(one.pk, world.people["amina"], "I see it now.", pair.later())
        feedback.acknowledge(one.pk, world.people["amina"], pair.later())
    pair.meet()
    with pair.there.here():
        assert Feedback.objects.get().steps.count() == 2
    same(pair)
    done = exchange(pair.wire)
    assert (done.sent, done.received, done.bytes_sent) == (0, 0, 0), "nothing is told twice"


def test_an_exam_is_asked_for_when_it_can_be_seen(pair: Pair) -> None:
    exam = scan_in(pair.field_box, pair)
    pair.wire.cut_after = 12  # the records went, the preview did not
    assert exchange(pair.wire).problem == "headquarters_unreachable"
    with pair.there.here():
        assert Wanted.objects.filter(role="preview").exists()
        assert not Exam.objects.get(uuid=exam).items.exists()
    pair.wire.cut_after = None
    pair.meet()
    with pair.there.here():
        assert Exam.objects.get(uuid=exam).items.filter(done_at=None).count() == 1
    same(pair)


@pytest.mark.parametrize(("here", "there", "stage"), [(4, 5, Stage.FINAL), (4, 2, Stage.ARBITRATION)])
def test_both_sides_read_the_same_exam(pair: Pair, here: int, there: int, stage: Stage) -> None:
    exam = scan_in(pair.field_box, pair)
    pair.meet()
    earlier = read_in(pair.field_box, pair, exam, "luc", form(here))
    later = read_in(pair.there, pair, exam, "rose", form(there))
    assert (earlier.final, later.final) == (True, True)
    pair.meet()
    same(pair)
    for at in (pair.field_box, pair.there):
        with at.here():
            kept = {one.submission: (one.reading, one.final) for one in Review.objects.all()}
            assert kept == {earlier.submission: (Reading.FIRST, True), later.submission: (Reading.SECOND, False)}
            assert Exam.objects.get().stage == stage
    if stage is Stage.ARBITRATION:
        read_in(pair.there, pair, exam, "ada", form(2))
        with pair.there.here() as world:
            item = Exam.objects.get().items.get(done_at=None)
            told = arbitration.both(item.pk, world.people["ada"])
            assert told.second is not None
            assert (told.first.submission, told.second.submission) == (earlier.submission, later.submission)
            arbitration.decide(item.pk, world.people["ada"], "second", [Decided.SLIP], "", pair.later())
        pair.meet()
        same(pair)
        with pair.field_box.here():
            assert Review.objects.get(final=True).submission == later.submission
            assert not Exam.objects.get().items.filter(done_at=None).exists()


def test_whoever_reads_while_the_other_side_was_faster_loses_nothing(pair: Pair) -> None:
    exam = scan_in(pair.field_box, pair)
    pair.meet()
    with pair.there.here() as world:
        queue.claim(Exam.objects.get().items.get().pk, world.people["rose"], pair.later())
    first = read_in(pair.field_box, pair, exam, "luc", form(4))
    pair.meet()
    assert stage_of(pair.there, exam) == Stage.FINAL
    second = read_in(pair.there, pair, exam, "rose", form(2))
    pair.meet()
    same(pair)
    with pair.there.here():
        assert Review.objects.get(final=True).submission == first.submission
        assert Review.objects.get(submission=second.submission).reading == Reading.SECOND
        assert Exam.objects.get().stage == Stage.ARBITRATION


def test_one_person_on_both_sides_gives_versions_of_one_reading(pair: Pair) -> None:
    exam = scan_in(pair.field_box, pair)
    pair.meet()
    before = read_in(pair.field_box, pair, exam, "rose", form(4))
    after = read_in(pair.there, pair, exam, "rose", form(2))
    pair.meet()
    same(pair)
    with pair.field_box.here():
        kept = Review.objects.get(final=True)
        assert (kept.submission, kept.amends and kept.amends.submission) == (after.submission, before.submission)


def sheet(answer: Answer, urgency: Urgency = Urgency.USUAL) -> Worksheet:
    return Worksheet(BLADDER, answers=dict.fromkeys(CRITICAL, answer), urgency=urgency)


def say(at: Installation, pair: Pair, exam: uuid.UUID, said: Worksheet) -> None:
    with at.here() as world:
        worksheets.complete(Exam.objects.get(uuid=exam).pk, said, None, world.people["amina"], pair.later())


def test_a_worksheet_that_follows_replaces_and_one_that_differs_waits_for_a_person(pair: Pair) -> None:
    exam = scan_in(pair.field_box, pair)
    say(pair.field_box, pair, exam, sheet(Answer.NEGATIVE))
    pair.meet()
    say(pair.there, pair, exam, sheet(Answer.POSITIVE))
    pair.meet()
    say(pair.field_box, pair, exam, sheet(Answer.NOT_ASSESSABLE))
    pair.meet()
    same(pair)
    with pair.there.here():
        assert Exam.objects.get().answers[CRITICAL[0]] == Answer.NOT_ASSESSABLE
        assert not SheetConflict.objects.exists()
    say(pair.field_box, pair, exam, sheet(Answer.NEGATIVE))
    say(pair.there, pair, exam, sheet(Answer.POSITIVE, Urgency.CRITICAL))
    pair.meet()
    with pair.field_box.here():
        kept = Exam.objects.get()
        assert kept.answers[CRITICAL[0]] == Answer.NEGATIVE, "nothing is overwritten"
        assert kept.urgency == Urgency.CRITICAL, "what is urgent is so for both"
        conflict = SheetConflict.objects.get()
        assert {conflict.one["answers"][CRITICAL[0]], conflict.other["answers"][CRITICAL[0]]} == {
            "negative",
            "positive",
        }
        sheets.settle(conflict.pk, "other", Person.objects.get(username="grace"), pair.later())
        assert Exam.objects.get().answers[CRITICAL[0]] == Answer.POSITIVE
    pair.meet()
    same(pair)
    with pair.there.here():
        assert SheetConflict.objects.get().kept == "other"


def test_clips_grouped_anew_where_they_came_in_follow_on_the_other_side(pair: Pair) -> None:
    one, other = scan_in(pair.field_box, pair, "a", patient="SR-1"), scan_in(pair.field_box, pair, "b", patient="")
    pair.meet()
    reading = read_in(pair.there, pair, other, "rose", form(4))
    with pair.field_box.here() as world:
        numbers = dict(Exam.objects.values_list("uuid", "pk"))
        grouping.join(numbers[one], numbers[other], world.people["grace"], pair.later())
    pair.meet()
    assert list(same(pair)) == [str(one)]
    with pair.field_box.here() as world:
        kept = Exam.objects.get()
        assert kept.clips.count() == 2
        assert Review.objects.get().submission == reading.submission, "read there under the name that it had"
    third = scan_in(pair.field_box, pair, "c", patient="SR-1")
    with pair.field_box.here() as world:
        assert Exam.objects.get(uuid=third).clips.count() == 1, "what comes after it was read is an exam of its own"
    pair.meet()
    same(pair)


def test_the_same_file_on_both_sides_is_one_exam(pair: Pair) -> None:
    for at in (pair.field_box, pair.there):
        scan_in(at, pair, "the same file")
    extra = scan_in(pair.field_box, pair, "more of it", patient="SR-the same file")
    pair.meet()
    held = same(pair)
    assert len(held) == 1
    assert str(extra) not in held, "headquarters' name stays"
    with pair.there.here():
        assert Scan.objects.count() == 2


def test_what_is_taken_back_is_gone_on_the_other_side_at_once(pair: Pair) -> None:
    exam = scan_in(pair.field_box, pair)
    pair.meet()
    with pair.field_box.here():
        from storage.catalogue.evidence import drop_objects
        from storage.catalogue.models import Event

        scan = Scan.objects.get()
        drop_objects(scan.objects_stored.all())
        Event.objects.create(at=pair.later(), what="withdrawn", scan=scan)
    pair.wire.cut_after = 6  # hello and the first records, nothing more
    exchange(pair.wire)
    with pair.there.here():
        assert not StoredObject.objects.exists()
        assert not Wanted.objects.exists()
        assert Exam.objects.filter(uuid=exam).exists()


def test_whoever_has_an_account_only_there_gets_a_closed_one_here(pair: Pair) -> None:
    with pair.field_box.here() as world:
        world.person("zoe", *[], first_name="Zoé")
        stranger = world.person("nour")  # at headquarters somebody of another organisation
        from storage.catalogue.models import Membership

        for who in ("zoe", "nour"):
            Membership.objects.create(person=world.people[who], role="reviewer", organisation=world.organisation)
        assert stranger.pk
    with pair.there.here() as world:
        other = world.person("nour")
        Membership.objects.create(person=other, role="reviewer", organisation=world.elsewhere.organisation)
    made = [scan_in(pair.field_box, pair, name) for name in ("a", "b")]
    for exam, who in zip(made, ("zoe", "nour"), strict=True):
        read_in(pair.field_box, pair, exam, who, form(4))
    pair.meet()
    with pair.there.here():
        by = {str(one.exam.uuid): one.reviewer for one in Review.objects.select_related("reviewer", "exam")}
        zoe, nour = by[str(made[0])], by[str(made[1])]
        assert (zoe.username, zoe.first_name, zoe.is_active, zoe.has_usable_password()) == ("zoe", "Zoé", False, False)
        assert (nour.username, nour.is_active) == ("nour@relief", False), "not the one of the other organisation"
    same(pair)


def test_settling_changes_nothing_where_nothing_came_from_elsewhere(pair: Pair) -> None:
    exam = scan_in(pair.field_box, pair)
    read_in(pair.field_box, pair, exam, "luc", form(4))
    before = told(pair.field_box)
    with pair.field_box.here():
        meeting.settle(exams.locked(Exam.objects.get().pk), pair.later())
    assert told(pair.field_box) == before


def test_the_bytes_of_a_day_are_kept_to(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    with pair.field_box.here():
        scanned(pair.field_box.store(), "large", pair.later(), sizes=(20_000, 2_500_000))
    monkeypatch.setenv("SONORELAY_SYNC_DAILY_MB", "1")
    today = exchange(pair.wire)
    assert (today.problem, today.budget_used_up, today.objects_sent) == ("", True, 1)
    assert 1_000_000 - CHUNK <= today.bytes_sent <= 1_000_000
    assert exchange(pair.wire).bytes_sent == 0
    sent = today.bytes_sent
    for _ in range(2):
        pair.later(24 * 60)
        sent += exchange(pair.wire).bytes_sent
    assert sent == 2_520_000, "gone on with at the byte"
    with pair.there.here():
        assert not Wanted.objects.exists()


def test_what_speaks_of_something_unknown_waits(pair: Pair) -> None:
    exam = scan_in(pair.field_box, pair)
    with pair.field_box.here():
        journal.write_up(pair.later())
        (record,) = (as_json(told_of(one, sides.this_side().uuid)) for one in Exam.objects.all())
    with pair.there.here() as world:
        peer = sides.field_box(uuid.uuid4(), world.people["grace"])
        for table, code in (
            (record | {"project": "kalemie"}, "project_unknown"),
            (record | {"version": 2}, "not_understood"),
            (record | {"draw": 7}, "not_understood"),
        ):
            for _ in range(2):
                applied = applying.apply("exam", str(exam), table, peer, [world.goma], pair.later())
                assert applied is applying.Applied.HELD
            assert Held.objects.get().code == code
        assert not Exam.objects.exists()
        Held.objects.update(record=record)
        assert applying.try_held(peer, [world.goma], pair.later()) == 1
        assert not Held.objects.exists()
        assert Exam.objects.get().uuid == exam


@pytest.mark.parametrize("same_vault", [True, False])
def test_originals_go_sealed_and_only_where_the_vault_opens_them(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, *, same_vault: bool
) -> None:
    monkeypatch.setenv("SONORELAY_SYNC_ORIGINALS", "all")
    scan_in(pair.field_box, pair)
    if same_vault:
        (vault,) = (pair.field_box.home / "keys").glob("*.vault")
        (pair.there.home / "keys").mkdir(mode=0o700, exist_ok=True)
        shutil.copy2(vault, pair.there.home / "keys" / vault.name)
    done = exchange(pair.wire)
    assert (done.problem, done.objects_sent) == ("", 3 if same_vault else 2)
    with pair.field_box.here():
        digest = StoredObject.objects.get(role="raw").digest
        with pair.field_box.store().shelf.open(Area.RAW, digest) as file:
            lying = file.read()
    with pair.there.here():
        assert StoredObject.objects.filter(role="raw").exists() == same_vault
        store = pair.there.store()
        assert (store.size(Area.RAW, digest) is not None) == same_vault, "what cannot be opened is not kept"
        if same_vault:
            store.verify(Area.RAW, digest)
            with store.shelf.open(Area.RAW, digest) as file:
                assert file.read() == lying, "as it lay, never opened on the way"
