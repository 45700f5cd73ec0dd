"""Is a visit credited with what it changed, and not with what practice would have changed anyway?"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from supervision.competence.course import Course, ExamResult
from supervision.competence.visit import effect
from supervision.exam_types import exam_types

FAST = exam_types()["FAST"]
BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
VISIT = BEGAN + timedelta(days=30)


def course(told: np.ndarray) -> Course:
    results = (
        ExamResult(number, BEGAN + timedelta(days=number), bool(success), bool(success), bool(success), 4)
        for number, success in enumerate(told)
    )
    return Course(FAST, tuple(results))


@pytest.mark.parametrize("step", [0.0, 1.2])
def test_practice_is_not_mistaken_for_the_visit(step: float) -> None:
    """Five trainees learn steadily; the visit adds a step of log odds, or nothing."""
    chance = np.random.default_rng(12)
    after = np.arange(60) >= 30
    covered, plain, error = [], [], []
    for _ in range(80):
        odds = chance.normal(0.3, 0.6, size=(5, 1)) + 0.03 * (np.arange(60) - 30)
        with_it, alone = (1 / (1 + np.exp(-(odds + one * after))) for one in (step, 0.0))
        true = float((with_it - alone)[:, 30:50].mean())
        told = effect([course(chance.random(60) < one) for one in with_it], VISIT)
        assert told.beyond is not None
        assert told.difference is not None
        covered.append(told.beyond.low <= true <= told.beyond.high)
        plain.append(told.difference.low <= true <= told.difference.high)
        error.append(told.beyond.value - true)
    assert np.mean(covered) >= 0.90
    assert np.mean(plain) < 0.70
    assert np.mean(error) == pytest.approx(0, abs=0.04)


def test_only_exams_near_the_visit_and_courses_with_both_sides_count() -> None:
    whole = course(np.array([False] * 10 + [True] * 50))
    told = effect([whole, course(np.ones(20)), Course(FAST)], VISIT)
    assert (told.courses, told.before.total, told.after.total) == (1, 20, 20)
    assert told.before.value == told.after.value == 1
    assert told.beyond is not None
    assert told.beyond.low < 0 < told.beyond.high
    few = effect([course(np.ones(34))], VISIT)
    assert few.difference is not None
    assert few.beyond is None
    assert effect([], VISIT).difference is None
