"""Are shares, intervals and ages what statistics says they are?"""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.figures import Ages, Mean, Share, ages
from supervision.intervals import wilson

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
few = settings(max_examples=100, deadline=None)


@pytest.mark.parametrize(
    ("successes", "total", "low", "high"),
    # Newcombe 1998, doi:10.1002/(SICI)1097-0258(19980430)17:8<857::AID-SIM777>3.0.CO;2-E, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_values(successes: int, total: int, low: float, high: float) -> None:
    assert wilson(successes, total) == pytest.approx((low, high), abs=5e-5)


@few
@given(st.integers(0, 5000), st.integers(0, 5000))
def test_an_interval_holds_its_share_and_is_symmetric(successes: int, failures: int) -> None:
    total = successes + failures
    low, high = wilson(successes, total)
    assert 0 <= low <= high <= 1
    if total:
        assert low <= successes / total <= high
    assert wilson(failures, total) == pytest.approx((1 - high, 1 - low))


@few
@given(st.integers(0, 50), st.integers(1, 50), st.integers(2, 20))
def test_more_data_narrows_the_interval(successes: int, failures: int, times: int) -> None:
    low, high = wilson(successes, successes + failures)
    closer, nearer = wilson(successes * times, (successes + failures) * times)
    assert nearer - closer < high - low


@pytest.mark.parametrize(("successes", "total"), [(-1, 5), (6, 5), (1, 0)])
def test_a_part_larger_than_the_whole_is_refused(successes: int, total: int) -> None:
    with pytest.raises(ValueError, match="between 0 and the total"):
        wilson(successes, total)
    with pytest.raises(ValueError, match="between 0 and the total"):
        Share(successes, total)


def test_nothing_counted_is_no_share() -> None:
    assert (Share(0, 0).value, Share(0, 0).interval) == (None, (0.0, 1.0))
    assert Share(1, 4).value == 0.25
    for wrong in ((None, 3), (2.0, 0)):
        with pytest.raises(ValueError, match="at least one value"):
            Mean(*wrong)


def test_ages_of_what_waits() -> None:
    hours = [1, 10, 4, -5]
    assert ages((NOW - timedelta(hours=hour) for hour in hours), NOW) == Ages(
        4, timedelta(hours=2.5), timedelta(hours=10)
    )
    assert ages([], NOW) == Ages(0, None, None)
