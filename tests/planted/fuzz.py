"""What becomes of a planted file whose bytes were damaged or tampered with?"""

import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np

from pipeline.guidance import Guidance
from tests.planted.campaign import Outcome, attempt, judged
from tests.planted.cases import KINDS, Case, case

FUZZED = (
    *("dicom native colour", "dicom implicit", "dicom big endian", "dicom deflated", "dicom palette", "dicom rle"),
    *(
        "dicom jpeg 4:2:2",
        "dicom jpeg-ls",
        "dicom j2k",
        "dicom h264 in dicom",
        "mp4",
        "mov",
        "mkv",
        "avi",
        "jpg",
        "png",
    ),
)
HEADER_FIRST = 0.7
"""Share of the changes that fall among the bytes before the pixels, where the identifiers are."""


@cache
def original(form: str) -> tuple[Case, bytes]:
    """Return the planted file of this form, once a process."""
    with tempfile.TemporaryDirectory() as folder:
        made = case(41, KINDS.index(form) + len(KINDS), Path(folder))
        return made, made.path.read_bytes()


def mutated(raw: bytes, rng: np.random.Generator) -> bytes:
    """Return the bytes with 1 to 3 changes: bits flipped, bytes replaced, lost, put in or repeated, the end cut off."""
    changed = bytearray(raw)
    for _ in range(int(rng.integers(1, 4))):
        way = int(rng.integers(12))
        whole = rng.random() > HEADER_FIRST
        at = int(rng.integers(0, len(changed) if whole else min(len(changed), 6000)))
        length = int(rng.integers(1, 9))
        if way <= 6:
            changed[at] ^= 1 << int(rng.integers(8))
        elif way == 7:
            changed[at : at + length] = rng.integers(0, 256, length, np.uint8).tobytes()
        elif way == 8:
            del changed[at : at + length]
        elif way == 9:
            changed[at:at] = rng.integers(0, 256, length, np.uint8).tobytes()
        elif way == 10:
            changed[at:at] = changed[at : at + 64 * length]
        elif rng.random() < 0.3:
            del changed[max(at, 200) :]
    return bytes(changed)


def mutant(seed_and_index: tuple[int, int]) -> Outcome:
    """Damage one of the planted files by this seed and number, try to release it, and search what was written."""
    seed, index = seed_and_index
    made, raw = original(FUZZED[index % len(FUZZED)])
    rng = np.random.default_rng([seed, index])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "in" / made.path.name
        path.parent.mkdir()
        path.write_bytes(mutated(raw, rng))
        to = Path(folder) / "out"
        became = attempt(path, Guidance(drawn=(made.outline,), text_accepted=True), to)
        return judged(replace(made, path=path), index, became, to)
