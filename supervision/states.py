"""Where is a scan, and the exam it belongs to, on its way, and where may they go next?

`claimed` is no state: it is a lease of a review item, which runs out by itself. What became of the feedback is told by
supervision.feedback.
"""

from enum import StrEnum


class State(StrEnum):
    """One step in the life of a scan, as the catalogue keeps it."""

    RECEIVED = "received"
    REJECTED = "rejected"
    WITHHELD = "withheld"
    FAILED = "failed"
    AWAITING_INFO = "awaiting_info"
    QUEUED = "queued"
    NOT_CHOSEN = "not_chosen"
    FINAL = "final"


class Stage(StrEnum):
    """One step in the life of an exam: the clips that are read together."""

    AWAITING_INFO = "awaiting_info"
    QUEUED = "queued"
    NOT_CHOSEN = "not_chosen"
    SECOND_READ = "second_read"
    ARBITRATION = "arbitration"
    FINAL = "final"
    APPEALED = "appealed"


RELEASED = frozenset({State.AWAITING_INFO, State.QUEUED, State.NOT_CHOSEN, State.FINAL})
"""States of a scan whose de-identified files may be seen."""

OPEN_STAGES = frozenset({Stage.QUEUED, Stage.SECOND_READ, Stage.ARBITRATION, Stage.APPEALED})
"""Stages in which somebody is asked to read."""

STATE_OF_CLIPS: dict[Stage, State] = {
    Stage.AWAITING_INFO: State.AWAITING_INFO,
    Stage.QUEUED: State.QUEUED,
    Stage.NOT_CHOSEN: State.NOT_CHOSEN,
    Stage.SECOND_READ: State.QUEUED,
    Stage.ARBITRATION: State.QUEUED,
    Stage.FINAL: State.FINAL,
    Stage.APPEALED: State.FINAL,
}
"""The state of an exam's clips follows its stage; a final that is appealed stays final until there is another."""

ALLOWED_MOVES: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset(
        {
            State.REJECTED,
            State.WITHHELD,
            State.FAILED,
            State.AWAITING_INFO,
            State.QUEUED,
            State.NOT_CHOSEN,
            State.RECEIVED,
        }
    ),
    State.FAILED: frozenset({State.RECEIVED}),
    State.WITHHELD: frozenset({State.RECEIVED, State.REJECTED}),
    State.REJECTED: frozenset({State.RECEIVED}),
    State.AWAITING_INFO: frozenset({State.QUEUED, State.NOT_CHOSEN}),
    State.NOT_CHOSEN: frozenset({State.QUEUED, State.AWAITING_INFO}),
    State.QUEUED: frozenset({State.FINAL, State.AWAITING_INFO, State.NOT_CHOSEN}),
    State.FINAL: frozenset({State.QUEUED}),
}

STAGE_MOVES: dict[Stage, frozenset[Stage]] = {
    Stage.AWAITING_INFO: frozenset({Stage.QUEUED, Stage.NOT_CHOSEN}),
    Stage.QUEUED: frozenset({Stage.AWAITING_INFO, Stage.NOT_CHOSEN, Stage.SECOND_READ, Stage.FINAL}),
    Stage.NOT_CHOSEN: frozenset({Stage.QUEUED, Stage.AWAITING_INFO}),
    Stage.SECOND_READ: frozenset({Stage.ARBITRATION, Stage.FINAL}),
    Stage.ARBITRATION: frozenset({Stage.FINAL}),
    Stage.FINAL: frozenset({Stage.APPEALED, Stage.ARBITRATION}),
    Stage.APPEALED: frozenset({Stage.FINAL}),
}


def may_move(now: State, then: State) -> bool:
    """Tell whether a scan in state `now` may go to state `then`."""
    return then in ALLOWED_MOVES[now]


def may_go(now: Stage, then: Stage) -> bool:
    """Tell whether an exam at stage `now` may go to stage `then`."""
    return then in STAGE_MOVES[now]


def way(now: Stage, then: Stage) -> tuple[Stage, ...]:
    """Return the shortest way from one stage to another by moves that are allowed, without the first; () if none."""
    ways: list[tuple[Stage, ...]] = [()]
    seen = {now}
    for taken in ways:
        here = taken[-1] if taken else now
        if here is then:
            return taken
        onward = [stage for stage in Stage if stage in STAGE_MOVES[here] - seen]
        seen.update(onward)
        ways += [(*taken, stage) for stage in onward]
    return ()
