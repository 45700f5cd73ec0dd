"""Which files does the demonstration drop into the inbox, and what is known of each?"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import cycle
from pathlib import Path

from pydicom.data import get_testdata_file

from pipeline.errors import Rejected
from pipeline.phantom import DemoScan, demo_scenes, write_scan
from pipeline.phantom.demo import FIRST_DAY, WEEKS
from pipeline.reading import kind_of
from sonorelay.demo.people import TRAINEES, DemoPerson
from sonorelay.demo.worksheets import by_patient, said_of
from storage.settings import settings

SIMULATED_SCANS = 96
SEED = 2026
MOST_OF_ONE_FOLDER = 8
LEFT_OUT = {"bad", "pydicom-pkg"}  # hostile files, and those that the package carries anyway
IN_PYDICOM = (
    "examples_ybr_color.dcm",
    "examples_palette.dcm",
    "examples_jpeg2k.dcm",
    "examples_rgb_color.dcm",
)
EXAM_BY_WORD = (
    ("lung", "LUNG_AD"),
    ("ocular", "OCULAR"),
    ("eye", "OCULAR"),
    ("resolution", "PHANTOM"),
    ("phantom", "PHANTOM"),
    ("anechoic", "PHANTOM"),
    ("spj", "MSK"),
    ("affiniti", "CARD"),
    ("ybr_color", "CARD"),
)


@dataclass(frozen=True)
class Drop:
    """One file for the inbox: who made it, of what, and how its bytes come about."""

    name: str
    trainee: DemoPerson
    exam_type: str | None
    captured_at: datetime | None
    write: Callable[[Path], Path]
    scan: DemoScan | None = None


@dataclass(frozen=True)
class Dropped:
    """A file that was dropped: the digest of its bytes, and the simulated scan it is, if it is one."""

    digest: str
    drop: Drop


def drops(now: datetime) -> list[Drop]:
    """Return the files of the demonstration, real ones first; simulated ones end in the week of `now`."""
    return [*_real(), *_simulated(now)]


def _real() -> Iterator[Drop]:
    trainees = cycle(TRAINEES)
    for number, path in enumerate(_real_files()):
        # one in ten comes without its exam type, to show what happens then
        exam_type = None if number % 10 == 9 else _exam_of(path)
        yield Drop(path.name, next(trainees), exam_type, None, _copy_of(path))


def _copy_of(path: Path) -> Callable[[Path], Path]:
    return lambda folder: Path(shutil.copyfile(path, folder / path.name))


def _real_files() -> Iterator[Path]:
    for name in IN_PYDICOM:
        found = get_testdata_file(name, download=False)
        if isinstance(found, str):
            yield Path(found)
    data = data_folder()
    if data is None:
        return
    for folder in [data, *sorted(path for path in data.rglob("*") if path.is_dir() and path.name not in LEFT_OUT)]:
        files = sorted(path for path in folder.iterdir() if path.is_file() and _is_scan(path))
        step = max(1, len(files) // MOST_OF_ONE_FOLDER)
        yield from files[::step][:MOST_OF_ONE_FOLDER]


def _is_scan(path: Path) -> bool:
    try:
        kind_of(path)
    except Rejected:
        return False
    return True


def data_folder() -> Path | None:
    """Return the folder of further real scans: SONORELAY_DATA, or shared/data beside the checkout, if it is there."""
    named = os.environ.get("SONORELAY_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[3] / "shared" / "data"
    return folder if folder.is_dir() else None


def _exam_of(path: Path) -> str:
    place = f"{path.parent.name}/{path.name}".lower()
    return next((exam for word, exam in EXAM_BY_WORD if word in place), "FAST")


def _simulated(now: datetime) -> Iterator[Drop]:
    shift = now - timedelta(weeks=WEEKS) - FIRST_DAY.replace(tzinfo=UTC)
    for scan in by_patient(demo_scenes(int(os.environ.get("SONORELAY_DEMO_SCANS", SIMULATED_SCANS)), SEED)):
        captured_at = min(scan.captured_at.replace(tzinfo=UTC) + shift, now - timedelta(minutes=30))
        trainee = TRAINEES[(scan.trainee - 1) % len(TRAINEES)]
        yield Drop(scan.name, trainee, scan.exam_type, captured_at, _rendering_of(scan), scan)


def _rendering_of(scan: DemoScan) -> Callable[[Path], Path]:
    return lambda folder: write_scan(scan, folder)


def drop_into_inbox(drop: Drop) -> Dropped:
    """Write the file where its trainee would have put it, complete from the first moment it can be seen."""
    assert drop.trainee.project is not None  # noqa: S101 - every trainee of the demonstration has a project
    project = settings().inbox / drop.trainee.project
    writing = project / ".writing"
    writing.mkdir(parents=True, exist_ok=True)
    path = drop.write(writing)
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    place = project / drop.trainee.username / (drop.exam_type or "")
    place.mkdir(parents=True, exist_ok=True)
    if drop.captured_at is not None:
        sidecar = place / (drop.name + ".json")
        said = {} if drop.scan is None else said_of(drop.scan, SEED)
        sidecar.write_text(json.dumps({"captured_at": drop.captured_at.isoformat(), **said}), encoding="utf-8")
    path.replace(place / drop.name)
    return Dropped(digest, drop)
