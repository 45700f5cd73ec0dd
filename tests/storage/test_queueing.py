"""Is every exam drawn once with the probability it really had, and does an alarm bring everything back?"""

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from storage.catalogue import phases, queueing, readings
from storage.catalogue.exam_catalogue import type_of
from storage.catalogue.models import Event, Exam, Person, Plan, ReviewItem, Scan
from storage.catalogue.programme import current
from storage.catalogue.transaction import one_transaction
from storage.settings import settings
from supervision.exam_types import exam_types
from supervision.ladder import Rung, rung_in
from supervision.priority import Clock
from supervision.rating import Answer
from supervision.readings import Reading
from supervision.roles import Role
from supervision.sampling import Chosen, Phase
from supervision.states import Stage
from tests.forms import rated
from tests.storage.conftest import NOON, World, next_for

MONTH = timedelta(days=31)
FLAG = next((one.code, q.code) for one in exam_types().values() for q in one.questions if q.red_flag)
ALWAYS = next(code for code, one in exam_types().items() if one.expert_read)


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Let no exam be read twice by chance."""
    (tmp_path / "programme.toml").write_text("[review]\nsecond_read_share = 0\n")
    monkeypatch.setenv("SONORELAY_PROGRAMME", str(tmp_path / "programme.toml"))
    settings.cache_clear()
    current.cache_clear()
    yield
    current.cache_clear()


@pytest.fixture
def boss(world: World) -> Person:
    return world.person("boss", Role.SUPERVISOR)


def exam_of(scan: Scan) -> Exam:
    return Exam.objects.select_related("project").get(clips=scan)


def draw(monkeypatch: pytest.MonkeyPatch, number: float) -> None:
    monkeypatch.setattr(queueing, "_random", type("Fixed", (), {"random": staticmethod(lambda: number)}))


def phase(world: World, phase: Phase, boss: Person, exam_type: str = "FAST") -> None:
    phases.set_rung(world.people["amina"], exam_type, rung_in(phase), boss, NOON - MONTH, "signed")


def test_everything_of_who_is_learning_is_read(world: World) -> None:
    exam = exam_of(world.queued())
    assert (exam.stage, exam.phase, exam.inclusion) == (Stage.QUEUED, Phase.LEARNING, 1.0)
    assert exam.chosen_because == Chosen.LEARNING
    item = exam.items.get()
    assert item.clock == Clock.P2
    assert set(item.reasons) == {"clock", "score", "phase"}


@pytest.mark.parametrize(("number", "stage"), [(0.49, Stage.QUEUED), (0.51, Stage.NOT_CHOSEN)])
def test_soon_after_sign_off_half_is_read(
    world: World, boss: Person, monkeypatch: pytest.MonkeyPatch, number: float, stage: Stage
) -> None:
    phase(world, Phase.SIGNED_OFF, boss)
    draw(monkeypatch, number)
    exam = exam_of(world.queued())
    assert (exam.stage, exam.draw, exam.inclusion) == (stage, number, 0.5)
    assert [item.clock for item in exam.items.all()] == ([Clock.P3] if stage is Stage.QUEUED else [])
    assert Event.objects.filter(what="not_chosen").count() == (stage is Stage.NOT_CHOSEN)


def test_what_is_known_later_adds_to_the_probability_and_the_draw_stays(
    world: World, boss: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, question = FLAG
    phase(world, Phase.AUTONOMOUS, boss, code)
    world.queued(exam_type=code, score=95.0, now=NOON - MONTH)
    draw(monkeypatch, 0.97)
    exam = exam_of(world.queued(exam_type=code, score=95.0))
    assert exam.stage == Stage.NOT_CHOSEN
    assert exam.inclusion is not None
    assert 0.05 <= exam.inclusion < 0.97
    draw(monkeypatch, 0.0)
    with one_transaction():
        queueing.queue_when_complete(exam, NOON)
    assert (exam.stage, exam.draw) == (Stage.NOT_CHOSEN, 0.97)
    exam.answers = {question: Answer.POSITIVE.value}
    exam.save()
    with one_transaction():
        queueing.queue_when_complete(exam, NOON)
    assert (exam.stage, exam.inclusion, exam.chosen_because) == (Stage.QUEUED, 1.0, Chosen.FLAGGED)
    assert exam.items.get().clock == Clock.P1


def test_of_who_is_autonomous_the_riskiest_are_read(
    world: World, boss: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Fifty exams of the organisation are known; what was drawn for another reason is not held against them."""
    phase(world, Phase.AUTONOMOUS, boss)
    first = exam_of(world.queued(score=80.0, now=NOON - MONTH))
    assert (first.inclusion, first.chosen_because) == (0.5, Chosen.UNIFORM), "too few are known yet"
    assert first.risk is not None
    project = first.project
    Exam.objects.bulk_create(Exam(name=str(n), project=project, began_at=NOON, risk=n / 100) for n in range(50))
    draw(monkeypatch, 0.5)
    usual, poor = exam_of(world.queued(score=90.0)), exam_of(world.queued(score=20.0))
    assert (usual.stage, usual.inclusion, usual.chosen_because) == (Stage.NOT_CHOSEN, 0.05, Chosen.UNIFORM)
    assert (poor.stage, poor.inclusion, poor.chosen_because) == (Stage.QUEUED, 1.0, Chosen.RISK)
    assert (usual.risk or 0) < (poor.risk or 0)


def test_a_clock_follows_the_worksheet_while_the_exam_waits(world: World) -> None:
    exam = exam_of(world.queued())
    for urgency, clock in (("critical", Clock.P0), ("usual", Clock.P2)):
        exam.urgency = urgency
        exam.save()
        with one_transaction():
            queueing.queue_when_complete(exam, NOON + timedelta(hours=1))
        item = exam.items.get()
        assert (item.clock, item.queued_at) == (clock, NOON)
        assert item.due_at == NOON + timedelta(hours=5 if clock is Clock.P0 else 72)


def test_a_type_that_is_always_read_is_no_audit(world: World, boss: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    phase(world, Phase.AUTONOMOUS, boss, ALWAYS)
    draw(monkeypatch, 0.99)
    exam = exam_of(world.queued(exam_type=ALWAYS))
    assert (exam.stage, exam.chosen_because, exam.items.get().clock) == (Stage.QUEUED, Chosen.EXPERT_READ, Clock.P2)


def test_who_wants_it_read_has_it_read_and_it_counts_in_no_rate(
    world: World, boss: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    phase(world, Phase.SIGNED_OFF, boss)
    draw(monkeypatch, 0.9)
    exam = exam_of(world.queued())
    for _ in range(2):
        exam = queueing.read_anyway(exam.pk, boss, NOON)
        assert (exam.stage, exam.inclusion, exam.chosen_because) == (Stage.QUEUED, None, Chosen.ASKED)
    with one_transaction():
        queueing.queue_when_complete(exam, NOON)
    assert (exam.stage, exam.inclusion) == (Stage.QUEUED, None)
    assert Event.objects.filter(what="read_anyway", person=boss).count() == 1


def test_a_further_reading_has_the_clock_of_the_one_before_and_is_asked_once(world: World) -> None:
    exam = exam_of(world.queued())
    ReviewItem.objects.filter(exam=exam).update(clock=Clock.P1)
    later = NOON + timedelta(hours=3)
    asked = [queueing.ask_for(exam, Reading.SECOND, later).pk for _ in range(2)]
    item = ReviewItem.objects.get(pk=asked[0])
    assert len(set(asked)) == 1
    assert (item.clock, item.queued_at, item.due_at) == (Clock.P1, later, later + timedelta(hours=24))


def test_a_place_follows_the_score(world: World) -> None:
    scan = world.queued(score=90.0)
    before = ReviewItem.objects.get(exam__clips=scan)
    Scan.objects.filter(pk=scan.pk).update(score=10.0)
    scan.refresh_from_db()
    queueing.stand_by_score(scan)
    after = ReviewItem.objects.get(pk=before.pk)
    assert after.priority - before.priority == pytest.approx(24 * 0.8)
    assert after.reasons["score"] - before.reasons["score"] == pytest.approx(24 * 0.8)


def test_an_alarm_brings_everything_back_for_fifteen_exams_and_while_its_plan_is_open(
    world: World, boss: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    rose, later = world.people["rose"], NOON + timedelta(hours=2)

    def read(overall: int, now: datetime) -> bool:
        """Send one exam that is drawn and let it be read; tell whether there is an alarm."""
        draw(monkeypatch, 0.0)
        world.queued(now=now)
        item = next_for(rose, now)
        form = rated(overall)
        readings.submit(item.pk, rose, uuid.uuid4(), form, now, seen=form.views)
        return phases.read_in_full(phases.standing_of(world.people["amina"].pk, "FAST"))

    assert not any(read(1, NOON) for _ in range(5)), "who is learning is not watched"
    phases.set_rung(world.people["amina"], "FAST", Rung.AUDITED, boss, NOON + timedelta(hours=1), "signed")
    assert [read(1, later) for _ in range(4)] == [False, False, False, True]
    assert [read(5, later) for _ in range(14)] == [True] * 14
    draw(monkeypatch, 0.99)
    exam = exam_of(world.queued(now=later))
    assert (exam.stage, exam.inclusion, exam.chosen_because) == (Stage.QUEUED, 1.0, Chosen.ALARM)
    item = next_for(rose, later)
    form = rated(5)
    readings.submit(item.pk, rose, uuid.uuid4(), form, later, seen=form.views)
    assert exam_of(world.queued(now=later)).chosen_because == Chosen.ALARM, (
        "the plan that the alarm opened is still open"
    )
    Plan.objects.update(closed_at=later)
    assert exam_of(world.queued(now=later)).stage == Stage.NOT_CHOSEN
    assert Event.objects.filter(what="phase_alarm").count() == 1


def test_nobody_signs_for_themselves(world: World, boss: Person) -> None:
    with pytest.raises(ValueError, match="themselves"):
        phases.set_rung(boss, "FAST", Rung.AUTONOMOUS, boss, NOON, "signed")
    phase(world, Phase.SIGNED_OFF, boss)
    phase(world, Phase.LEARNING, boss)
    assert phases.phase_of(world.people["amina"].pk, "FAST") == Phase.LEARNING
    assert phases.phase_of(world.people["amina"].pk, "CARD") == Phase.LEARNING
    assert Event.objects.filter(what="rung_set", person=boss).count() == 2


def test_the_type_of_an_exam_is_kept_with_its_version(world: World) -> None:
    exam = exam_of(world.queued())
    known = type_of(exam)
    assert known is not None
    assert exam.exam_type_version == known.version
