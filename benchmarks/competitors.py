"""What do other de-identifiers leave in the same files? Each in an environment of its own, of pinned versions.

`python -m benchmarks.competitors [FILE.md]` prints the table, and writes it between the marks of FILE.md where one is
named. Environments are made in a cache folder the first time, which needs a package registry.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks.environments import environment
from benchmarks.released_pixels import compared
from pipeline.agreement import agree
from pipeline.deidentify import Key, TextReader, deidentify
from pipeline.errors import SonorelayError
from pipeline.find_sector import find_sector
from pipeline.guidance import Guidance
from pipeline.reading import read_clip
from tests.planted.cases import DICOM_FORMS
from tests.planted.dicom_files import write_dicom
from tests.planted.marks import Ink, Mark
from tests.planted.pictures import Picture
from tests.planted.screens import Screen, screen
from tests.planted.searching import surviving

ONLY_IF_NAMED = True
PINNED = {
    "dentdeid": "0.1.0",
    "dicom-anonymizer": "2.1.0",
    "dcmanon": "0.3.1",
    "dicognito": "0.19.0",
    "deid": "0.4.13",
}
WITH = ("pydicom==3.0.2", "pylibjpeg-openjpeg==2.6.0", "pyjpegls==1.5.1", "python-gdcm==3.2.6", "Pillow==13.0.0")
"""Decoders that the tools use where they are there: none of them shall fail for want of one."""
OURS = "Sonorelay"
SEED = 3
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"
MALFORMED = ("broken_values",)
"""Values that break the rules of their type: a tool that raises there says nothing about what it would leave."""
BANNER_GONE = 0.1
FEW = 12
"""Places that are listed by name where a tool leaves no more."""
KEY = Key.from_bytes(bytes(range(32)))


@dataclass(frozen=True)
class Input:
    """One planted DICOM file with a banner on every frame."""

    form: str
    path: Path
    marks: tuple[Mark, ...]
    shown: Screen


@dataclass(frozen=True)
class Result:
    """What one tool made of one file; None where it made none."""

    seconds: float
    classes: frozenset[str] | None = None
    places: frozenset[tuple[str, str]] = frozenset()
    banner_left: float | None = None
    sector_changed: float | None = None
    size_ratio: float = 0.0


def main() -> None:
    """Print the table; write it into the page that is named."""
    with tempfile.TemporaryDirectory() as folder:
        inputs = list(inputs_in(Path(folder) / "in"))
        rows = {OURS: list(_ours(inputs, Path(folder) / "ours"))}
        for tool in PINNED:
            rows[tool] = list(_theirs(tool, inputs, Path(folder) / tool))
    text = table(rows, inputs)
    print(text)
    if len(sys.argv) > 1 and sys.argv[1].endswith(".md"):
        _write_into(Path(sys.argv[1]), text)


def inputs_in(folder: Path) -> Iterable[Input]:
    """Write a planted still or cine in each form of DICOM, a banner above its sector."""
    folder.mkdir()
    for number, form in enumerate((*DICOM_FORMS, "native colour", "jpeg 4:2:2")):
        ink = Ink(np.random.default_rng([SEED, number]))
        shown = screen(6 + number % 12)
        frames = shown.frames[: 6 if number % 2 == 0 or form.startswith("h264") else 1]
        path = folder / f"{number:02}.dcm"
        write_dicom(form, Picture(frames, shown.outline, shown.sector), path, ink, but=MALFORMED)
        yield Input(form, path, tuple(ink.marks), shown)


def _ours(inputs: list[Input], folder: Path) -> Iterable[Result]:
    reader = TextReader()
    _ = reader.read(np.zeros((64, 64), np.uint8))  # models are loaded once a process, as the others' imports are
    for one in inputs:
        to, begin = folder / one.path.stem, time.process_time()
        try:
            clip = read_clip(one.path)
            guidance = Guidance(drawn=(one.shown.outline,)) if clip.is_still else Guidance()
            deidentify(one.path, clip, agree(clip, find_sector(clip), guidance), KEY, to, verifier=reader)
        except SonorelayError as refused:
            print(f"{OURS}: {one.form}: {refused.code}", file=sys.stderr)
        yield _judged(one, to / "scan.dcm", time.process_time() - begin)


def _theirs(tool: str, inputs: list[Input], folder: Path) -> Iterable[Result]:
    folder.mkdir()
    pairs = [(str(one.path), str(folder / one.path.name)) for one in inputs]
    pinned = f"{tool}=={PINNED[tool]}"
    python = environment("competitors", f"{tool}-{PINNED[tool]}", (pinned, *WITH))
    told: list[float] = []
    while len(told) < len(pairs):  # a tool that fails on a file goes on with the next one
        released, fault = _asked(python, tool, pairs[len(told) :], folder)
        told += released
        if len(told) < len(pairs):
            print(f"{tool}: {inputs[len(told)].form}: {fault}", file=sys.stderr)
            told.append(0.0)
    for one, seconds in zip(inputs, told, strict=True):
        yield _judged(one, folder / one.path.name, seconds)


def _asked(python: Path, tool: str, pairs: list[tuple[str, str]], home: Path) -> tuple[list[float], str]:
    """Return the seconds of the files that a tool released until it failed, and the name of what it raised then."""
    done = subprocess.run(
        [str(python), str(Path(__file__).parent / "drivers" / "deidentifiers.py"), tool],
        input=json.dumps(pairs),
        capture_output=True,
        text=True,
        check=False,
        env={"PATH": os.environ.get("PATH", ""), "HOME": str(home)},
    )
    raised, _, _ = done.stderr.strip().rpartition("\n")[2].partition(":")
    return [float(line) for line in done.stdout.splitlines()], raised


def _judged(one: Input, target: Path, seconds: float) -> Result:
    if not target.is_file():
        return Result(seconds)
    left = surviving(target, one.marks)
    banner, changed = compared(target, one.path, one.shown.sector)
    return Result(
        seconds,
        frozenset(mark.kind for mark in left),
        frozenset((mark.kind, mark.place) for mark in left),
        banner,
        changed,
        target.stat().st_size / one.path.stat().st_size,
    )


def table(rows: dict[str, list[Result]], inputs: list[Input]) -> str:
    """Return the Markdown table and what was measured."""
    classes = {mark.kind for one in inputs for mark in one.marks}
    places = {mark.place for one in inputs for mark in one.marks}
    columns = (
        *("tool", "files written", "identifiers left: classes", "places", "banner removed"),
        *("changed in the sector (grey levels)", "size out / in (median, largest)", "processor s a file (median)"),
    )
    measured = f"Measured on {datetime.now(UTC):%Y-%m-%d} on {len(inputs)} DICOM files made by seed {SEED}:"
    planted = f"{len(classes)} classes of identifiers in {len(places)} places, a banner on every frame."
    lines = [f"{measured} {planted}", "", f"| {' | '.join(columns)} |", "|" + " --- |" * len(columns)]
    lines += [_row(tool, results, classes, places) for tool, results in rows.items()]
    for tool, results in rows.items():
        left = sorted({(place, kind) for result in results for kind, place in result.places})
        if 0 < len(left) <= FEW:
            lines += ["", f"Left by {tool}: {', '.join(f'{place} ({kind})' for place, kind in left)}."]
    return "\n".join(lines) + "\n"


def _row(tool: str, results: list[Result], classes: set[str], places: set[str]) -> str:
    made = [result for result in results if result.classes is not None]
    left = frozenset().union(*(result.classes or frozenset() for result in made))
    where = {place for result in made for _, place in result.places}
    shown = [result for result in made if result.banner_left is not None]
    removed = sum((result.banner_left or 0.0) < BANNER_GONE for result in shown)
    undecoded = len(made) - len(shown)
    changed = [result.sector_changed for result in shown if result.sector_changed is not None]
    ratios = [result.size_ratio for result in made] or [0.0]
    cells = [
        f"{tool} {PINNED.get(tool, '(this commit)')}",
        f"{len(made)}/{len(results)}",
        f"{len(left)} of {len(classes)}",
        f"{len(where)} of {len(places)}",
        f"{removed}/{len(made)}" + (f" ({undecoded} cannot be decoded)" if undecoded else ""),
        f"{np.mean(changed):.2f}" if changed else "-",
        f"{np.median(ratios):.2f}, {max(ratios):.1f}",
        f"{np.median([result.seconds for result in made] or [0.0]):.3f}",
    ]
    return "| " + " | ".join(cells) + " |"


def _write_into(page: Path, text: str) -> None:
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    _, _, after = rest.partition(END)
    page.write_text(f"{before}{BEGIN}\n{text}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
