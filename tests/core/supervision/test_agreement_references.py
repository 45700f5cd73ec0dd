"""Do our coefficients and curves say what irrCAC, scikit-learn, pingouin and lifelines say of the same tables?

Their answers were written by `python -m benchmarks agreement_references`.
"""

import json
from collections.abc import Callable, Sequence
from datetime import timedelta
from math import exp, log, sqrt
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from supervision.coefficients import (
    Coefficient,
    fleiss_kappa,
    gwet_ac2,
    icc_agreement,
    icc_one_way,
    quadratic_kappa,
)
from supervision.turnaround import survival, turnaround

SAID = json.loads(Path(__file__).with_name("agreement_references.json").read_text(encoding="utf-8"))
FIVE_DECIMALS = 5e-6

Exams = Sequence[Sequence[int]]
COEFFICIENTS: dict[str, Callable[[Any], Coefficient | None]] = {
    "kappa": quadratic_kappa,
    "fleiss": fleiss_kappa,
    "ac2": gwet_ac2,
    "icc_agreement": icc_agreement,
    "icc_one_way": icc_one_way,
}


def exams_of(row: dict[str, Any]) -> list[list[int]]:
    """Return the ratings of each exam of one table."""
    return [[int(one) for one in exam] for exam in row["exams"].split()]


@pytest.mark.parametrize("name", COEFFICIENTS)
def test_a_coefficient_and_its_interval_are_theirs(name: str) -> None:
    rows = [row for row in SAID["ratings"] if name in row]
    assert len(rows) >= 80
    for row in rows:
        found = COEFFICIENTS[name](exams_of(row))
        assert found is not None
        value, low, high = row[name]
        assert (found.value, found.low, found.high) == pytest.approx((value, max(-1, low), high), abs=FIVE_DECIMALS)


def test_kappa_is_also_that_of_scikit_learn() -> None:
    for row in SAID["ratings"]:
        if "cohen" in row:
            found = quadratic_kappa([(own, other) for own, other in exams_of(row)])
            assert found is not None
            assert found.value == pytest.approx(row["cohen"], abs=FIVE_DECIMALS)


def test_times_to_feedback_are_theirs() -> None:
    """Their interval is another one (log-log) of the same variance, so that this is compared through it."""
    for row in SAID["waits"]:
        hours, done, clocks = np.array(row["waits"], float).T
        answered = done.astype(bool)
        found = turnaround(3600 * hours, 3600 * clocks, answered)
        for ours, theirs in ((found.median, row["median"]), (found.p90, row["p90"])):
            assert (None if ours is None else ours / timedelta(hours=1)) == pytest.approx(theirs)
        assert found.within.value == pytest.approx(row["within"], abs=FIVE_DECIMALS)
        curve = survival(hours / clocks, answered)
        last = np.searchsorted(curve.times, 1.0, side="right") - 1
        waiting, variance = float(curve.waiting[last]), float(curve.variance[last])
        if 0 < waiting < 1 and row["log_log"][0] is not None:
            width = 1.959964 * sqrt(variance) / waiting / log(waiting)
            bounds = [1 - waiting ** exp(side) for side in (width, -width)]
            assert sorted(bounds) == pytest.approx(row["log_log"], abs=FIVE_DECIMALS)
