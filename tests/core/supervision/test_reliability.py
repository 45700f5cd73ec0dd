"""Do the coefficients say what their sources say, and do they behave as the domain warns?"""

from random import Random

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from supervision.coefficients import Coefficient, Pair
from supervision.figures import Share
from supervision.reliability import Agreement, Reliability, agreement, reliability

pairs = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=40)


@settings(max_examples=80, deadline=None)
@example([(1, 4), (1, 5), (2, 5)])
@example([(1, 3), (2, 2)])
@example([(1, 2), (1, 2), (2, 1)])
@given(pairs)
def test_readers_are_interchangeable_but_for_the_sign(told: list[Pair]) -> None:
    found, turned = reliability(told), reliability([(other, own) for own, other in told])
    assert found.severity == pytest.approx(-(turned.severity or 0))
    assert (found.pairs, found.within_one) == (turned.pairs, turned.within_one)
    for one, other in zip(coefficients(found), coefficients(turned), strict=True):
        assert one == other if one is None or other is None else one.value == pytest.approx(other.value)
    assert found.ac2 is not None
    assert found.ac2.value <= 1 + 1e-12
    for one in coefficients(found):
        assert one is None or one.low <= one.value <= one.high


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.integers(1, 5), min_size=2, max_size=4), min_size=1, max_size=30), st.randoms())
def test_a_team_agrees_the_same_in_any_order(exams: list[list[int]], chance: Random) -> None:
    """Nor do exams matter that only one person has read."""
    mixed = [chance.sample(exam, len(exam)) for exam in exams] + [[3], [], [5]]
    chance.shuffle(mixed)
    here, there = agreement(exams), agreement(mixed)
    assert (here.exams, here.within_one) == (there.exams, there.within_one)
    for one, other in zip(coefficients(here), coefficients(there), strict=True):
        assert one == other if one is None or other is None else one.value == pytest.approx(other.value)


def coefficients(told: Reliability | Agreement) -> tuple[Coefficient | None, ...]:
    """Return the three of them."""
    return told.kappa, told.ac2, told.icc


@given(st.lists(st.integers(1, 5), min_size=1, max_size=20))
def test_who_always_agrees_has_1(ratings: list[int]) -> None:
    found = reliability([(one, one) for one in ratings])
    assert (found.severity, found.within_one) == (0, Share(len(ratings), len(ratings)))
    assert found.ac2 == Coefficient(pytest.approx(1), pytest.approx(1 if len(ratings) > 1 else -1), pytest.approx(1))
    assert (found.kappa is None) == (len(set(ratings)) == 1)


def test_without_readings_nothing_is_said() -> None:
    found = reliability([])
    assert (found.pairs, found.severity, found.kappa, found.ac2) == (0, None, None, None)
    assert found.within_one.interval == (0.0, 1.0)
    assert agreement([[3], []]).exams == 0
    with pytest.raises(ValueError, match="rating"):
        reliability([(0, 3)])


def test_as_exams_get_better_kappa_falls_and_ac2_does_not() -> None:
    """The reason why nobody is ranked by kappa: the readers' noise is the same in all three programmes."""
    rng = np.random.default_rng(11)
    kappas, ac2s = [], []
    for spread, mean in ((1.2, 3.0), (0.6, 4.0), (0.3, 4.6)):
        truth = rng.normal(mean, spread, 4000)
        read = [np.clip(np.rint(truth + rng.normal(0, 0.6, truth.size)), 1, 5).astype(int) for _ in range(2)]
        found = reliability(list(zip(*(one.tolist() for one in read), strict=True)))
        assert found.kappa is not None
        assert found.ac2 is not None
        kappas.append(found.kappa.value)
        ac2s.append(found.ac2.value)
    assert kappas[0] - kappas[2] > 0.4
    assert ac2s == sorted(ac2s)
