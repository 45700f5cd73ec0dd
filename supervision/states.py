"""Where is a scan on its way, and where may it go next?

`claimed` is not a state of the scan: it is a lease of its review item, which runs out by itself.
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
    FINAL = "final"


RELEASED = frozenset({State.AWAITING_INFO, State.QUEUED, State.FINAL})
"""States of a scan whose de-identified files may be seen."""

ALLOWED_MOVES: dict[State, frozenset[State]] = {
    State.RECEIVED: frozenset(
        {State.REJECTED, State.WITHHELD, State.FAILED, State.AWAITING_INFO, State.QUEUED, State.RECEIVED}
    ),
    State.FAILED: frozenset({State.RECEIVED}),
    State.WITHHELD: frozenset({State.RECEIVED, State.REJECTED}),
    State.REJECTED: frozenset({State.RECEIVED}),
    State.AWAITING_INFO: frozenset({State.QUEUED}),
    State.QUEUED: frozenset({State.FINAL, State.AWAITING_INFO}),
    State.FINAL: frozenset(),
}


def may_move(now: State, then: State) -> bool:
    """Tell whether a scan in state `now` may go to state `then`."""
    return then in ALLOWED_MOVES[now]
