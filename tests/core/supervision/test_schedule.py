"""Are the moments of a schedule those at which Prefect would have begun?"""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from prefect._vendor.croniter import croniter

from supervision.schedule import last_times

LEAP_DAY = "0 0 29 2 *"  # our look back ends after five years
SCHEDULES = (
    "* * * * *",
    "*/5 * * * *",
    "7,37 6-18 * * *",
    "0 */4 * * 1-5",
    "30 1 1 * *",
    "0 12 13 * 5",
    "15 3 * 2-11/3 0",
    LEAP_DAY,
    "10 4 * * 7",
    "20 5 */2 * 1",
    "20 5 */10 * */3",
    "20 5 */1 * 1/2",
)
MINUTES = st.integers(0, 6 * 366 * 24 * 60)
moments = st.builds(lambda minutes: datetime(2024, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes), MINUTES)


@settings(max_examples=150, deadline=None)
@given(schedule=st.sampled_from(SCHEDULES), now=moments)
def test_the_last_moments_are_those_of_the_scheduler(schedule: str, now: datetime) -> None:
    asked = croniter(schedule, now.replace(second=0, microsecond=0) + timedelta(seconds=1))
    found = last_times(schedule, now, 3)
    assert len(found) == 3 or (schedule == LEAP_DAY and found)
    assert found == tuple(asked.get_prev(datetime) for _ in found)


@pytest.mark.parametrize("schedule", SCHEDULES)
def test_moments_go_backwards_in_whole_minutes(schedule: str) -> None:
    times = last_times(schedule, datetime(2026, 3, 2, 12, 0, 30, tzinfo=UTC), 20)
    assert all(later > earlier for later, earlier in pairwise(times))
    assert not any(time.second for time in times)
