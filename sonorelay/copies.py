"""Where does the de-identified copy of a file lie, and is it there already, made by the software of today?"""

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock

from pipeline.deidentify import Key, Release, TextReader
from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.header import VERSION
from pipeline.deidentify.vocabulary import vocabulary
from qa_rules import Walk
from sonorelay.inspect import polygon_as_json

REPORT = "report.json"
_PUBLISHING = Lock()


@dataclass(frozen=True)
class Copy:
    """A released copy: its files, the screen it comes from, the area that was kept, and whether it was there before."""

    outputs: tuple[Path, ...]
    screen: dict[str, object]
    kept_polygons: list[list[list[float]]]
    report: Path
    already_there: bool


def place_of(path: Path, key: Key, to: Path) -> Path:
    """Return the folder of a file's copy, named by a pseudonym of the bytes: the file's own name may name a patient."""
    with path.open("rb") as file:
        return to / key.pseudonym("file", hashlib.file_digest(file, "sha256").hexdigest())


def found(place: Path) -> Copy | None:
    """Return the copy that lies there, None if it is not whole or was made by another version."""
    try:
        written = json.loads((place / REPORT).read_text(encoding="utf-8"))
        outputs = tuple(place / Path(name).name for name in written["outputs"])
        screen, kept, made_by = written["screen"], written["kept_polygons"], written["report"]["versions"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    whole = bool(outputs) and all(output.is_file() for output in outputs)
    return Copy(outputs, screen, kept, place / REPORT, already_there=True) if whole and made_by == versions() else None


def screen_of(walked: Walk) -> dict[str, object]:
    """Return what tells one screen from another, as an entry of a file of layouts names it."""
    seen, whose = walked.inspection, walked.identity
    named = {"device": whose.device, "model": whose.device_model}
    return {"kind": seen.kind.value, "rows": seen.rows, "columns": seen.columns, **named}


def publish(walked: Walk, release: Release, place: Path) -> Copy:
    """Bring a release and its report from the folder where they were made to their place, whole or not at all."""
    names = [output.path.name for output in release.outputs]
    kept = [polygon_as_json(polygon) for polygon in release.kept.polygons]
    screen = screen_of(walked)
    told = {"outputs": names, "screen": screen, "kept_polygons": kept, "report": release.report.as_json()}
    with tempfile.TemporaryDirectory(dir=place.parent, prefix=".writing-") as hidden:
        ready = Path(hidden, "copy")
        ready.mkdir()
        for output in release.outputs:
            shutil.move(output.path, ready)
        text = json.dumps(told, ensure_ascii=False, allow_nan=False)
        (ready / REPORT).write_text(text + "\n", encoding="utf-8")
        with _PUBLISHING:  # two files may hold the same bytes
            shutil.rmtree(place, ignore_errors=True)
            ready.rename(place)
    return Copy(tuple(place / name for name in names), screen, kept, place / REPORT, already_there=False)


def withdraw(place: Path) -> None:
    """Take away the copy that an earlier version made of a file which is no longer released."""
    with _PUBLISHING:
        shutil.rmtree(place, ignore_errors=True)


@cache
def versions() -> dict[str, str]:
    """Return the versions that a copy made now would name in its report."""
    return {
        "deidentify": VERSION,
        "allow_list": allow_list().edition,
        "vocabulary": vocabulary().version,
        "text_reader": TextReader().name,
    }
