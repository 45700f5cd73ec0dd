"""Was this layout read before, and was there no writing in it?

A layout is what stands still in the kept area and looks like strokes (`strokes`). What stands still in a cine needs no
reading where such a layout was read before and every window of strokes that could hold writing coincides with the
remembered one to a pixel. What comes and goes is read in every cine that has it. Stills are always read: nothing in
them tells strokes from echoes.

Only the verdict "no writing" is kept, as the places of strokes and the outline: no picture, no text. The folder belongs
to the installation like its programs: who can write there can have a scan pass unread, not more.
"""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from pipeline.deidentify.strokes import STROKES_VERSION, TEXT_LIKE, WINDOW, Watch, in_windows
from pipeline.sector import Mask

SUFFIX = ".layout"
MOST_LAYOUTS = 16
"""Of one reader and one size of picture; the oldest gives way."""
MOST_FILES = 4096
"""Of all readers and sizes together, unfinished ones included; a layout takes some hundred bytes."""
MOST_STROKES = 0.05
"""Share of the kept area up to which strokes are a device's marks; with more they are echoes, different every time."""
NEAR = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
OUTLINE_REACH = np.ones((17, 17), np.uint8)
LEFT_OVER = 12
"""Pixels of strokes in one window that the one layout has and the other has not, up to which they are the same."""
TOO_DENSE = 0.75
"""Share of a window that the known strokes reach: with more, other strokes could hide among them."""


@dataclass(frozen=True, eq=False)
class StillLayout:
    """The kept area and the strokes of the windows in which there could be writing, (rows, columns) of the picture."""

    kept: Mask
    strokes: Mask

    @classmethod
    def of(cls, watch: Watch) -> "StillLayout":
        """Return the layout of a cine that was watched to its end."""
        strokes = watch.still_strokes()
        like = (in_windows(strokes) >= TEXT_LIKE).astype(np.uint8)
        reach = cv2.dilate(like, np.ones(WINDOW[::-1], np.uint8)).astype(bool)
        whole = np.zeros(watch.mask.shape, bool)
        whole[watch.window] = strokes & reach
        return cls(watch.mask, whole)

    def is_like(self, known: "StillLayout") -> bool:
        """Whether nothing that could be writing is here and not there, or in another shape there."""
        if self.kept.shape != known.kept.shape or (self.kept & ~_grown(known.kept, OUTLINE_REACH)).any():
            return False
        if not self.strokes.any():
            return True
        near = _grown(known.strokes, NEAR)
        other = (in_windows(self.strokes & ~near) > LEFT_OVER) | (
            in_windows(known.strokes & ~_grown(self.strokes, NEAR)) > LEFT_OVER
        )
        dense = in_windows(near) > TOO_DENSE * WINDOW[0] * WINDOW[1]
        return not ((in_windows(self.strokes) >= TEXT_LIKE) & (other | dense)).any()

    def as_bytes(self) -> bytes:
        """Return both masks, packed."""
        return zlib.compress(np.packbits(np.stack([self.kept, self.strokes])).tobytes(), 9)

    @classmethod
    def from_bytes(cls, packed: bytes, rows: int, columns: int) -> "StillLayout":
        """Return the layout of a picture of this size; raises ValueError."""
        size = 2 * rows * columns
        unpacking = zlib.decompressobj()
        try:
            raw = unpacking.decompress(packed, (size + 7) // 8 + 1)
        except zlib.error as fault:
            raise ValueError("no layout") from fault
        if len(raw) != (size + 7) // 8:
            raise ValueError("no layout of this size")
        kept, strokes = np.unpackbits(np.frombuffer(raw, np.uint8), count=size).reshape(2, rows, columns).astype(bool)
        return cls(kept, strokes)


@dataclass(frozen=True)
class LayoutMemory:
    """A folder of small files, one a layout in which a reader found no writing."""

    folder: Path

    def knows(self, layout: StillLayout, reader: str) -> bool:
        """Whether this reader, by name and settings, found no writing in a layout like this one."""
        rows, columns = layout.kept.shape
        for path in self._files(reader, rows, columns):
            try:
                known = StillLayout.from_bytes(path.read_bytes(), rows, columns)
            except (OSError, ValueError):  # taken away by another process, or spoilt: as if it were not there
                continue
            if layout.is_like(known):
                return True
        return False

    def remember(self, layout: StillLayout, reader: str) -> None:
        """Keep that this reader found no writing in this layout; a folder that cannot be written keeps nothing."""
        if layout.strokes.sum() > MOST_STROKES * layout.kept.sum():
            return
        rows, columns = layout.kept.shape
        packed = layout.as_bytes()
        name = f"{_key(reader, rows, columns)}-{hashlib.sha256(packed).hexdigest()[:16]}{SUFFIX}"
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as file:
                file.write(packed)
            os.replace(file.name, self.folder / name)  # noqa: PTH105  pathlib's would read worse
            for path in self._files(reader, rows, columns)[MOST_LAYOUTS:]:
                path.unlink(missing_ok=True)
            for path in _newest_first(self.folder.iterdir())[MOST_FILES:]:
                path.unlink(missing_ok=True)
        except OSError:
            return

    def _files(self, reader: str, rows: int, columns: int) -> list[Path]:
        """Return the files of this reader and size, the newest first."""
        return _newest_first(self.folder.glob(f"{_key(reader, rows, columns)}-*{SUFFIX}"))


def _newest_first(paths: Iterable[Path]) -> list[Path]:
    found = []
    for path in paths:
        try:
            found.append((-path.stat().st_mtime_ns, path))
        except OSError:  # taken away by another process
            continue
    return [path for _, path in sorted(found)]


def _key(reader: str, rows: int, columns: int) -> str:
    text = f"{reader}\0strokes {STROKES_VERSION}\0{rows}x{columns}"
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _grown(mask: Mask, reach: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> Mask:
    grown: Mask = cv2.dilate(mask.astype(np.uint8), reach).astype(bool)
    return grown
