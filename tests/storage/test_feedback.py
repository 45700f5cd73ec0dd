"""Does feedback reach the trainee and nobody else, and what comes back on it the expert?"""

import uuid
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from pipeline.errors import Conflict
from storage.catalogue import arbitration, feedback, queue, readings
from storage.catalogue.models import Event, Exam, Feedback, FeedbackStep, Person, Review, ReviewItem, Scan, TeachingClip
from supervision.feedback import CLOSED_AFTER, LONGEST_REPLY, Step
from supervision.rating import Cause
from supervision.readings import Decided, Reading
from supervision.review_form import ReviewForm
from supervision.roles import Role
from supervision.states import Stage, State
from supervision.teaching import Nomination
from tests.forms import rated
from tests.storage.conftest import NOON, World, runs

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def read(world: World, exam: Exam, who: str = "rose", form: ReviewForm | None = None, now: datetime = NOON) -> Feedback:
    """Let somebody read what the exam needs next; return the feedback that then counts."""
    item = ReviewItem.objects.get(exam=exam, done_at=None)
    person = world.people[who]
    queue.claim(item.pk, person, now)
    said = form or rated(3)
    readings.submit(item.pk, person, uuid.uuid4(), said, now, seen=said.views)
    return current(exam)


def current(exam: Exam) -> Feedback:
    found = feedback.current_of(exam)
    assert found is not None
    return found


def exam_of(world: World, **known: object) -> Exam:
    exam = world.queued(**known).exam
    assert exam is not None
    return exam


def decide(world: World, exam: Exam, chosen: str, now: datetime) -> Feedback:
    """Let the arbiter read blind and decide."""
    item = ReviewItem.objects.get(exam=exam, done_at=None)
    arbiter = world.people.get("ada") or world.person("ada", Role.ARBITER)
    read(world, exam, "ada", rated(2), now)
    arbitration.decide(item.pk, arbiter, chosen, [Decided.ARTEFACT], "looked twice", now)
    return current(exam)


def unread(world: World) -> list[Feedback]:
    return list(feedback.unread_of(world.people["amina"]))


def test_feedback_is_unread_until_its_trainee_and_nobody_else_has_seen_it(world: World) -> None:
    world.person("joel", Role.TRAINEE, project=world.goma)
    exam = exam_of(world)
    given_back = read(world, exam)
    assert unread(world) == [given_back]
    for other in ("rose", "joel"):
        feedback.see(given_back.pk, world.people[other], NOON + HOUR)
    assert unread(world) == [given_back]
    for hours in (2, 3):
        feedback.see(given_back.pk, world.people["amina"], NOON + hours * HOUR)
    given_back.refresh_from_db()
    assert given_back.seen_at == NOON + 2 * HOUR
    assert unread(world) == []
    assert Event.objects.filter(what="seen").count() == 1


def test_only_the_trainee_of_the_exam_acknowledges_replies_and_appeals(world: World) -> None:
    world.person("joel", Role.TRAINEE, project=world.goma)
    number = read(world, exam_of(world)).pk
    for other in (world.people["joel"], world.people["rose"]):
        with pytest.raises(Feedback.DoesNotExist):
            feedback.acknowledge(number, other, NOON)
        with pytest.raises(Feedback.DoesNotExist):
            feedback.reply(number, other, "mine", NOON)
        with pytest.raises(Feedback.DoesNotExist):
            feedback.appeal(number, other, "mine", NOON)
    assert not FeedbackStep.objects.exists()


def test_acknowledged_feedback_closes_by_itself_thirty_days_later(world: World) -> None:
    amina, number = world.people["amina"], read(world, exam_of(world)).pk
    for days in (1, 2):
        feedback.acknowledge(number, amina, NOON + days * DAY)
    assert FeedbackStep.objects.filter(what=Step.ACKNOWLEDGED).count() == 1
    last = NOON + DAY + CLOSED_AFTER
    feedback.reply(number, amina, "How deep?", last - HOUR)
    with pytest.raises(Conflict, match="feedback_closed"):
        feedback.reply(number, amina, "And the gain?", last)
    with pytest.raises(Conflict, match="feedback_closed"):
        feedback.appeal(number, amina, "No", last)


@pytest.mark.parametrize("text", ["", "  \n", "x" * (LONGEST_REPLY + 1), "a\x00b"])
def test_a_reply_an_appeal_and_an_answer_need_words_that_fit(world: World, text: str) -> None:
    number = read(world, exam_of(world)).pk
    for send in (feedback.reply, feedback.appeal):
        with pytest.raises(ValueError, match="1 to"):
            send(number, world.people["amina"], text, NOON)
    assert Exam.objects.get().stage == Stage.FINAL


def test_a_reply_waits_for_its_reviewer_until_it_is_answered_and_the_answer_is_news(world: World) -> None:
    amina, rose, luc = (world.people[name] for name in ("amina", "rose", "luc"))
    number = read(world, exam_of(world)).pk
    feedback.see(number, amina, NOON)
    first = feedback.reply(number, amina, "Which depth?", NOON + HOUR)
    assert feedback.reply(number, amina, " Which depth? ", NOON + HOUR) == first
    assert list(feedback.unanswered_by(rose)) == [first]
    assert not feedback.unanswered_by(luc).exists()
    with pytest.raises(Feedback.DoesNotExist):
        feedback.answer(number, luc, "Eight", NOON)
    said = feedback.answer(number, rose, "Eight centimetres", NOON + 2 * HOUR)
    assert feedback.answer(number, rose, "Eight centimetres", NOON + 2 * HOUR) == said
    assert not feedback.unanswered_by(rose).exists()
    assert [one.pk for one in unread(world)] == [number]
    feedback.see(number, amina, NOON + 3 * HOUR)
    assert unread(world) == []
    feedback.reply(number, amina, "Thank you", NOON + 4 * HOUR)
    assert feedback.unanswered_by(rose).get().text == "Thank you"


def test_when_a_reviewer_has_left_others_of_the_project_answer(world: World) -> None:
    stranger = world.person("stranger", Role.REVIEWER, project=world.elsewhere)
    number = read(world, exam_of(world)).pk
    feedback.reply(number, world.people["amina"], "Which depth?", NOON)
    rose = world.people["rose"]
    rose.is_active = False
    rose.save()
    assert feedback.unanswered_by(world.people["luc"]).count() == 1
    assert not feedback.unanswered_by(stranger).exists()


def test_an_appeal_asks_an_arbiter_once_and_a_reading_that_stands_is_told(world: World) -> None:
    amina, exam = world.people["amina"], exam_of(world)
    before = read(world, exam)
    feedback.see(before.pk, amina, NOON)
    feedback.acknowledge(before.pk, amina, NOON)
    step = feedback.appeal(before.pk, amina, "The edge is a rib.", NOON + HOUR)
    assert feedback.appeal(before.pk, amina, "The edge is a rib.", NOON + HOUR) == step
    exam.refresh_from_db()
    assert exam.stage == Stage.APPEALED
    assert [item.reading for item in ReviewItem.objects.filter(exam=exam, done_at=None)] == [Reading.APPEAL]
    before.refresh_from_db()
    assert feedback.is_open(before, NOON + 300 * DAY)
    with pytest.raises(Conflict, match="already_appealed"):
        feedback.appeal(before.pk, amina, "And another thing.", NOON + HOUR)
    after = decide(world, exam, "first", NOON + DAY)
    assert (after.pk, after.closed_at) == (before.pk, NOON + DAY)
    assert unread(world) == [before]
    assert after.steps.get(what=Step.DECIDED).person == world.people["ada"]


def test_an_appeal_that_is_upheld_brings_new_feedback_and_keeps_the_old(world: World) -> None:
    amina, exam = world.people["amina"], exam_of(world)
    before = read(world, exam)
    feedback.appeal(before.pk, amina, "The edge is a rib.", NOON + HOUR)
    after = decide(world, exam, "own", NOON + DAY)
    assert after.pk != before.pk
    assert [one.pk for one in feedback.earlier_of(exam, after)] == [before.pk]
    before.refresh_from_db()
    assert before.closed_at == NOON + DAY
    assert unread(world) == [after]
    feedback.reply(after.pk, amina, "Thank you", NOON + DAY)
    with pytest.raises(Conflict, match="already_appealed"):
        feedback.appeal(after.pk, amina, "Once more", NOON + DAY)


def test_an_amended_reading_is_new_feedback_and_the_old_one_is_kept_closed(world: World) -> None:
    amina, exam = world.people["amina"], exam_of(world)
    before = read(world, exam)
    feedback.see(before.pk, amina, NOON)
    readings.amend(before.review_id, world.people["rose"], uuid.uuid4(), rated(4), NOON + DAY)
    after = current(exam)
    assert after.review.amends_id == before.review_id
    assert unread(world) == [after]
    before.refresh_from_db()
    assert (before.seen_at, before.closed_at) == (NOON, NOON + DAY)
    with pytest.raises(Conflict, match="feedback_closed"):
        feedback.reply(before.pk, amina, "Which?", NOON + DAY)


def test_releasing_twice_is_releasing_once(world: World) -> None:
    exam = exam_of(world)
    given_back = read(world, exam)
    assert feedback.release(given_back.review, NOON + DAY) == given_back
    assert Feedback.objects.get().released_at == NOON
    assert Event.objects.filter(what="feedback_released").count() == 1


def test_the_exemplar_shows_the_defect_or_how_it_looks_without_and_is_approved_with_consent_here(world: World) -> None:
    given_back = read(world, exam_of(world), form=rated(3, cause=Cause.CONTACT))
    rose, clips = world.people["rose"], {}
    for name, defect, more in (
        ("right", Cause.NO_DEFECT, {}),
        ("nominated", Cause.CONTACT, {"state": Nomination.NOMINATED}),
        ("without consent", Cause.CONTACT, {"consent": False}),
        ("another type", Cause.CONTACT, {"exam_type": "CARD"}),
        ("another defect", Cause.GAIN, {}),
        ("another house", Cause.CONTACT, {"organisation": world.elsewhere.organisation}),
    ):
        fields = {
            "organisation": world.organisation,
            "exam_type": "FAST",
            "state": Nomination.APPROVED,
            "consent": True,
        }
        clips[name] = TeachingClip.objects.create(
            scan=world.queued(name), defect=defect, nominated_by=rose, nominated_at=NOON, **{**fields, **more}
        )
    assert feedback.exemplar_for(given_back) is None, "none of these exams is final"
    Scan.objects.filter(teaching__isnull=False).update(state=State.FINAL)
    assert feedback.exemplar_for(given_back) == clips["right"].scan
    clips["nominated"].state = Nomination.APPROVED
    clips["nominated"].save()
    assert feedback.exemplar_for(given_back) == clips["nominated"].scan
    assert feedback.exemplar_for(read(world, exam_of(world), form=rated(5, cause=Cause.NO_DEFECT))) is None


ACTS = ("acknowledge", "reply", "appeal", "answer", "see", "decide_first", "decide_own", "amend")


@settings(
    max_examples=runs(15),
    deadline=None,
    phases=(Phase.reuse, Phase.generate),
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(st.tuples(st.sampled_from(ACTS), st.integers(1, 40)), max_size=12))
def test_whatever_people_do_in_which_order_the_rules_of_feedback_hold(
    world: World, acts: list[tuple[str, int]]
) -> None:
    with transaction.atomic():
        _walk(world, acts)
        transaction.set_rollback(True)
    world.people.pop("ada", None)


def _walk(world: World, acts: list[tuple[str, int]]) -> None:
    amina, rose, now = world.people["amina"], world.people["rose"], NOON
    exam = exam_of(world, name=str(uuid.uuid4()))
    read(world, exam)
    for number, (act, days) in enumerate(acts):
        now += days * DAY
        one, before = current(exam), FeedbackStep.objects.filter(feedback__review__exam=exam).count()
        was_open = feedback.is_open(one, now)
        with suppress(Conflict, Feedback.DoesNotExist, Review.DoesNotExist, ReviewItem.DoesNotExist):
            _do(world, act, exam, one, f"words {number}", now, (amina, rose))
        exam.refresh_from_db()
        after = FeedbackStep.objects.filter(feedback__review__exam=exam)
        if not was_open and act in ("acknowledge", "reply", "appeal"):
            assert after.count() == before
        assert after.filter(what=Step.APPEALED).count() - after.filter(what=Step.DECIDED).count() == (
            exam.stage == Stage.APPEALED
        )
        assert (exam.stage == Stage.APPEALED) == ReviewItem.objects.filter(exam=exam, done_at=None).exists()
        for each in Feedback.objects.filter(review__exam=exam):
            assert each.steps.filter(what=Step.ACKNOWLEDGED).count() <= 1
            assert each.steps.filter(what=Step.APPEALED).count() <= 1
            assert each.review.final or not feedback.is_open(each, now)
        assert current(exam).review.final


def _do(
    world: World, act: str, exam: Exam, one: Feedback, words: str, now: datetime, who: tuple[Person, Person]
) -> None:
    amina, rose = who
    match act:
        case "acknowledge":
            feedback.acknowledge(one.pk, amina, now)
        case "see":
            feedback.see(one.pk, amina, now)
        case "reply":
            feedback.reply(one.pk, amina, words, now)
        case "appeal":
            feedback.appeal(one.pk, amina, words, now)
        case "answer":
            feedback.answer(one.pk, rose, words, now)
        case "amend":
            readings.amend(one.review_id, rose, uuid.uuid4(), rated(4), now)
        case _:
            decide(world, exam, act.removeprefix("decide_"), now)
