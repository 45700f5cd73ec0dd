"""Do two installations that exchange come to the same readings, worksheets and feedback, with nothing lost or twice?"""

import pytest

from storage.catalogue import arbitration, exams, feedback, meeting, queue
from storage.catalogue.models import (
    Exam,
    Feedback,
    Membership,
    Person,
    Review,
    Scan,
    SheetConflict,
    StoredObject,
    Wanted,
)
from storage.objects import Area
from storage.sync import sheets
from supervision.rating import Answer
from supervision.readings import Decided, Reading
from supervision.states import Stage
from supervision.worksheet import Urgency
from tests.storage.acts_on_two_sides import CRITICAL, Pair, form, read_in, same, say, scan_in, sheet, stage_of, told
from tests.storage.two_sides import exchange


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


def test_whoever_has_an_account_only_there_gets_a_closed_one_here(pair: Pair) -> None:
    with pair.field_box.here() as world:
        world.person("zoe", *[], first_name="Zoé")
        stranger = world.person("nour")  # at headquarters somebody of another organisation
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
