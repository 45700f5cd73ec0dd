"""Is the sector found where it truly is, on simulated scans? `python -m benchmarks sectors [seed] [scans]`."""

import sys
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipeline.find_sector import CONFIDENT, find_sector
from supervision.intervals import wilson
from tests.core.sector.known import GROUPS, known
from tests.planted.campaign import in_processes

SEED, SCANS = 909, 60
LEAST_OVERLAP = 0.95


@dataclass(frozen=True)
class Outcome:
    """What became of one scan. overlap: intersection over union with the nearest true sector."""

    group: str
    number: int
    confidence: float
    overlap: float
    holds_writing: bool

    @property
    def accepted(self) -> bool:
        """Whether the outline is taken for safe."""
        return self.confidence >= CONFIDENT

    @property
    def wrong(self) -> bool:
        """Whether an outline that is taken for safe is not: elsewhere, too small, too large, or with writing in it."""
        return self.accepted and (self.overlap < LEAST_OVERLAP or self.holds_writing)


def outcome(which: tuple[str, int, int]) -> Outcome:
    """Return what became of the scan with this group, seed and number."""
    scan = known(*which)
    found = find_sector(scan.clip)
    mask = found.mask(scan.clip.rows, scan.clip.columns)
    overlap = max(float((mask & true).sum() / max(1, (mask | true).sum())) for true in scan.sectors)
    return Outcome(which[0], which[2], found.confidence, overlap, bool((mask & scan.writing).any()))


def main() -> None:
    """Print one row for each group of scans, and one for all."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    seed, scans = (*numbers, *(SEED, SCANS)[len(numbers) :])
    print(f"\nSectors of known place, seed {seed}, {scans} scans a group; accepted from a confidence of {CONFIDENT}")
    print(f"  {'':15}{'accepted':>17}{'IoU median':>12}{'5th':>7}{'wrongly accepted [95 %]':>40}")
    outcomes = in_processes(outcome, [(group, seed, number) for group in GROUPS for number in range(scans)])
    for group in GROUPS:
        _row(group, [one for one in outcomes if one.group == group])
    _row("all", outcomes)


def _row(label: str, outcomes: Sequence[Outcome]) -> None:
    taken = [one for one in outcomes if one.accepted]
    wrong, written = [one for one in taken if one.wrong], [one for one in taken if one.holds_writing]
    share = f"{len(taken)} of {len(outcomes)}"
    if not taken:
        print(f"  {label:15}{share:>17}")
        return
    middle, low = np.percentile([one.overlap for one in taken], (50, 5))
    least, most = (100 * bound for bound in wilson(len(wrong), len(taken)))
    told = f"{len(wrong)} ({len(written)} with writing)"
    told += f", {100 * len(wrong) / len(taken):.1f} % [{least:.1f}, {most:.1f}]"
    print(f"  {label:15}{share:>17}{middle:>12.3f}{low:>7.3f}{told:>40}", flush=True)
