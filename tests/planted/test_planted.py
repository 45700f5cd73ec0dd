"""Nothing that was planted survives in any released file, whatever its form and wherever it stood."""

from collections import Counter

import pytest

from tests.planted.campaign import Outcome, in_processes, outcome
from tests.planted.cases import KINDS

CASES = 500
SEED = 20260301
MOST_WITHHELD = 0.08


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    """Write, release and search all cases, in two processes."""
    return in_processes(outcome, [(SEED, index) for index in range(CASES)])


def test_there_are_many_classes_places_and_forms(outcomes: list[Outcome]) -> None:
    assert len(outcomes) >= 500
    assert len(frozenset().union(*(one.classes for one in outcomes))) >= 15
    assert len(frozenset().union(*(one.places for one in outcomes))) >= 40
    assert {one.form for one in outcomes} == set(KINDS)


def test_the_search_sees_what_was_planted(outcomes: list[Outcome]) -> None:
    assert Counter(place for one in outcomes for place in one.unseen) == {}


def test_nothing_survives_in_any_released_file(outcomes: list[Outcome]) -> None:
    left = Counter((one.form, kind, place) for one in outcomes for kind, place, _ in one.survivors)
    assert left == {}
    assert sum(one.planted for one in outcomes if one.became == "released") > 20_000


def test_only_errors_with_a_reason_are_raised(outcomes: list[Outcome]) -> None:
    assert [(one.form, one.index, one.became) for one in outcomes if ":" in one.became] == []


def test_files_are_released_and_not_merely_withheld(outcomes: list[Outcome]) -> None:
    refused = Counter((one.form, one.became) for one in outcomes if one.became != "released")
    assert refused.total() <= MOST_WITHHELD * len(outcomes), refused
