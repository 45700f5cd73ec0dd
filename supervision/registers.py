"""What do the registers hold: training sessions, requests, and how long devices could be used?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LONGEST_NOTE = 500
LONGEST_PLACE = 120
MOST_MINUTES = 24 * 60
MOST_GUESTS = 500


class SessionKind(StrEnum):
    """How a training session was held."""

    COURSE = "course"  # lectures and cases, without a probe
    HANDS_ON = "hands_on"  # on volunteers or a phantom
    BEDSIDE = "bedside"
    REMOTE = "remote"  # live, from elsewhere
    CASE_REVIEW = "case_review"


class Attended(StrEnum):
    """Whether somebody who was expected at a session was there."""

    PRESENT = "present"
    PARTLY = "partly"
    ABSENT = "absent"


THERE = frozenset({Attended.PRESENT, Attended.PARTLY})


class RequestKind(StrEnum):
    """What a project asks for."""

    TRAINING = "training"
    EQUIPMENT = "equipment"
    CONSUMABLES = "consumables"


class RequestState(StrEnum):
    """How far a request is; the last three are closed."""

    OPEN = "open"
    ACCEPTED = "accepted"
    MET = "met"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class Act(StrEnum):
    """One line in the history of a request."""

    MADE = "made"
    ACCEPTED = "accepted"
    MET = "met"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    NOTE = "note"


class ServiceEnd(StrEnum):
    """Why a device went out of service for good, or for another place."""

    MOVED = "moved"
    RETIRED = "retired"
    LOST = "lost"


CLOSED = frozenset({RequestState.MET, RequestState.DECLINED, RequestState.WITHDRAWN})
PENDING = frozenset(RequestState) - CLOSED

MOVES: Mapping[Act, tuple[frozenset[RequestState], RequestState]] = {
    Act.ACCEPTED: (frozenset({RequestState.OPEN}), RequestState.ACCEPTED),
    Act.MET: (PENDING, RequestState.MET),
    Act.DECLINED: (PENDING, RequestState.DECLINED),
    Act.WITHDRAWN: (PENDING, RequestState.WITHDRAWN),
    Act.REOPENED: (CLOSED, RequestState.OPEN),
}
"""What a person does → from which states, to which; a note leaves the state as it is."""

BY_WHO_ASKED = frozenset({Act.WITHDRAWN, Act.NOTE})
"""What whoever made a request may do with it; the rest is for who decides."""


def possible(state: RequestState) -> tuple[Act, ...]:
    """Return what can be done with a request in this state, a note always among it."""
    return (*(act for act, (before, _) in MOVES.items() if state in before), Act.NOTE)


def after(state: RequestState, act: Act) -> RequestState | None:
    """Return the state after `act`; None where it cannot be done now."""
    if act not in possible(state):
        return None
    return MOVES[act][1] if act in MOVES else state


def state_after(acts: Iterable[Act]) -> RequestState | None:
    """Return the state in which these lines, oldest first, leave a request; None before it was made."""
    state = None
    for act in acts:
        if act is Act.MADE:
            state = RequestState.OPEN
        elif state is not None:
            state = after(state, act) or state  # somebody elsewhere was first
    return state


def standing(lines: Iterable[tuple[datetime, Act]]) -> tuple[RequestState, datetime | None]:
    """Return how a request stands by its lines, in whatever order they became known, and since when it is closed."""
    state, closed_at = RequestState.OPEN, None
    for at, act in sorted(lines, key=lambda line: (line[0], list(Act).index(line[1]))):
        state = after(state, act) or state
        closed_at = (closed_at or at) if state in CLOSED else None
    return state, closed_at


@dataclass(frozen=True)
class Training:
    """The sessions of some days. `attended` counts every attendance, `people` everybody once, `guests` those without
    an account, `expected` all whose presence was noted, absent ones too. All but `people` add up over time.
    """

    sessions: int = 0
    minutes: int = 0
    expected: int = 0
    attended: int = 0
    guests: int = 0
    people: int = 0
    facilitators: int = 0


@dataclass(frozen=True)
class RequestCount:
    """Requests of one kind: `made`, `met` and `declined` (withdrawn ones too) in some days, `pending` at their end."""

    made: int = 0
    met: int = 0
    declined: int = 0
    pending: int = 0


@dataclass(frozen=True)
class DeviceTime:
    """One device over some days.

    in_service: how much of them it was in service, `registered` where somebody keeps that; otherwise since its first
    scan. down: how much of that it was out of use by its tickets. Tickets: opened and closed in these days, pending at
    their end. All but `pending` add up over time.
    """

    device: int
    project: str
    pseudonym: str
    model: str
    registered: bool
    in_service: timedelta
    down: timedelta
    opened: int
    closed: int
    pending: int

    @property
    def usable(self) -> float | None:
        """The share (0-1) of its time in service in which it could be used; None when it was not in service."""
        return 1 - self.down / self.in_service if self.in_service else None


@dataclass(frozen=True)
class RegisterFigures:
    """What the registers say of some projects and days; a session of two exam types counts once in `training`."""

    training: Training
    training_by_exam_type: Mapping[str, Training]
    training_by_kind: Mapping[SessionKind, Training]
    training_by_project: Mapping[str, Training]
    requests: Mapping[RequestKind, RequestCount]
    devices: tuple[DeviceTime, ...]
