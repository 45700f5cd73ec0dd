"""Is a strict reader found whatever they were given to read, and does the pass rate stop depending on the reader?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.reviewer_severity import errors, rates
from supervision.severity import Rated, Severity, adjusted, severities

few = settings(max_examples=60, deadline=None)
rated = st.lists(
    st.builds(Rated, exam=st.integers(1, 8), reader=st.integers(1, 4), overall=st.integers(1, 5)), max_size=40
)


def test_severity_lies_in_its_interval_as_often_as_it_says() -> None:
    """60 teams of six; the truth is what each would give to the same exams, on the scale of the ratings."""
    off, inside = errors(60, 400, 0.25)
    assert 0.92 <= inside <= 0.98
    assert abs(off.mean()) < 0.02
    assert off.std() < 0.16


def test_the_same_exams_pass_alike_whoever_reads_them_once_it_is_adjusted() -> None:
    """Of the same exams 54 % to 95 % would pass, by who reads them; adjusted 78 % to 84 %."""
    raw, corrected = zip(*rates(np.array([0.5, 0.0, -0.5, -1.0, 0.25, -0.25]), 4000, 0.1), strict=True)
    assert max(raw) - min(raw) > 0.3
    assert max(corrected) - min(corrected) < 0.08


@few
@given(rated, st.integers(5, 9), st.permutations([1, 2, 3, 4]))
def test_names_do_not_matter_nor_do_exams_with_one_reader(told: list[Rated], alone: int, names: list[int]) -> None:
    once = {(one.exam, one.reader): one for one in told}.values()
    here = severities(once)
    called = {reader: names[reader - 1] for reader in range(1, 5)}
    there = severities([Rated(one.exam, called[one.reader], one.overall) for one in once] + [Rated("alone", alone, 1)])
    assert set(there) == {called[reader] for reader in here}
    for reader, found in here.items():
        assert found.low <= found.value <= found.high
        assert there[called[reader]].value == pytest.approx(found.value, abs=1e-6)
    if here:
        assert sum(found.value for found in here.values()) == pytest.approx(0, abs=1e-9)


@few
@given(rated, st.integers(0, 40), st.dictionaries(st.integers(1, 4), st.floats(-1.5, 1.5), max_size=4))
def test_parts_of_a_period_add_up_and_the_mean_reader_changes_nothing(
    told: list[Rated], cut: int, known: dict[int, float]
) -> None:
    severity = {reader: Severity(value, value, value, 9) for reader, value in known.items()}
    whole, parts = adjusted(told, severity), [adjusted(told[:cut], severity), adjusted(told[cut:], severity)]
    assert whole.adjusted_enough == pytest.approx(sum(part.adjusted_enough for part in parts))
    assert whole.enough.count == sum(part.enough.count for part in parts)
    plain = adjusted(told, {})
    assert (plain.adjusted, plain.adjusted_enough) == (plain.raw, plain.enough.count)
    rate = plain.adjusted_rate
    assert (rate.low, rate.high) == pytest.approx(plain.enough.interval)
    unsure = {reader: Severity(value, value - 0.3, value + 0.3, 9) for reader, value in known.items()}
    wider = adjusted(told, unsure).adjusted_rate
    assert wider.low <= whole.adjusted_rate.low
    assert wider.high >= whole.adjusted_rate.high


def test_readers_who_never_differ_are_not_known_without_error() -> None:
    found = severities([Rated(exam, reader, 4) for exam in range(10) for reader in (1, 2)])
    assert found[1].value == found[2].value == 0
    assert 0.02 < found[1].high < 0.4
    assert found[1].shared == 10
    few_shared = severities([Rated(1, 1, 2), Rated(1, 2, 4)])
    assert -1 < few_shared[1].value < 0, "one exam draws nobody all the way"
    assert severities([Rated(1, 1, 2), Rated(2, 2, 4)]) == {}
