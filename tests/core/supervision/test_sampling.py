"""Is nothing critical left out, and can the rate of all exams be told from those that were read?"""

from statistics import fmean

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
    recent=st.lists(risks, max_size=80),
)
def test_a_probability_is_never_below_the_floor_and_certain_where_it_must_be(
    *,
    phase: Phase,
    month: float,
    danger: float,
    alarm: bool,
    expert: bool,
    flagged: bool,
    uniform: float,
    recent: list[float],
) -> None:
    probability, why = inclusion(
        phase,
        months=month,
        risk=danger,
        alarm=alarm,
        expert_read=expert,
        flagged=flagged,
        recent=sorted(recent),
        shares=Shares(max(0.5, uniform), max(0.2, uniform), uniform),
    )
    assert uniform <= probability <= 1
    if alarm or expert or flagged or phase is Phase.LEARNING:
        assert probability == 1
    assert (why is Chosen.FLAGGED) == flagged


few_risks = st.lists(st.sampled_from([0.1, 0.2, 0.20001, 0.5, 0.9]) | risks, min_size=50, max_size=120).map(sorted)


@given(risks, risks, few_risks)
def test_what_is_riskier_is_not_read_less(one: float, other: float, recent: list[float]) -> None:
    low, high = (inclusion(Phase.AUTONOMOUS, risk=danger, recent=recent)[0] for danger in sorted((one, other)))
    assert low <= high


@given(few_risks, st.floats(0.05, 0.5), st.floats(0, 0.5))
def test_the_share_that_is_read_is_the_one_that_was_asked_for(recent: list[float], uniform: float, more: float) -> None:
    """Whatever the scores of a programme are like, and however many of its exams are alike."""
    shares = Shares(1, uniform + more, uniform)
    read = fmean(inclusion(Phase.AUTONOMOUS, risk=one, recent=recent, shares=shares)[0] for one in recent)
    assert read == pytest.approx(uniform + more)


def test_shares_are_those_of_the_domain() -> None:
    assert inclusion(Phase.LEARNING) == (1, Chosen.LEARNING)
    assert inclusion(Phase.SIGNED_OFF, months=5.9) == (0.5, Chosen.SIGNED_OFF)
    recent = [number / 100 for number in range(100)]
    assert inclusion(Phase.SIGNED_OFF, months=6.1, recent=recent, risk=0.5) == (0.05, Chosen.UNIFORM)
    assert inclusion(Phase.AUTONOMOUS, risk=0.9, recent=recent) == (1, Chosen.RISK)
    assert inclusion(Phase.AUTONOMOUS, risk=0.9, recent=recent[:49]) == (0.5, Chosen.UNIFORM)
    for wrong in ((0.5, 0.2, 0.04), (0.5, 0.1, 0.2), (0.1, 0.2, 0.05), (1.1, 0.2, 0.05)):
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
