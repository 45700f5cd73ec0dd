"""Do weeks, months and quarters add up, with nothing counted twice and nothing left out?"""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.period import Days, Period, PeriodKind

DAY = timedelta(days=1)
days = st.dates(date(1971, 1, 1), date(2100, 12, 31))
periods = st.builds(Period.holding, st.sampled_from(PeriodKind), days)


@given(periods)
def test_weeks_are_the_period_cut_on_mondays(period: Period) -> None:
    weeks = period.weeks()
    assert (weeks[0].first, weeks[-1].last) == (period.first, period.last)
    assert all(one.last + DAY == other.first and other.first.weekday() == 0 for one, other in pairwise(weeks))
    assert weeks[0].begins == period.begins
    assert weeks[-1].ends == period.ends


@given(periods, days)
def test_a_day_lies_in_one_period_of_a_kind(period: Period, day: date) -> None:
    inside = period.first <= day <= period.last
    assert inside == (Period.holding(period.kind, day) == period)
    assert inside == (Days(day, day).begins in period)


@given(periods)
def test_periods_follow_each_other_and_are_called_by_their_code(period: Period) -> None:
    assert period.previous().last + DAY == period.first
    assert period.following().first == period.last + DAY
    assert period.previous().following() == period == Period.named(period.code)


@given(periods)
def test_a_period_is_its_months_and_quarters_where_it_holds_whole_ones(period: Period) -> None:
    whole = {PeriodKind.WEEK: (0, 0), PeriodKind.MONTH: (1, 0), PeriodKind.QUARTER: (3, 1), PeriodKind.YEAR: (12, 4)}
    for kind, number in zip((PeriodKind.MONTH, PeriodKind.QUARTER), whole[period.kind], strict=True):
        parts = period.parts(kind)
        assert len(parts) == number
        assert all(one.following() == other for one, other in pairwise(parts))
        assert not parts or (parts[0].first, parts[-1].last) == (period.first, period.last)


@pytest.mark.parametrize("code", ["2026-W54", "2026-13", "2026-Q5", "2026-Q0", "26", "", "2026-W1", "2026-1"])
def test_what_is_no_period_is_refused(code: str) -> None:
    with pytest.raises(ValueError, match=r"month|week|period"):
        Period.named(code)


def test_part_of_a_month_is_no_month() -> None:
    with pytest.raises(ValueError, match="no monthly period"):
        Period(date(2026, 2, 1), date(2026, 2, 27), PeriodKind.MONTH)
    with pytest.raises(ValueError, match="end before"):
        Days(date(2026, 2, 2), date(2026, 2, 1))


def test_people_call_periods_so() -> None:
    said = {code: Period.named(code).label for code in ("2026-W07", "2026-02", "2026-Q1", "2026")}
    assert [one.fr for one in said.values()] == ["semaine 7 de 2026", "février 2026", "1er trimestre 2026", "2026"]
    assert [one.en for one in said.values()] == ["week 7 of 2026", "February 2026", "1st quarter of 2026", "2026"]
