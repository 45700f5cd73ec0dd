"""Does the LC-CUSUM keep its promise, and does every stored limit follow from its question?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.competence.lc_cusum import (
    LcCusum,
    Question,
    StoredLimit,
    crossing,
    lc_cusum,
    limit_for,
    stored_limits,
)
from supervision.competence.simulation import crossings

RUNS, SEED = 40_000, 1
USUAL = lc_cusum(Question())
QUESTIONS = list(stored_limits().items())


def by(when: np.ndarray, exams: int) -> float:
    return float(((when > 0) & (when <= exams)).mean())


def test_hardly_anybody_is_called_competent_who_is_not() -> None:
    """Of those who fail 25 %, at most 5 % cross in 100 exams; who fails 30 or 40 % crosses less often still."""
    crossed = [by(crossings(USUAL, failing, runs=RUNS, seed=SEED), 100) for failing in (0.25, 0.30, 0.40)]
    assert USUAL.limit == 4.38
    assert crossing(USUAL, 0.25)[-1] <= 0.05
    assert crossed[0] == pytest.approx(crossing(USUAL, 0.25)[-1], abs=3 * (0.05 * 0.95 / RUNS) ** 0.5)
    assert crossed[0] > crossed[1] > crossed[2]


@pytest.mark.parametrize(("exams", "share"), [(25, 0.28), (50, 0.94), (100, 1.00)])
def test_who_fails_one_in_twenty_is_recognised(exams: int, share: float) -> None:
    assert by(crossings(USUAL, 0.05, runs=RUNS, seed=SEED), exams) == pytest.approx(share, abs=0.03)


def test_without_chance_and_with_it_the_same_comes_out() -> None:
    for failing in (0.02, 0.10, 0.20):
        when, exact = crossings(USUAL, failing, runs=RUNS, seed=SEED), crossing(USUAL, failing)
        for exams in (25, 40, 70, 100):
            assert by(when, exams) == pytest.approx(exact[exams - 1], abs=4 * 0.5 / RUNS**0.5)


@pytest.mark.parametrize(("question", "stored"), QUESTIONS, ids=[str(question) for question, _ in QUESTIONS])
def test_a_stored_limit_is_the_smallest_that_keeps_the_promise(question: Question, stored: StoredLimit) -> None:
    test, lower = LcCusum(question, stored.limit), LcCusum(question, round(stored.limit - 0.01, 2))
    assert crossing(test, question.p_bad)[-1] <= question.false < crossing(lower, question.p_bad)[-1]
    crossed = by(crossings(test, question.p_bad, runs=stored.runs, seed=stored.seed), question.scans)
    assert crossed == pytest.approx(stored.false, abs=1e-9)


def test_a_limit_that_is_not_stored_is_worked_out() -> None:
    question = Question(p_bad=0.5, p_ok=0.2, false=0.1, scans=20)
    assert question not in stored_limits()
    assert lc_cusum(question).limit == limit_for(question)
    assert limit_for(Question()) == USUAL.limit


@settings(max_examples=60)
@given(st.lists(st.booleans(), max_size=80))
def test_a_success_never_harms_and_a_failure_never_helps(outcomes: list[bool]) -> None:
    path = USUAL.path(outcomes)
    assert len(path) == len(outcomes)
    assert all(total >= 0 for total in path)
    before = path[-1] if path else 0.0
    assert USUAL.path([*outcomes, False])[-1] <= before <= USUAL.path([*outcomes, True])[-1]
    crossed = USUAL.crossed(outcomes)
    assert crossed is None or (path[crossed - 1] >= USUAL.limit and max(path[: crossed - 1], default=0) < USUAL.limit)


def test_twenty_five_successes_are_the_shortest_proof() -> None:
    assert USUAL.crossed([True] * 24) is None
    assert USUAL.crossed([True] * 25) == 25


@pytest.mark.parametrize("rates", [(0.1, 0.2), (0.1, 0.1), (1.0, 0.1), (0.2, 0.0)])
def test_rates_that_cannot_be_told_apart_are_refused(rates: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="p_ok"):
        Question(*rates)
