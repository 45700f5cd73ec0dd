"""When do earlier scans of one screen tell where its sectors lie, without anybody drawing it?

When three of them agree on the area that was kept, and in each two witnesses that saw the picture said so.
"""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np

from pipeline.kept import Witness
from pipeline.sector import Mask

ENOUGH_SCANS = 3
AGREE = 0.97
OF_THE_PICTURE = frozenset({Witness.DECLARED, Witness.FITTED, Witness.MOVING})
"""Witnesses that saw the scan itself: what was learned or drawn must not teach itself."""


_Scan = TypeVar("_Scan")


def can_teach(witnesses: Iterable[str]) -> bool:
    """Tell whether at least two of the witnesses saw the picture."""
    return len(OF_THE_PICTURE.intersection(witnesses)) >= 2


def overlap(one: Mask, other: Mask) -> float:
    """Return the share (0-1) that two areas have in common of what either covers."""
    either = np.count_nonzero(one | other)
    return np.count_nonzero(one & other) / either if either else 0.0


def enough_agree(mine: Mask, others: Iterable[tuple[_Scan, Mask]]) -> tuple[_Scan, ...]:
    """Return the first two of the others whose area agrees with `mine`; none where there are not as many."""
    agreeing: list[_Scan] = []
    for other, area in others:
        if overlap(mine, area) >= AGREE:
            agreeing.append(other)
            if len(agreeing) + 1 >= ENOUGH_SCANS:
                return tuple(agreeing)
    return ()
