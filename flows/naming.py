"""What do the name and the place of a file say, whether a folder or a bucket holds it?

Layout: `[<trainee>/[<exam type>/]]file`, and optionally `<file>.json` beside a file.
"""

import unicodedata
from collections.abc import Collection, Sequence
from datetime import UTC
from pathlib import Path

from storage.reception import Incoming
from supervision.sidecar import read_sidecar
from supervision.sources import Way

RECEIPTS = "sonorelay-receipts"
"""The folder beside an inbox in which its senders find their answers."""
LONGEST_SAID = 120

_UNFINISHED = (".part", ".partial", ".tmp", ".temp", ".crdownload", ".download", ".filepart", ".swp", ".!sync")
_LEFT_BY_SYSTEMS = frozenset({"dicomdir", "thumbs.db", "ehthumbs.db", "desktop.ini", "autorun.inf", RECEIPTS})
_FOLDERS_OF_SYSTEMS = frozenset(
    {"system volume information", "$recycle.bin", "recycler", "lost.dir", "lost+found", "@eadir", "#recycle"}
)


def is_passed_over(name: str) -> bool:
    """Tell whether a file of this name is nobody's scan: hidden, not copied to its end, a system's own."""
    low = name.lower()
    return name.startswith((".", "~$")) or low.endswith(_UNFINISHED) or low in _LEFT_BY_SYSTEMS


def is_passed_over_folder(name: str) -> bool:
    """Tell whether nothing below a folder of this name is anybody's scan."""
    return name.startswith(".") or name == RECEIPTS or name.lower() in _FOLDERS_OF_SYSTEMS


def is_sidecar(name: str, beside: Collection[str]) -> bool:
    """Tell whether this is the sidecar of a file that lies beside it, or of one that is gone or has yet to come."""
    of = name.removesuffix(".json")
    return of != name and (of in beside or "." in of)


def as_text(name: str) -> str:
    """Return a name as people read it: composed characters, and a mark for each byte that is none or would not show."""
    told = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return "".join(
        one if one.isprintable() else "\N{REPLACEMENT CHARACTER}" for one in unicodedata.normalize("NFC", told)
    )


def described(path: Path, project: str, way: Way, above: Sequence[str], sidecar: Path | None) -> Incoming:
    """Return a file with what the names of the folders above it say, and its sidecar, which is believed before them."""
    folders = [as_text(name)[:LONGEST_SAID] for name in above]
    author, exam_type = (*folders, None, None)[:2]
    said = None if sidecar is None else read_sidecar(sidecar)
    if said is not None:
        author, exam_type = said.trainee or author, said.exam_type or exam_type
    return Incoming(
        path=path,
        project=project,
        way=way,
        author=author,
        exam_type=exam_type.upper() if exam_type else None,
        device=said.device if said else None,
        captured_at=said.captured_at.astimezone(UTC) if said and said.captured_at else None,
        sidecar=sidecar,
        said=said.worksheet() if said else {},
    )
