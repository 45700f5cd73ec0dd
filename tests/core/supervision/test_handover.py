"""A hand-over: one way, one owner at a time, and what was given up does not come back."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from supervision import handover
from supervision.handover import FROZEN, PATH, HandoverStage, Kind, Shown, Side, Unmet
from supervision.readings import Reading
from supervision.roles import Action

OWNERS = frozenset({Action.RELEASE_SCANS, Action.REIDENTIFY, Action.MANAGE_PEOPLE, Action.EDIT_CATALOGUE, Action.SYNC})
shown = st.builds(
    Shown,
    restored=st.booleans(),
    readers=st.integers(0, 2),
    owners=st.integers(0, 2),
    shadowed=st.integers(0, 2),
    under_way=st.integers(0, 2),
)


def actions_of(stage: HandoverStage, side: Side) -> frozenset[Action]:
    return frozenset(action for action in Action if handover.may(stage, side, action))


class HandOver(RuleBasedStateMachine):
    """Whatever is asked for in whatever order with whatever proof."""

    stage: HandoverStage
    passed: list[HandoverStage]

    @initialize()
    def begin(self) -> None:
        self.stage = HandoverStage.DRY_RUN
        self.passed = [self.stage]

    @rule(to=st.sampled_from(HandoverStage), known=shown)
    def ask(self, to: HandoverStage, known: Shown) -> None:
        wanting = handover.unmet(self.stage, to, known)
        if wanting:
            return
        before = self.stage
        self.stage = to
        self.passed.append(to)
        if to is HandoverStage.ABANDONED:
            assert before in (HandoverStage.DRY_RUN, HandoverStage.SHADOW)
            return
        assert to is handover.next_of(before)
        assert to is not HandoverStage.SHADOW or (known.restored and known.readers)
        assert to is not HandoverStage.SWITCHED or (known.owners and known.shadowed)
        assert to is not HandoverStage.READ_ONLY or not known.under_way
        assert to is not HandoverStage.REVOKED or known.restored
        assert actions_of(to, Side.GIVING) <= actions_of(before, Side.GIVING)
        effective = [
            handover.reads(stage, Side.GIVING) if handover.may(stage, Side.GIVING, Action.REVIEW) else frozenset()
            for stage in (before, to)
        ]
        assert effective[1] <= effective[0]

    @invariant()
    def one_owner_until_nobody_changes_anything(self) -> None:
        if self.stage is HandoverStage.ABANDONED:
            assert actions_of(self.stage, Side.GIVING) == frozenset(Action)
            assert handover.next_of(self.stage) is None
            return
        owners = [side for side in Side if actions_of(self.stage, side) >= OWNERS]
        assert len(owners) == (0 if self.stage in FROZEN else 1)
        both = actions_of(self.stage, Side.GIVING) | actions_of(self.stage, Side.RECEIVING)
        if self.stage in FROZEN:
            assert {handover.kind_of(action) for action in both} <= {Kind.LOOK, Kind.HAND, Kind.PROVE}
        assert Action.EXPORT_PROJECT in both

    @invariant()
    def somebody_gives_each_reading_while_there_are_readings(self) -> None:
        if self.stage not in FROZEN:
            given = handover.reads(self.stage, Side.GIVING) | handover.reads(self.stage, Side.RECEIVING)
            assert given == frozenset(Reading)

    @invariant()
    def it_went_along_the_path(self) -> None:
        path = [stage for stage in self.passed if stage is not HandoverStage.ABANDONED]
        assert tuple(path) == PATH[: len(path)]


TestHandOver = HandOver.TestCase
TestHandOver.settings = settings(max_examples=100, stateful_step_count=25, deadline=None)


def test_after_the_last_step_the_giving_side_has_the_proof_and_nothing_else() -> None:
    assert actions_of(HandoverStage.REVOKED, Side.GIVING) == {Action.SEE_HANDOVER}
    assert handover.unmet(HandoverStage.REVOKED, HandoverStage.ABANDONED, Shown()) == (Unmet.NOT_NEXT,)


def test_in_the_shadow_no_exam_is_read_twice_by_one_side_and_every_exam_by_both() -> None:
    first = [side for side in Side if Reading.FIRST in handover.reads(HandoverStage.SHADOW, side)]
    second = [side for side in Side if Reading.SECOND in handover.reads(HandoverStage.SHADOW, side)]
    assert (first, second) == ([Side.RECEIVING], [Side.GIVING])
    assert handover.second_share(HandoverStage.SHADOW, 0.1) == 1.0
    assert handover.second_share(None, 0.1) == 0.1


def test_an_action_that_nobody_thought_of_belongs_to_the_owner() -> None:
    looks = {action for action in Action if handover.kind_of(action) is Kind.LOOK}
    assert all(action.value.startswith("see_") for action in looks)
    assert {action for action in Action if handover.kind_of(action) is Kind.OWN} >= OWNERS
