"""Which files of a place were received already, though they still lie there?

Because a run was killed between receiving and removing, because the place is write-protected, or because it is to be
kept. A file is known by a name that only the organisation's key can make, so that no name of a patient is written. Two
looks at one stick never give two arrivals, and a sidecar that comes after its file finds what became of that.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from flows.found import Found
from pipeline.key import Key

FORGOTTEN_AFTER = timedelta(days=30)
KEPT_FOR = timedelta(days=400)
WRITTEN_ANEW_AFTER = timedelta(days=15)


class Fate(StrEnum):
    """What was done with a file: only received so far, taken away, or left because it must stay."""

    RECEIVED = "received"
    GONE = "gone"
    LEFT = "left"


@dataclass(frozen=True)
class Taken:
    """One file that was received: when, in which version, as which arrivals, and what was done with it then."""

    day: date
    fate: Fate
    version: str
    arrivals: tuple[int, ...]

    def says_the_same(self, other: "Taken") -> bool:
        """Tell whether they differ in nothing but the day."""
        return replace(self, day=other.day) == other

    def is_old(self, today: date) -> bool:
        """Tell whether it may be forgotten."""
        return today - self.day > (KEPT_FOR if self.fate is Fate.LEFT else FORGOTTEN_AFTER)


class TakenFiles:
    """The memory of one source of a project: a file to which lines are added, each flushed to disk."""

    def __init__(self, path: Path, key: Key, today: date | None = None) -> None:
        """Read the memory at `path`, and write it anew where it holds much that may be forgotten."""
        self._path, self._key = path, key
        self._today = today or datetime.now(UTC).date()
        self._known: dict[str, Taken] = {}
        written = 0
        for name, taken in _lines(path):
            written += 1
            self._known[name] = taken
        self._known = {name: taken for name, taken in self._known.items() if not taken.is_old(self._today)}
        if written > 2 * len(self._known) + 100:
            self._write_anew()

    def of(self, found: Found) -> Taken | None:
        """Return what is known of exactly this file, None where it is new, was changed, or lies there once more."""
        taken = self._known.get(self._named(found.name))
        if taken is None or taken.version != found.version or taken.fate is Fate.GONE:
            return None
        return taken

    def arrivals(self, name: str) -> tuple[int, ...]:
        """Return the arrivals of the file of this name, whatever was done with it."""
        taken = self._known.get(self._named(name))
        return () if taken is None else taken.arrivals

    def note(self, found: Found, arrivals: tuple[int, ...], fate: Fate) -> None:
        """Remember it; when this returns the memory survives a crash."""
        name = self._named(found.name)
        before = self._known.get(name)
        taken = Taken(self._today, fate, found.version, arrivals)
        if before is not None and self._today - before.day < WRITTEN_ANEW_AFTER and before.says_the_same(taken):
            return
        self._known[name] = taken
        self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with open(self._path, "ab", opener=_private) as file:
            # the line break before: half a line that a crash left spoils no other
            file.write(f"\n{_line(name, taken)}".encode("ascii"))
            file.flush()
            os.fsync(file.fileno())

    def _named(self, name: str) -> str:
        return self._key.pseudonym("found", name, length=24)

    def _write_anew(self) -> None:
        draft = self._path.with_name(f".{self._path.name}")
        with open(draft, "wb", opener=_private) as file:
            file.write("\n".join(_line(name, taken) for name, taken in self._known.items()).encode("ascii"))
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._path)


def _line(name: str, taken: Taken) -> str:
    return " ".join((taken.day.isoformat(), name, taken.fate, taken.version, ",".join(map(str, taken.arrivals))))


def _lines(path: Path) -> Iterator[tuple[str, Taken]]:
    """Yield what stands in the file; half of a line, as a power cut leaves it, counts for nothing."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        for line in file:
            try:
                day, name, fate, version, arrivals = line.decode("ascii").split()
                numbers = tuple(int(number) for number in arrivals.split(","))
                yield name, Taken(date.fromisoformat(day), Fate(fate), version, numbers)
            except ValueError:
                continue


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
