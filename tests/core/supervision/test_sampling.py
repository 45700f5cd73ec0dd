"""Is nothing critical left out, and can the rate of all exams be told from those that were read?"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from supervision.sampling import Chosen, Phase, Shares, inclusion, risk

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
