"""Is nothing critical left out, and can the rate of all exams be told from those that were read?"""

import random
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.sampling import Chosen, Cusum, Phase, Shares, inclusion, risk

phases = st.sampled_from(Phase)
risks = st.floats(0, 1)
flags = st.booleans()


@given(
    phase=phases,
    month=st.floats(0, 120),
    danger=risks,
    alarm=flags,
    expert=flags,
    flagged=flags,
    uniform=st.floats(0.05, 1),
)
def test_a_probability_is_never_below_the_floor_and_certain_where_it_must_be(
    *, phase: Phase, month: float, danger: float, alarm: bool, expert: bool, flagged: bool, uniform: float
) -> None:
    probability, why = inclusion(
        phase,
        months=month,
        risk=danger,
        alarm=alarm,
        expert_read=expert,
        flagged=flagged,
        shares=Shares(signed_off=max(0.5, uniform), uniform=uniform),
    )
    assert uniform <= probability <= 1
    if alarm or expert or flagged or phase is Phase.LEARNING or (danger >= 0.8 and month >= 6):
        assert probability == 1
    assert (why is Chosen.FLAGGED) == flagged


@given(risks, risks)
def test_what_is_riskier_is_not_read_less(one: float, other: float) -> None:
    low, high = sorted((one, other))
    assert inclusion(Phase.AUTONOMOUS, risk=low)[0] <= inclusion(Phase.AUTONOMOUS, risk=high)[0]


def test_shares_are_those_of_the_domain() -> None:
    assert inclusion(Phase.LEARNING) == (1, Chosen.LEARNING)
    assert inclusion(Phase.SIGNED_OFF, months=5.9) == (0.5, Chosen.SIGNED_OFF)
    assert inclusion(Phase.SIGNED_OFF, months=6.1) == (0.05, Chosen.UNIFORM)
    assert inclusion(Phase.AUTONOMOUS, risk=0.6) == (pytest.approx(0.525), Chosen.RISK)
    for wrong in ((0.5, 0.04), (0.1, 0.2), (1.1, 0.05)):
        with pytest.raises(ValueError, match="shares"):
            Shares(*wrong)


@given(score=st.none() | st.floats(0, 100), finding=flags, days=st.none() | st.floats(0, 5000))
def test_risk_is_a_share_that_a_finding_and_a_long_pause_raise(
    *, score: float | None, finding: bool, days: float | None
) -> None:
    here = risk(score, finding=finding, days_since_last=days)
    assert 0 <= here <= 1
    assert risk(score, finding=True, days_since_last=days) >= here
    assert risk(score, finding=finding, days_since_last=None) >= here
    assert risk(0, finding=finding, days_since_last=days) >= here


@given(st.lists(st.booleans(), max_size=60))
def test_the_sum_never_falls_below_nothing_and_a_failure_raises_it(outcomes: list[bool]) -> None:
    watch = Cusum()
    assert watch.after([*outcomes, True]) <= watch.after(outcomes) < watch.after([*outcomes, False])
    assert watch.after(outcomes) >= 0


@pytest.mark.parametrize(("failing", "exams"), [(0.10, 346), (0.20, 42), (0.40, 13)])
def test_alarms_come_as_often_as_they_should(failing: float, exams: int) -> None:
    """Within 5 % and a scan of the published run lengths; 4,000 courses leave a standard error of about 1.5 %."""
    chance = random.Random(7)
    watch = Cusum()
    fall = watch.after([False, False]) - watch.after([False, False, True])
    rise = watch.after([False])
    lengths = []
    for _ in range(4000):
        total, count = 0.0, 0
        while total < watch.alarm:
            count += 1
            total = total + rise if chance.random() < failing else max(0.0, total - fall)
        lengths.append(count)
    assert fmean(lengths) == pytest.approx(exams, rel=0.05, abs=1)


@settings(max_examples=30)
@given(st.lists(st.booleans(), max_size=20))
def test_four_failures_in_a_row_are_an_alarm(before: list[bool]) -> None:
    assert Cusum().alarms([*before, False, False, False, False])
    assert not Cusum().alarms([True, *[True] * len(before), False, False, False])
