"""Can the rate of all exams be told from those that were read?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.figures import NO_ESTIMATE
from supervision.intervals import wilson
from supervision.weighting import weighted_rate

few = settings(max_examples=100, deadline=None)
probabilities = st.floats(0.05, 1)
read = st.lists(st.tuples(st.booleans(), probabilities), min_size=1, max_size=60)


@few
@given(st.lists(st.booleans(), min_size=1, max_size=80), probabilities)
def test_what_was_drawn_alike_counts_alike(outcomes: list[bool], probability: float) -> None:
    """Where everybody had the same chance, the rate and its interval are those of the plain count."""
    found = weighted_rate([(one, probability) for one in outcomes])
    assert found.value == pytest.approx(sum(outcomes) / len(outcomes))
    assert (found.low, found.high) == pytest.approx(wilson(sum(outcomes), len(outcomes)))


@few
@given(read)
def test_the_rate_of_failures_mirrors_that_of_successes(outcomes: list[tuple[bool, float]]) -> None:
    found = weighted_rate(outcomes)
    turned = weighted_rate([(not one, probability) for one, probability in outcomes])
    assert found.value == pytest.approx(1 - (turned.value or 0))
    assert (found.low, found.high) == pytest.approx((1 - turned.high, 1 - turned.low))
    assert found.high - found.low > 0


def test_one_that_stands_for_twenty_counts_twenty_times() -> None:
    found = weighted_rate([(False, 1.0)] * 20 + [(True, 0.05)])
    assert found.value == pytest.approx(0.5)
    assert found.total == 21
    assert found.high - found.low > 0.65  # 1600 / 420 = 3.8 exams' worth of knowledge
    assert weighted_rate([]) == NO_ESTIMATE
    with pytest.raises(ValueError, match="probability"):
        weighted_rate([(True, 0.0)])
