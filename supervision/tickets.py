"""What may happen to a ticket about a device, and how long could the device not be used?"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from supervision.spells import Spell, joined


class Fault(StrEnum):
    """What a ticket is about: found by the software, or reported by a person."""

    ELEMENT = "element"
    BAND = "band"
    DRIFT = "drift"
    IN_AIR = "in_air"
    REPORTED = "reported"


class Change(StrEnum):
    """What was done to a probe; either way it is a new one for whoever watches it."""

    REPLACED = "replaced"
    REPAIRED = "repaired"


class TicketState(StrEnum):
    """How far a ticket is; the last two are closed."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    IN_REPAIR = "in_repair"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"


class What(StrEnum):
    """One line in the history of a ticket."""

    OPENED = "opened"
    SEEN_AGAIN = "seen_again"
    ACKNOWLEDGED = "acknowledged"
    OUT_OF_USE = "out_of_use"
    BACK_IN_USE = "back_in_use"
    SENT_FOR_REPAIR = "sent_for_repair"
    RESOLVED = "resolved"
    DISMISSED = "dismissed"
    REOPENED = "reopened"
    NOTE = "note"


LONGEST_NOTE = 500
CLOSED = frozenset({TicketState.RESOLVED, TicketState.DISMISSED})
PENDING = frozenset(TicketState) - CLOSED
BY_A_PERSON = tuple(what for what in What if what not in (What.OPENED, What.SEEN_AGAIN))

MOVES: dict[What, tuple[frozenset[TicketState], TicketState]] = {
    What.ACKNOWLEDGED: (frozenset({TicketState.OPEN}), TicketState.ACKNOWLEDGED),
    What.SENT_FOR_REPAIR: (frozenset({TicketState.OPEN, TicketState.ACKNOWLEDGED}), TicketState.IN_REPAIR),
    What.RESOLVED: (PENDING, TicketState.RESOLVED),
    What.DISMISSED: (PENDING, TicketState.DISMISSED),
    What.REOPENED: (CLOSED, TicketState.OPEN),
}
"""What a person does → from which states, to which; whatever is not here leaves the state as it is."""


def possible(state: TicketState, *, out_of_use: bool) -> tuple[What, ...]:
    """Return what a person may do with a ticket in this state, a note always among it."""
    return tuple(what for what in BY_A_PERSON if _fits(what, state, out_of_use=out_of_use))


def after(state: TicketState, what: What, *, out_of_use: bool) -> TicketState | None:
    """Return the state after a person did `what`; None where it cannot be done now."""
    if what not in possible(state, out_of_use=out_of_use):
        return None
    return MOVES[what][1] if what in MOVES else state


@dataclass(frozen=True)
class Line:
    """One line of a ticket's history; by: the name of a person, nothing where the software wrote it."""

    at: datetime
    what: What
    by: str = ""


@dataclass(frozen=True)
class Standing:
    """How a ticket stands."""

    state: TicketState = TicketState.OPEN
    out_of_use: bool = False
    acknowledged_by: str = ""
    acknowledged_at: datetime | None = None
    closed_at: datetime | None = None


def standing(lines: Iterable[Line]) -> Standing:
    """Return how a ticket stands by its lines alone, in whatever order they became known.

    A line that could not be written at its moment, because somebody elsewhere was first, changes nothing.
    """
    now = Standing()
    for line in sorted(lines, key=lambda one: (one.at, list(What).index(one.what), one.by)):
        state = after(now.state, line.what, out_of_use=now.out_of_use)
        if state is None:
            continue
        closed_at = (now.closed_at or line.at) if state in CLOSED else None
        out_of_use = closed_at is None and is_out_of_use([What.OUT_OF_USE] * now.out_of_use + [line.what])
        now = replace(now, state=state, closed_at=closed_at, out_of_use=out_of_use)
        if line.what is What.ACKNOWLEDGED:
            now = replace(now, acknowledged_by=line.by, acknowledged_at=line.at)
    return now


def is_out_of_use(entries: Iterable[What]) -> bool:
    """Tell from the lines of a ticket, oldest first, whether its device is out of use; closing it ends that."""
    out = False
    for what in entries:
        if what is What.OUT_OF_USE:
            out = True
        elif what in (What.BACK_IN_USE, What.RESOLVED, What.DISMISSED):
            out = False
    return out


def is_pending(entries: Iterable[What]) -> bool:
    """Tell from the lines of a ticket, oldest first, whether it is not settled."""
    pending = False
    for what in entries:
        if what in (What.OPENED, What.REOPENED):
            pending = True
        elif what in (What.RESOLVED, What.DISMISSED):
            pending = False
    return pending


def spells(entries: Iterable[tuple[datetime, What]], now: datetime) -> list[Spell]:
    """Return from when until when (`now` at the latest) the device was out of use, by the lines of one ticket in order.

    Lines without effect, such as a second `out_of_use`, count for nothing.
    """
    found, since = [], None
    for at, what in entries:
        if what is What.OUT_OF_USE and since is None:
            since = at
        elif what in (What.BACK_IN_USE, What.RESOLVED, What.DISMISSED) and since is not None:
            found.append((since, max(since, at)))
            since = None
    return found if since is None else [*found, (since, max(since, now))]


def downtime(entries: Iterable[tuple[datetime, What]], now: datetime) -> timedelta:
    """Return how long the device was out of use until `now`, by the lines of one ticket in order."""
    return all_downtime([entries], now)


def all_downtime(tickets: Iterable[Iterable[tuple[datetime, What]]], now: datetime) -> timedelta:
    """Return how long a device was out of use until `now` for any of its tickets; the same hour counts once."""
    lasted = joined(spell for entries in tickets for spell in spells(entries, now))
    return sum((end - start for start, end in lasted), timedelta(0))


def _fits(what: What, state: TicketState, *, out_of_use: bool) -> bool:
    if what in MOVES:
        return state in MOVES[what][0]
    if what is What.OUT_OF_USE:
        return state in PENDING and not out_of_use
    if what is What.BACK_IN_USE:
        return out_of_use
    return True
