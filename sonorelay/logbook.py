"""Where do the lines of all services go, so that no log grows without end and none is lost?

`python -m sonorelay.logbook LARGEST KEPT FD=FILE ...` reads what the services write into pipes and ends once nobody can
write any more. It is a program of its own, and imports little: a service never waits for whoever started it, and what
services say while they die with it is still written down. Only whole lines are parted from each other.
"""

import os
import selectors
import sys
from pathlib import Path

AT_ONCE = 1 << 16
LONGEST_LINE = 1 << 20
LOST = "sonorelay: {count} bytes could not be written here and are lost\n"


class Logbook:
    """A file that is closed at `largest` bytes: then it is `<name>.1`, the one before `<name>.2`, up to `kept`."""

    def __init__(self, path: Path, largest: int, kept: int) -> None:
        """Go on with what is there."""
        self._path, self._largest, self._kept = path, largest, kept
        self._begun = b""
        self._lost = 0

    def write(self, read: bytes) -> None:
        """Write the lines that are whole; the beginning of one waits for its end."""
        lines, newline, begun = (self._begun + read).rpartition(b"\n")
        self._begun = begun
        if newline:
            self._put(lines + newline)
        if len(self._begun) > LONGEST_LINE:
            self.end()

    def end(self) -> None:
        """Write what has no end."""
        if self._begun:
            self._put(self._begun + b"\n")
            self._begun = b""

    def _put(self, lines: bytes) -> None:
        left = (LOST.format(count=self._lost).encode() if self._lost else b"") + lines
        try:
            while left:
                left = self._fill(left)
            self._lost = 0
        except OSError:  # the disk is full: the service goes on, and this is told later
            told = len(left) <= len(lines)
            self._lost = len(left) if told else self._lost + len(lines)

    def _fill(self, lines: bytes) -> bytes:
        """Write as many lines as the page has room for, on a new page at least one, and return the others."""
        size = self._path.stat().st_size if self._path.exists() else 0
        fit = (
            len(lines)
            if size + len(lines) <= self._largest
            else lines.rfind(b"\n", 0, max(0, self._largest - size)) + 1
        )
        if fit == 0 and size > 0:
            self._turn_page()
            return lines
        fit = fit or lines.index(b"\n") + 1
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            _write_all(descriptor, lines[:fit])
        finally:
            os.close(descriptor)
        return lines[fit:]

    def _turn_page(self) -> None:
        for number in range(self._kept, 0, -1):
            older = self._path.with_name(f"{self._path.name}.{number}")
            newer = self._path.with_name(f"{self._path.name}.{number - 1}") if number > 1 else self._path
            if newer.exists():
                newer.replace(older)


def keep(books: dict[int, Logbook]) -> None:
    """Read each descriptor into its book until all are closed at their other end."""
    with selectors.DefaultSelector() as selector:
        for descriptor, book in books.items():
            selector.register(descriptor, selectors.EVENT_READ, book)
        while selector.get_map():
            for key, _ in selector.select():
                read = os.read(key.fd, AT_ONCE)
                if read:
                    key.data.write(read)
                else:
                    key.data.end()
                    selector.unregister(key.fd)


def _write_all(descriptor: int, lines: bytes) -> None:
    left = memoryview(lines)
    while left:
        left = left[os.write(descriptor, left) :]


def main(largest: str, kept: str, *books: str) -> None:
    """Keep the books that the arguments name."""
    named = [book.partition("=") for book in books]
    keep({int(descriptor): Logbook(Path(file), int(largest), int(kept)) for descriptor, _, file in named})


if __name__ == "__main__":
    main(*sys.argv[1:])
