"""Do the coefficients say what their sources say, and do they behave as the domain warns?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.reliability import Pair, gwet_ac2, quadratic_kappa, reliability

pairs = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=40)


def test_a_table_worked_by_hand() -> None:
    """Two readers, four exams, both weights by hand: 1 - (difference / 4) squared."""
    told: list[Pair] = [(1, 1), (5, 5), (3, 4), (5, 3)]
    observed = (1 + 1 + 15 / 16 + 3 / 4) / 4
    own, other = {1: 1 / 4, 3: 1 / 4, 5: 1 / 2}, {1: 1 / 4, 3: 1 / 4, 4: 1 / 4, 5: 1 / 4}
    chance = sum(p * q * (1 - (a - b) ** 2 / 16) for a, p in own.items() for b, q in other.items())
    assert quadratic_kappa(told) == pytest.approx((observed - chance) / (1 - chance))
    weights = sum(1 - (a - b) ** 2 / 16 for a in range(1, 6) for b in range(1, 6))
    both = [2 / 8, 0, 2 / 8, 1 / 8, 3 / 8]
    chance = weights / 20 * sum(share * (1 - share) for share in both)
    assert gwet_ac2(told) == pytest.approx((observed - chance) / (1 - chance))


@settings(max_examples=80, deadline=None)
@given(pairs)
def test_readers_are_interchangeable_but_for_the_sign(told: list[Pair]) -> None:
    found, turned = reliability(told), reliability([(other, own) for own, other in told])
    assert found.severity == pytest.approx(-(turned.severity or 0))
    assert (found.pairs, found.within_one) == (turned.pairs, turned.within_one)
    assert found.kappa == pytest.approx(turned.kappa)
    assert found.ac2 == pytest.approx(turned.ac2)
    assert found.ac2 is not None
    assert found.ac2 <= 1 + 1e-12
    low, high = found.agreement
    assert low <= found.within_one / found.pairs <= high


@given(st.lists(st.integers(1, 5), min_size=1, max_size=20))
def test_who_always_agrees_has_1(ratings: list[int]) -> None:
    found = reliability([(one, one) for one in ratings])
    assert (found.severity, found.within_one) == (0, len(ratings))
    assert found.ac2 == pytest.approx(1)
    assert found.kappa == (pytest.approx(1) if len(set(ratings)) > 1 else None)


def test_without_readings_nothing_is_said() -> None:
    found = reliability([])
    assert (found.pairs, found.severity, found.kappa, found.ac2) == (0, None, None, None)
    assert found.agreement == (0.0, 1.0)
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
        kappas.append(found.kappa)
        ac2s.append(found.ac2)
    assert kappas[0] - kappas[2] > 0.4
    assert ac2s == sorted(ac2s)
