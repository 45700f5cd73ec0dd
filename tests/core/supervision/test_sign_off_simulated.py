"""Whom does each standard let through, when it is known how often they fail?"""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from numpy.typing import NDArray

from supervision.competence.course import Course, ExamResult
from supervision.competence.evidence import evidence_for
from supervision.competence.simulation import sign_offs
from supervision.exam_types import exam_types
from supervision.ladder import Rung
from supervision.standards import standard_named

AORTA = exam_types()["AORTA"]
VOLUME, EXAMS, RUNS = 25, 100, 8000
BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
OWN = standard_named("own")


def simulated(succeeding: float, seed: int, runs: int = RUNS) -> NDArray[np.bool_]:
    return np.random.default_rng(seed).random((runs, EXAMS)) < succeeding


def passed(standard: str, succeeding: float) -> float:
    return float((sign_offs(simulated(succeeding, 3), standard_named(standard), VOLUME) > 0).mean())


def test_of_those_who_fail_a_quarter_hardly_anybody_is_signed_off() -> None:
    shares = [passed("own", succeeding) for succeeding in (0.70, 0.75, 0.80, 0.90, 0.95)]
    assert shares == sorted(shares)
    assert shares[1] <= 0.05
    assert shares[3] > 0.9
    assert shares[4] > 0.99
    assert passed("acep", 0.70) == 1


def test_a_count_and_a_percentage_let_one_in_five_through_who_fails_three_in_ten() -> None:
    first = simulated(0.70, 3)[:, :VOLUME]
    assert float((first.mean(axis=1) >= 0.80).mean()) == pytest.approx(0.19, abs=0.015)


def test_the_simulation_asks_what_the_evidence_asks() -> None:
    """For twenty trainees the evidence is there at the exam that was found, and not one exam before."""
    rows = simulated(0.93, 8, runs=20)
    for row, found in zip(rows, sign_offs(rows, OWN, VOLUME), strict=True):
        assert found == 0 or met(row[:found])
        assert not met(row[: found - 1] if found else row)


def met(told: NDArray[np.bool_]) -> bool:
    results = (
        ExamResult(number, BEGAN + timedelta(days=number), bool(success), bool(success), bool(success), 4)
        for number, success in enumerate(told)
    )
    pieces = evidence_for(Course(AORTA, tuple(results)), OWN, Rung.AUDITED, BEGAN).pieces
    return all(one.met for one in pieces if one.kind in ("volume", "learned", "certain"))
