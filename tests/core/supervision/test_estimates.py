"""Is the present share of successes where the estimates say, as often as they say, alone and among peers?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from supervision.competence.estimate import REMEMBERED, Estimate, estimates, intervals_of
from supervision.competence.pooling import pooled

outcomes = st.lists(st.booleans(), min_size=1, max_size=60)


@settings(max_examples=60)
@given(outcomes)
def test_the_newest_exam_counts_most(told: list[bool]) -> None:
    """The definition, written out: each exam keeps 97 % of its weight with every exam after it."""
    weights = [REMEMBERED ** (len(told) - 1 - place) for place in range(len(told))]
    last = estimates(told)[-1]
    assert last.exams == pytest.approx(sum(weights))
    assert last.successes == pytest.approx(
        sum(weight for weight, success in zip(weights, told, strict=True) if success)
    )
    low, high = last.interval
    assert low < last.mean < high
    assert intervals_of([last])[0] == pytest.approx((low, high))


@settings(max_examples=40)
@given(outcomes, st.floats(0.05, 1))
def test_an_equal_chance_to_be_read_changes_nothing(told: list[bool], chance: float) -> None:
    plain, weighted = estimates(told)[-1], estimates(told, [chance] * len(told))[-1]
    assert (weighted.successes, weighted.failures) == pytest.approx((plain.successes, plain.failures))


def test_who_is_read_where_the_risk_is_high_is_not_judged_worse() -> None:
    """Half of the exams are risky and fail in 30 %, all read; of the others, which fail in 5 %, one in five is."""
    chance = np.random.default_rng(4)
    plain, weighted = [], []
    for _ in range(300):
        risky = chance.random(120) < 0.5
        good = chance.random(120) > np.where(risky, 0.30, 0.05)
        inclusion = np.where(risky, 1.0, 0.2)
        read = chance.random(120) < inclusion
        for found, known in (
            (plain, estimates(good[read].tolist())[-1]),
            (weighted, estimates(good[read].tolist(), inclusion[read].tolist())[-1]),
        ):
            found.append(known.successes / known.exams)  # without the prior
    assert np.mean(plain) < 0.78
    assert np.mean(weighted) == pytest.approx(0.825, abs=0.012)


def coverage(shares: np.ndarray, runs: int, seed: int) -> float:
    """Return how often the 90 % interval after the last exam holds the share of the last exam."""
    chance = np.random.default_rng(seed)
    last = [estimates((chance.random(len(shares)) < shares).tolist())[-1] for _ in range(runs)]
    low, high = intervals_of(last).T
    return float(((low <= shares[-1]) & (shares[-1] <= high)).mean())


@pytest.mark.parametrize("share", [0.6, 0.8, 0.9])
def test_the_interval_covers_a_share_that_stays(share: float) -> None:
    assert coverage(np.full(80, share), 800, 3) >= 0.90


def test_the_interval_keeps_up_with_who_learns_and_with_who_falls_back() -> None:
    """Counting all exams alike, the same intervals hold the truth in 12 % and in 1 % of the courses."""
    exams = np.arange(100)
    assert coverage(0.95 - 0.4 * np.exp(-exams / 20), 600, 3) > 0.85
    assert coverage(np.where(exams < 60, 0.95, 0.70), 600, 3) > 0.80


def test_the_probability_is_that_of_the_beta_distribution() -> None:
    known = Estimate(23.0, 2.0)
    assert known.reaches(0.8) == pytest.approx(beta(23.5, 2.5).sf(0.8))
    assert known.mean == pytest.approx(23.5 / 26)
    assert Estimate(0.0, 0.0).interval == pytest.approx(beta(0.5, 0.5).ppf([0.05, 0.95]))


def test_peers_help_where_little_is_known() -> None:
    """Forty trainees of one programme with 3 to 40 exams: the error falls, and the interval covers."""
    chance = np.random.default_rng(9)
    alone, together, covered = [], [], []
    for _ in range(8):
        shares = chance.beta(12, 3, size=40)
        exams = chance.integers(3, 41, size=40)
        good = chance.binomial(exams, shares)
        known = [Estimate(float(one), float(n - one)) for one, n in zip(good, exams, strict=True)]
        peers = pooled(known, 0.8)
        assert peers is not None
        for one, of, share in zip(known, peers.trainees, shares, strict=True):
            alone.append((one.mean - share) ** 2)
            together.append((of.mean - share) ** 2)
            covered.append(of.low <= share <= of.high)
    assert np.mean(together) < 0.75 * np.mean(alone)
    assert np.mean(covered) == pytest.approx(0.90, abs=0.03)


def test_many_exams_of_ones_own_outweigh_the_peers() -> None:
    peers = pooled([Estimate(2.0, 1.0), Estimate(3800.0, 200.0), *[Estimate(15.0, 15.0)] * 8], 0.8)
    assert peers is not None
    few, many = peers.trainees[:2]
    assert few.own < 0.6 < 0.9 < many.own
    assert few.mean < 0.667
    assert many.mean == pytest.approx(0.95, abs=0.03)
    assert many.target > 0.95
    assert pooled([Estimate(5.0, 1.0)], 0.8) is None
