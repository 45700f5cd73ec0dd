"""Does a question about a patient reach a specialist on its clock, by the right hands, and does the outcome return?"""

import uuid
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Conflict
from storage.catalogue import queue, readings, telemedicine
from storage.catalogue.models import Escalation, Event, Exam, Person, Scan
from supervision.escalation import CLOSED, DONE, MOVES, OUTCOMES, EscalationState, What, after, missing_for
from supervision.exam_types import exam_types
from supervision.roles import Role
from tests.forms import rated
from tests.storage.conftest import NOON, World

HOUR = timedelta(hours=1)
ASKED = {"question": "operate", "specialty": "surgery", "consent": True}


@pytest.fixture
def exam(world: World) -> Exam:
    scan = world.queued("a")
    assert scan.exam is not None
    return scan.exam


@pytest.fixture
def helen(world: World) -> Person:
    return world.person("helen", Role.SUPERVISOR)


def ask(exam: Exam, person: Person, **more: object) -> Escalation:
    return telemedicine.escalate(exam.pk, person, now=NOON, **{**ASKED, **more})


def test_a_question_goes_to_a_specialist_and_its_outcome_comes_back(world: World, exam: Exam, helen: Person) -> None:
    amina, rose = world.people["amina"], world.people["rose"]
    item = queue.claim(exam.items.get().pk, rose, NOON)
    readings.submit(item.pk, rose, uuid.uuid4(), rated(3), NOON, seen=rated(3).views)
    raised = ask(exam, amina, note="Free fluid, pressure falls.")
    assert [one.pk for one in telemedicine.inbox(helen)] == [raised.pk]
    assert (raised.clock, raised.due_at) == ("P1", NOON + 24 * HOUR)
    telemedicine.act(raised.pk, What.TAKEN, helen, NOON + HOUR)
    telemedicine.act(raised.pk, What.ASKED, helen, NOON + 2 * HOUR, note="How much?")
    telemedicine.act(raised.pk, What.SUPPLIED, amina, NOON + 3 * HOUR, note="Two fingers.")
    telemedicine.act(raised.pk, What.ANSWERED, helen, NOON + 4 * HOUR, code="confirmed", note="Operate now.")
    done = telemedicine.act(raised.pk, What.DONE, amina, NOON + 9 * HOUR, code="procedure")
    assert (done.state, done.outcome, done.done) == ("closed", "confirmed", "procedure")
    assert (done.answered_at, done.closed_at, done.taken_by) == (NOON + 4 * HOUR, NOON + 9 * HOUR, helen)
    whats = [entry.what for entry in done.entries.order_by("at", "pk")]
    assert whats == ["raised", "taken", "asked", "supplied", "answered", "done"]
    for person in (amina, rose):
        assert [one.pk for one in telemedicine.concerning(person)] == [raised.pk], person.username
    assert not telemedicine.inbox(helen).exists()
    assert Event.objects.filter(what__startswith="escalation_", scan=exam.clips.get()).count() == 6


def test_a_critical_patient_has_the_shorter_clock(world: World, exam: Exam) -> None:
    raised = ask(exam, world.people["amina"], critical=True)
    assert (raised.clock, raised.due_at) == ("P0", NOON + 5 * HOUR)


def test_what_the_scanner_calls_critical_needs_no_second_tick(world: World, exam: Exam) -> None:
    Exam.objects.filter(pk=exam.pk).update(urgency="critical")
    assert ask(exam, world.people["amina"]).clock == "P0"


@pytest.mark.parametrize(
    "wrong", [{"question": "why"}, {"specialty": "magic"}, {"consent": False}, {"note": "x" * 1001}]
)
def test_nothing_is_asked_without_consent_or_in_unknown_codes(
    world: World, exam: Exam, wrong: dict[str, object]
) -> None:
    with pytest.raises(ValueError, match=r"question|specialty|consent|note"):
        ask(exam, world.people["amina"], **wrong)
    assert not Escalation.objects.exists()


def test_one_question_at_a_time(world: World, exam: Exam, helen: Person) -> None:
    first = ask(exam, world.people["amina"])
    with pytest.raises(Conflict) as told:
        ask(exam, helen)
    assert told.value.code == "already_escalated"
    telemedicine.act(first.pk, What.WITHDRAWN, world.people["amina"], NOON)
    assert ask(exam, helen).pk != first.pk


def test_who_may_not_reach_it_does_not(world: World, exam: Exam, helen: Person) -> None:
    raised = ask(exam, world.people["amina"])
    stranger = world.person("stranger", Role.SUPERVISOR, project=world.elsewhere)
    other = world.person("joel", Role.TRAINEE, project=world.goma)
    for person in (stranger, other):
        assert not telemedicine.visible(person).exists()
        with pytest.raises(Exam.DoesNotExist):
            ask(exam, person)
        with pytest.raises(Escalation.DoesNotExist):
            telemedicine.act(raised.pk, What.WITHDRAWN, person, NOON)
    with pytest.raises(Escalation.DoesNotExist):
        telemedicine.act(raised.pk, What.TAKEN, world.people["amina"], NOON)
    raised.refresh_from_db()
    assert raised.state == "open"


@given(st.lists(st.sampled_from([what for what in What if what is not What.RAISED]), max_size=8))
def test_what_is_closed_stays_closed_and_nothing_is_done_before_it_is_answered(steps: list[What]) -> None:
    state, answered = EscalationState.OPEN, False
    for what in steps:
        then = after(state, what)
        if state in CLOSED:
            assert then is None
        if then is None:
            continue
        answered = answered or what is What.ANSWERED
        assert (then is EscalationState.CLOSED) <= answered
        state = then
    assert set(MOVES) == set(What) - {What.RAISED}


@given(st.data())
def test_what_is_missing_is_what_was_not_given(data: st.DataObject) -> None:
    exam_type = data.draw(st.sampled_from(list(exam_types().values())))
    views = [view.code for view in exam_type.views]
    critical = [question.code for question in exam_type.questions if question.critical]
    shown, answered = data.draw(st.sets(st.sampled_from(views))), data.draw(st.sets(st.sampled_from([*critical, "-"])))
    missing = missing_for(exam_type, shown, answered, question="refer", consent=True)
    assert set(missing) == {f"views.{code}" for code in views if code not in shown} | {
        f"answers.{code}" for code in critical if code not in answered
    }
    assert missing_for(None, (), (), question="", consent=False) == ("question", "consent", "exam_type")


def test_what_was_missing_is_kept_as_it_was_when_it_was_asked(world: World, exam: Exam) -> None:
    raised = ask(exam, world.people["amina"])
    assert any(path.startswith("views.") for path in raised.missing)
    view = raised.missing[0].removeprefix("views.")
    Scan.objects.filter(exam=exam).update(view=view)
    assert f"views.{view}" not in telemedicine.lacking(exam)
    raised.refresh_from_db()
    assert f"views.{view}" in raised.missing


@pytest.mark.parametrize(("what", "code"), [(What.ANSWERED, "perhaps"), (What.ASKED, "")])
def test_an_answer_has_a_code_and_a_question_its_words(
    world: World, exam: Exam, helen: Person, what: What, code: str
) -> None:
    raised = ask(exam, world.people["amina"])
    telemedicine.act(raised.pk, What.TAKEN, helen, NOON)
    with pytest.raises(ValueError, match=r"code|note"):
        telemedicine.act(raised.pk, what, helen, NOON, code=code)


def test_every_code_has_both_languages() -> None:
    for table in (OUTCOMES, DONE):
        assert all(text.en and text.fr and text.en != text.fr for text in table.values())
    assert not OUTCOMES.keys() & DONE.keys()
