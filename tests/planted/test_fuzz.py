"""Damaged and tampered files are refused with a reason or released without what was planted, never anything else."""

from collections import Counter

import pytest

from tests.planted.campaign import Outcome, in_processes
from tests.planted.fuzz import FUZZED, mutant

MUTANTS = 320
SEED = 20260302


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    """Damage, release and search in two processes."""
    return in_processes(mutant, [(SEED, index) for index in range(MUTANTS)])


def test_no_released_file_holds_a_planted_identifier(outcomes: list[Outcome]) -> None:
    assert Counter((one.form, kind, place) for one in outcomes for kind, place, _ in one.survivors) == {}


def test_only_errors_with_a_reason_are_raised(outcomes: list[Outcome]) -> None:
    assert [(one.form, one.index, one.became) for one in outcomes if ":" in one.became] == []


def test_some_are_released_and_some_refused(outcomes: list[Outcome]) -> None:
    became = Counter("released" if one.became == "released" else "refused" for one in outcomes)
    assert min(became["released"], became["refused"]) > MUTANTS / 10
    assert {one.form for one in outcomes} == set(FUZZED)
