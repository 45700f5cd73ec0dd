"""Which numbers must be hidden besides the small ones, so that adding and subtracting does not tell these again?

Primary and secondary suppression: Willenborg & de Waal, Elements of Statistical Disclosure Control, 2001, chapter 4.
"""

from collections.abc import Collection, Hashable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

SMALLEST_TOLD = 5
"""The smallest number of patients, but nought, that leaves the organisation."""

TINY = 1e-9

Key = TypeVar("Key", bound=Hashable)


@dataclass(frozen=True)
class Line(Generic[Key]):
    """Numbers that add up to another one; rest: what of the whole is in none of them, and stands nowhere."""

    whole: Key
    parts: tuple[Key, ...]
    rest: int = 0


def is_small(number: int) -> bool:
    """Tell whether so few patients could be recognised; nought is about nobody."""
    return 0 < number < SMALLEST_TOLD


def next_to_hide(
    lines: Sequence[Line[Key]], amounts: Mapping[Key, int], small: Collection[Key], hidden: AbstractSet[Key]
) -> Key | None:
    """Return one more number to hide, None where what is hidden protects every small number and every small rest.

    amounts: of how many patients each number tells. small: those that must not be worked out. To be asked again after
    each answer.
    """
    for line in lines:
        if (found := _unprotected(line, amounts, hidden)) is not None:
            return found
    betraying = _betraying(lines, amounts, small, hidden)
    for some in (betraying, lines if betraying else ()):
        left = [key for line in some for key in (*line.parts, line.whole) if key not in hidden and amounts[key]]
        if left:
            return min(left, key=lambda key: amounts[key])
    return None


def _unprotected(line: Line[Key], amounts: Mapping[Key, int], hidden: AbstractSet[Key]) -> Key | None:
    """Return the smallest number to hide where the others of a line give away what is hidden of it."""
    gone = [key for key in (*line.parts, line.whole) if key in hidden]
    unknown = len(gone) + (line.rest > 0)
    if line.whole in hidden:
        safe = unknown > 1
    else:
        enough = sum(amounts[key] for key in gone) + line.rest >= SMALLEST_TOLD
        safe = not unknown or (enough and (unknown > 1 or not gone))
    if safe:
        return None
    left = [key for key in line.parts if key not in hidden and amounts[key]]
    if left:
        return min(left, key=lambda key: amounts[key])
    return None if line.whole in hidden else line.whole


def _betraying(
    lines: Sequence[Line[Key]], amounts: Mapping[Key, int], small: Collection[Key], hidden: AbstractSet[Key]
) -> list[Line[Key]]:
    """Return the lines of which all sums together determine a small number or rest, whatever the others are."""
    # a line with a large rest of its own says nothing of what else is hidden in it
    telling = [line for line in lines if not line.rest or is_small(line.rest)]
    there = {key for line in telling for key in (*line.parts, line.whole)} & hidden
    keys = [key for key in amounts if key in there]
    if not keys:
        return []
    column = {key: number for number, key in enumerate(keys)}
    rests = [number for number, line in enumerate(telling) if line.rest]
    equations = np.zeros((len(telling), len(keys) + len(rests)))
    for number, line in enumerate(telling):
        for key in there.intersection(line.parts):
            equations[number, column[key]] = 1.0
        if line.whole in there:
            equations[number, column[line.whole]] = -1.0
    equations[rests, range(len(keys), len(keys) + len(rests))] = 1.0
    # what the equations leave free is their null space: a number is determined where that is zero
    _, strengths, axes = np.linalg.svd(equations)
    free = axes[int((strengths > TINY).sum()) :]
    told = np.abs(free).max(axis=0, initial=0.0) < TINY
    known = {key for key in small if key in column and told[column[key]]}
    loose = {number for number, at in zip(rests, told[len(keys) :], strict=True) if at}
    return [line for number, line in enumerate(telling) if number in loose or known & {*line.parts, line.whole}]
