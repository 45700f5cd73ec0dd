"""Is what a candidate wrote what it should be, before its time counts?"""

import hashlib
from itertools import zip_longest
from pathlib import Path

import cv2
import numpy as np

from benchmarks.ingest_tasks import VIDEOS, Task
from pipeline.deidentify.masking import grown, padded
from pipeline.reading import open_scan

MARGIN = 20
"""Pixels around the outline to which a lossy encoder may ring, and in which blocks of it may be changed."""
BRIGHTEST = 8
LEAST_DECIBELS = 38.0
"""Of luminance that was encoded with loss, against what came in."""


def complaints(task: Task, released: Path, *, exact: bool) -> list[str]:
    """Return what is wrong with a released file: frames, what shines outside, what changed inside the outline.

    exact: whether the kept pixels must be the same, but for the blocks that the outline crosses.
    """
    outside, inside = ~grown(task.mask, MARGIN), ~grown(~task.mask, MARGIN)
    wrong, squares = set(), []
    with open_scan(task.source) as given, open_scan(released) as made:
        for before, after in zip_longest(given.frames(), made.frames()):
            if before is None or after is None:
                return ["another number of frames"]
            was, now = (cv2.cvtColor(one.pixels, cv2.COLOR_RGB2GRAY) for one in (before, after))
            if int(now[padded(outside, *now.shape)].max(initial=0)) > BRIGHTEST:
                wrong.add("something shines outside")
            away = now[: was.shape[0], : was.shape[1]][inside].astype(float) - was[inside]
            squares.append(float((away**2).mean()))
    if exact and any(squares):
        wrong.add("kept pixels changed")
    if 10 * np.log10(255**2 / max(float(np.mean(squares)), 1e-9)) < LEAST_DECIBELS:
        wrong.add("kept pixels suffered")
    return sorted(wrong)


def is_exact(task: Task) -> bool:
    """Tell whether we promise every kept pixel of this form of file."""
    return task.clip.form not in VIDEOS


def digests(folder: Path) -> dict[str, str]:
    """Return the digest of every file that was written, by name."""
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}
