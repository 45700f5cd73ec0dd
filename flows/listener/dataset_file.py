"""How does what a device sends become a DICOM file on disk, without ever being whole in memory?

The file is the device's own bytes behind a header (PS3.10) of ours that depends on nothing but the object itself, so
that the same object sent again is the same file, and thereby the same scan.
"""

import os
import struct
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from pipeline.errors import Unavailable
from storage.room import refuse_when_full

MIB = 1024 * 1024
ROOM_IS_ASKED_EVERY = 32 * MIB
IMPLEMENTATION = "2.25.168371941284702718353826541028361207541"
IMPLEMENTATION_VERSION = "SONORELAY_1"
"""Of this header alone, whatever the release: another one would make other files of the same objects."""


def header(sop_class: str, instance: str, transfer_syntax: str) -> bytes:
    """Return preamble and file meta information (PS3.10, 7.1) of an object."""
    meta = b"".join(
        (
            _element(0x0001, b"OB", b"\x00\x01"),
            _element(0x0002, b"UI", sop_class.encode("ascii")),
            _element(0x0003, b"UI", instance.encode("ascii")),
            _element(0x0010, b"UI", transfer_syntax.encode("ascii")),
            _element(0x0012, b"UI", IMPLEMENTATION.encode("ascii")),
            _element(0x0013, b"SH", IMPLEMENTATION_VERSION.encode("ascii")),
        )
    )
    return b"\x00" * 128 + b"DICM" + _element(0x0000, b"UL", struct.pack("<L", len(meta))) + meta


def _element(number: int, representation: bytes, value: bytes) -> bytes:
    if len(value) % 2:
        value += b" " if representation == b"SH" else b"\x00"
    if representation == b"OB":
        return struct.pack("<HH2sHL", 2, number, representation, 0, len(value)) + value
    return struct.pack("<HH2sH", 2, number, representation, len(value)) + value


class DatasetFile:
    """One object that is being received. What finds no room is read from the device all the same and dropped, so that
    the device can be answered; it is `dropped`. Written to as pynetdicom writes to its temporary files.
    """

    def __init__(self, folder: Path, head: bytes, largest: int) -> None:
        """Begin a file in `folder` with `head`; not more than `largest` bytes follow."""
        self.dropped = False
        self.head = len(head)
        self._left, self._until_asked = largest, 0
        with NamedTemporaryFile(dir=folder, suffix=".dcm", delete=False) as made:
            self.path = Path(made.name)
        self._open = self.path.open("wb")
        self._open.write(head)

    @property
    def name(self) -> str:
        """Where it lies."""
        return str(self.path)

    @property
    def file(self) -> "DatasetFile":
        """Itself: what is flushed after each fragment."""
        return self

    def flush(self) -> None:
        """Do nothing: a fragment need not be on disk before the object is complete."""

    def write(self, fragment: bytes) -> None:
        """Write what came, as long as there is room for it."""
        if self.dropped:
            return
        try:
            self._ask_for_room(len(fragment))
            self._open.write(fragment)
        except (Unavailable, OSError):
            self._give_up()

    def close(self) -> None:
        """Let all bytes reach the file."""
        try:
            self._open.close()
        except OSError:
            self._give_up()

    def discard(self) -> None:
        """Close and remove it."""
        self.close()
        self.path.unlink(missing_ok=True)

    def _ask_for_room(self, size: int) -> None:
        self._left -= size
        if self._left < 0:
            raise Unavailable("disk_full")
        self._until_asked -= size
        if self._until_asked < 0:
            refuse_when_full(ROOM_IS_ASKED_EVERY)
            self._until_asked = ROOM_IS_ASKED_EVERY

    def _give_up(self) -> None:
        self.dropped = True
        with suppress(OSError):
            os.truncate(self.path, 0)  # what lies there already is of no use, and its room is needed
