"""Of plans that two sides opened, do the same remain whatever side hears of which first, with everybody's words?"""

from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from storage.sync.beside.plans import PlanLineTold, PlanTold, joined
from supervision.sign_off import PlanCause, PlanStep
from tests.storage.conftest import NOON

MINUTES = st.integers(0, 12)


@st.composite
def plans(draw: st.DrawFn) -> PlanTold:
    opened = draw(MINUTES)
    closed = draw(st.none() | st.integers(opened + 1, 20))
    by, cause = draw(st.sampled_from([("", PlanCause.ALARM), ("olu", PlanCause.PERSON), ("sam", PlanCause.PERSON)]))
    agreed = draw(st.none() | st.integers(opened, 20))
    steps = [(opened, by, PlanStep.OPENED, "" if cause is PlanCause.ALARM else f"why {by}")]
    steps += [] if agreed is None else [(agreed, "olu", PlanStep.AGREED, f"exercise {agreed}")]
    steps += [] if closed is None else [(closed, "sam", PlanStep.MET, "")]
    return PlanTold(
        exam_type=draw(st.sampled_from(["FAST", "CARD"])),
        opened_at=NOON + timedelta(minutes=opened),
        by=by,
        cause=cause,
        components=[],
        exercise="" if agreed is None else f"exercise {agreed}",
        responsible="",
        due_on=None,
        closed_at=None if closed is None else NOON + timedelta(minutes=closed),
        finding={} if closed is None else {"sum": closed},
        lines=[PlanLineTold(at=NOON + timedelta(minutes=at), by=who, step=step, note=x) for at, who, step, x in steps],
    )


SEVERAL = st.lists(plans(), max_size=4)


@given(SEVERAL, st.randoms(use_true_random=False))
def test_of_one_type_one_is_open_and_no_words_are_lost(several: list[PlanTold], random: Random) -> None:
    found = joined(several)
    still_open = [plan.exam_type for plan in found if plan.closed_at is None]
    assert len(still_open) == len(set(still_open))
    assert {line for plan in found for line in plan.lines} == {line for plan in several for line in plan.lines}
    mixed = list(several)
    random.shuffle(mixed)
    assert joined(mixed) == found, "the order in which they are heard of changes nothing"
    assert joined(found) == found
    assert joined([*found, *several]) == found, "nor does an older record that comes late"


@given(SEVERAL, SEVERAL)
def test_both_sides_come_to_the_same(ours: list[PlanTold], theirs: list[PlanTold]) -> None:
    assert joined([*joined(ours), *joined(theirs)]) == joined([*joined(theirs), *joined(ours)])
