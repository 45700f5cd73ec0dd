"""What becomes of many planted files: released, withheld or refused, and does anything planted survive?"""

import atexit
import multiprocessing
import os
import shutil
import tempfile
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TypeVar

from pipeline.agreement import agree
from pipeline.deidentify import Key, Release, TextReader, deidentify
from pipeline.deidentify.layout_memory import LayoutMemory
from pipeline.errors import Rejected, Withheld
from pipeline.find_sector import find_sector
from pipeline.guidance import Guidance
from pipeline.reading import read_clip
from tests.planted.cases import Case, case
from tests.planted.searching import seen, surviving

KEY = Key.from_bytes(bytes(range(32)))
PROCESSES = 2

_T = TypeVar("_T")
_R = TypeVar("_R")


@dataclass(frozen=True)
class Outcome:
    """What became of one planted file.

    became: "released", or the code with which it was withheld or rejected, or the name of an exception that is no error
    of this project. survivors: class, place and first text of what was found. unseen: what the test itself cannot see
    in the input. classes, places: what was planted.
    """

    form: str
    index: int
    became: str
    survivors: tuple[tuple[str, str, str], ...] = ()
    unseen: tuple[str, ...] = ()
    planted: int = 0
    classes: frozenset[str] = field(default_factory=frozenset)
    places: frozenset[str] = field(default_factory=frozenset)


@cache
def reader() -> TextReader:
    """Return the one reader of text of this process, which remembers layouts as the real one does."""
    folder = Path(tempfile.mkdtemp(prefix="layouts-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return TextReader(memory=LayoutMemory(folder))


def release(path: Path, guidance: Guidance, to: Path, verifier: TextReader | None = None) -> Release:
    """Do the whole walk of a file in this process, by default without a memory of layouts; raises SonorelayError."""
    clip = read_clip(path)
    kept = agree(clip, find_sector(clip), guidance)
    return deidentify(path, clip, kept, KEY, to, verifier=verifier, text_accepted=guidance.text_accepted)


def outcome(seed_and_index: tuple[int, int]) -> Outcome:
    """Write the planted file of a seed and number, release it within its drawn sector, search what was written."""
    seed, index = seed_and_index
    with tempfile.TemporaryDirectory() as folder:
        planted = case(seed, index, Path(folder) / "in")
        to = Path(folder) / "out"
        became = attempt(planted.path, Guidance(drawn=(planted.outline,), text_accepted=True), to)
        return judged(planted, index, became, to)


def attempt(path: Path, guidance: Guidance, to: Path) -> str:
    """Return "released", the code of the refusal, or the name of an exception that should never be."""
    try:
        release(path, guidance, to, reader())
    except (Withheld, Rejected) as refused:
        return refused.code
    except Exception as fault:  # noqa: BLE001 - exactly what this campaign is to find
        return f"{type(fault).__name__}: {fault}"
    return "released"


def judged(planted: Case, index: int, became: str, to: Path) -> Outcome:
    """Return the outcome with everything that survives in the files of the folder `to`."""
    survivors = [
        (mark.kind, mark.place, mark.texts[0])
        for file in (sorted(to.rglob("*")) if to.exists() else ())
        if file.is_file()
        for mark in surviving(file, planted.marks)
    ]
    raw = planted.path.read_bytes()
    unseen = tuple(mark.place for mark in planted.marks if mark.plain and not seen(raw, mark))
    return Outcome(
        planted.form,
        index,
        became,
        tuple(survivors),
        unseen,
        len(planted.marks),
        frozenset(mark.kind for mark in planted.marks),
        frozenset(mark.place for mark in planted.marks),
    )


def in_processes(work: Callable[[_T], _R], over: Iterable[_T], *, processes: int = PROCESSES) -> list[_R]:
    """Return `work` of each, done by fresh processes, in order."""
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with ProcessPoolExecutor(processes, mp_context=multiprocessing.get_context("spawn")) as pool:
        return list(pool.map(work, over, chunksize=5))
