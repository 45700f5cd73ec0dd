"""Does the audit find the poor exams, and is the published rate that of all exams? By simulation, fixed seeds."""

import numpy as np

from benchmarks.audit_sampling import Programme, Season, seasons
from supervision.sampling import Shares

RUNS = 200
SMALL, LARGE = Programme(exams=2000), Programme(exams=20_000)


def mean(told: list[Season], name: str) -> float:
    """Return the mean of one of their figures."""
    return float(np.mean([getattr(one, name) for one in told]))


def test_a_fifth_of_the_reading_finds_nearly_half_of_what_is_poor_and_the_rate_stays_true() -> None:
    """The score tells poor from good with an AUC of .78; read plainly, the rate would be off by twenty points."""
    told = seasons(SMALL, RUNS)
    assert 0.76 < mean(told, "auc") < 0.80
    assert 0.19 < mean(told, "read") < 0.22
    assert mean(told, "found") >= 0.45
    assert mean(told, "truth") - mean(told, "plain") > 0.15
    assert abs(mean(told, "off")) < 0.005
    assert 0.93 <= mean(told, "covered") <= 0.97


def test_of_a_large_programme_a_single_published_rate_is_off_by_less_than_a_point() -> None:
    off = np.array([one.off for one in seasons(LARGE, 8)])
    assert np.sqrt((off**2).mean()) < 0.01


def test_where_the_score_sees_nothing_chance_alone_finds_as_much_as_is_read() -> None:
    """Then risk finds no more than chance would, and the rate is no less true."""
    told = seasons(Programme(exams=2000, seen=0), 60)
    assert abs(mean(told, "found") - mean(told, "read")) < 0.04
    assert abs(mean(told, "off")) < 0.01
    random = seasons(SMALL, 40, Shares(0.5, 0.2, 0.2))
    assert abs(mean(random, "found") - 0.2) < 0.03
