"""Is a strict reader found whatever they were given to read, and does the pass rate stop depending on the reader?"""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from supervision.severity import Rated, Severity, adjusted, severities

few = settings(max_examples=60, deadline=None)
NOISE = 0.6
rated = st.lists(
    st.builds(Rated, exam=st.integers(1, 8), reader=st.integers(1, 4), overall=st.integers(1, 5)), max_size=40
)

Floats = NDArray[np.float64]


def given_by(reader: float, levels: Floats, rng: np.random.Generator) -> NDArray[np.int64]:
    """Return how exams of these levels are rated by a reader who is off by so much."""
    return np.clip(np.rint(levels + reader + rng.normal(0, NOISE, levels.shape)), 1, 5).astype(int)


def team(seed: int, readers: Floats, exams: int, twice: float) -> tuple[Floats, list[Rated]]:
    """Return the levels of exams, and their ratings by one reader or by two: stricter ones get the better exams."""
    rng = np.random.default_rng(seed)
    levels = rng.normal(3.6, 0.8, exams)
    told = []
    for exam, level in enumerate(levels):
        liking = np.exp(-0.5 * readers * (level - 3.6))
        who = rng.choice(len(readers), 2 if rng.random() < twice else 1, replace=False, p=liking / liking.sum())
        told += [Rated(exam, int(one), int(given_by(readers[one], np.array([level]), rng)[0])) for one in who]
    return levels, told


def test_severity_lies_in_its_interval_as_often_as_it_says() -> None:
    """60 teams of six; the truth is what each would give to the same exams, on the scale of the ratings."""
    inside, errors = [], []
    for seed in range(60):
        rng = np.random.default_rng([seed, 7])
        readers = rng.normal(0, 0.5, 6)
        levels, told = team(seed, readers, 400, 0.25)
        means = np.array([given_by(one, np.tile(levels, 10), rng).mean() for one in readers])
        truth = means - means.mean()
        for reader, found in severities(told).items():
            inside.append(found.low <= truth[reader] <= found.high)
            errors.append(found.value - truth[reader])
    assert 0.92 <= np.mean(inside) <= 0.98
    assert abs(np.mean(errors)) < 0.02
    assert np.std(errors) < 0.16


def test_the_same_exams_pass_alike_whoever_reads_them_once_it_is_adjusted() -> None:
    """Of the same exams 54 % to 95 % would pass, by who reads them; adjusted 78 % to 84 %."""
    readers = np.array([0.5, 0.0, -0.5, -1.0, 0.25, -0.25])
    levels, told = team(3, readers, 4000, 0.1)
    known = severities(told)
    raw, corrected = [], []
    for place, reader in enumerate(readers):
        ratings = given_by(reader, levels, np.random.default_rng([17, place]))
        found = adjusted([Rated(exam, place, int(one)) for exam, one in enumerate(ratings)], known)
        assert found.enough.value is not None
        raw.append(found.enough.value)
        corrected.append(found.adjusted_enough / found.enough.total)
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
