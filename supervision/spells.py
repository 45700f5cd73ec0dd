"""For how long did something last, where the same hour counts once?"""

from collections.abc import Iterable
from datetime import datetime, timedelta

Spell = tuple[datetime, datetime]


def joined(spells: Iterable[Spell]) -> list[Spell]:
    """Return the same time as spells that do not touch, in order."""
    found: list[Spell] = []
    for start, end in sorted(spells):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif start < end:
            found.append((start, end))
    return found


def shared(one: Iterable[Spell], other: Iterable[Spell]) -> timedelta:
    """Return for how long spells of both run at once."""
    total = timedelta(0)
    rest = joined(other)
    for start, end in joined(one):
        for since, until in rest:
            total += max(timedelta(0), min(end, until) - max(start, since))
    return total
