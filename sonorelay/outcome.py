"""How does a command answer: exit status, language, JSON Lines, and the files that were meant?"""

import json
import locale
import os
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from pipeline.text import Text

ANSWERED, FAILED, USAGE = 0, 1, 2


def language() -> str:
    """Return the two letters of the language that the environment asks for, 'en' or 'fr'."""
    wanted = (
        os.environ.get("LC_ALL") or os.environ.get("LC_MESSAGES") or os.environ.get("LANG") or locale.getlocale()[0]
    )
    return "fr" if (wanted or "").lower().startswith("fr") else "en"


def fail(text: Text, status: int) -> int:
    """Say what is wrong on the error stream and return `status`."""
    print(f"sonorelay: {text.say(language())}", file=sys.stderr)
    return status


def print_json(answer: object) -> None:
    """Print one JSON object on one line, at once; what is not a number never leaves."""
    print(json.dumps(answer, ensure_ascii=False, allow_nan=False), flush=True)


def absent(paths: Iterable[Path]) -> Text | None:
    """Return the complaint about the first path that is not there or may not be read."""
    for path in paths:
        if not path.exists():
            return Text(f"there is no file or folder {path}", f"il n'y a ni fichier ni dossier {path}")
        if not os.access(path, os.R_OK):
            return Text(f"{path} may not be read by this account", f"{path} ne peut pas être lu par ce compte")
    return None


def files_below(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield the files themselves, and for each folder the files in it, in order; hidden ones left out."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for file in sorted(path.rglob("*")):
            if file.is_file() and not any(part.startswith(".") for part in file.relative_to(path).parts):
                yield file
