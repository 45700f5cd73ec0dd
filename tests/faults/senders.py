"""How do files come to the places of a project when people and devices are as they are?

Whole, in pieces with pauses, with their sidecar late or never, twice, in two places at once, cut off for good, and some
that are no scan at all. Everything is drawn from one seed.
"""

from __future__ import annotations

import hashlib
import os
import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import BinaryIO

from pipeline.phantom import DemoHeader, Scene, write_dicom
from pipeline.sector import Shape

ROWS, COLUMNS = 120, 160


@dataclass
class Senders:
    """Those who send to folders; `sent` is what of all that was completed: the digests that must be known at the end.

    `shared` gives files that nobody changes, for who sends by other ways.
    """

    seed: int
    places: list[Path]
    desk: Path
    sent: set[str] = field(default_factory=set)
    _open: list[tuple[BinaryIO, bytes, Path]] = field(default_factory=list)
    _numbers: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.desk.mkdir(parents=True, exist_ok=True)

    def do(self) -> None:
        """Send one file, in one of the ways in which files are sent."""
        ways: list[Callable[[], None]] = [self._whole] * 4
        ways += [self._slowly, self._with_sidecar, self._twice, self._at_two_places, self._no_scan]
        self.dice.choice(ways)()
        self._write_on()

    def finish(self) -> None:
        """Write to the end what was begun."""
        while self._open:
            self._write_on()

    def scan(self) -> Path:
        """Return a new simulated scan on the desk; its bytes are like no other."""
        number = next(self._numbers)
        path = self.desk / f"{number}.dcm"
        scene = Scene(self.seed % 1000, Shape.CURVILINEAR, rows=ROWS, columns=COLUMNS, frames=1)
        write_dicom(
            scene, path, header=DemoHeader(patient_name=f"SOAK^{number}", serial=f"S{number % 5}", regions=True)
        )
        self.sent.add(hashlib.sha256(path.read_bytes()).hexdigest())
        return path

    def _place(self, name: str) -> Path:
        folder = self.dice.choice(["", "amina", "amina/FAST", "amina/LUNG_AD/day 1"])
        target = self.dice.choice(self.places) / folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        return target

    def _whole(self) -> None:
        scan = self.scan()
        self._renamed(scan, self._place(scan.name))

    def _slowly(self) -> None:
        """Begin to write, under its final name; the program may even close it in between."""
        scan = self.scan()
        target = self._place(scan.name)
        self._open.append((target.open("wb"), scan.read_bytes(), target))

    def _with_sidecar(self) -> None:
        scan = self.scan()
        target = self._place(scan.name)
        sidecar = target.with_name(target.name + ".json")
        if self.dice.random() < 0.5:
            sidecar.write_text('{"exam_type": "FAST", "age": "adult_15_44"}')
        self._renamed(scan, target)
        if not sidecar.exists():
            sidecar.write_text('{"exam_type": "FAST"}')

    def _twice(self) -> None:
        scan = self.scan()
        for name in (scan.name, f"copy of {scan.name}"):
            self._renamed(scan, self._place(name))

    def _at_two_places(self) -> None:
        scan = self.scan()
        for place in self.places:
            self._renamed(scan, place / scan.name)

    def _no_scan(self) -> None:
        number = next(self._numbers)
        path = self.desk / f"{number}.txt"
        path.write_bytes(b"no scan " + self.dice.randbytes(self.dice.randrange(4096)))
        self.sent.add(hashlib.sha256(path.read_bytes()).hexdigest())
        self._renamed(path, self._place(path.name))

    def _write_on(self) -> None:
        for writing in list(self._open):
            file, rest, _ = writing
            piece = rest[: self.dice.randrange(1, 20_000)]
            file.write(piece)
            file.flush()
            self._open.remove(writing)
            if rest := rest[len(piece) :]:
                self._open.append((file, rest, writing[2]))
            else:
                file.close()

    @staticmethod
    def _renamed(source: Path, target: Path) -> None:
        hidden = target.with_name("." + target.name)
        shutil.copyfile(source, hidden)
        os.replace(hidden, target)  # noqa: PTH105
