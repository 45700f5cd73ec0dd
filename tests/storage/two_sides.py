"""Two installations in one process: each with a catalogue, a home and an object store of its own."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from django.db import connections
from django.db.backends.sqlite3.base import DatabaseWrapper

from pipeline.errors import Unavailable
from pipeline.received import Kind, Received
from storage.catalogue import intake
from storage.catalogue.models import Person, Scan
from storage.objects import Area, ObjectStore
from storage.objects.chosen import object_store
from storage.settings import settings
from storage.sync.exchange import Done, Exchange
from storage.sync.link import Answer, Hello, Taken
from storage.sync.objects import Lacking
from storage.sync.parts import Came
from storage.sync.serving import Serving
from supervision.roles import Role
from tests.storage.conftest import World, identity, inspection, make_world

# bytes of a poster and of a preview that a cut link can be cut in
LARGE = (20_000, 3_000_000)


@dataclass
class Installation:
    """A catalogue in a file, and a home."""

    home: Path
    connection: DatabaseWrapper
    world: World = field(init=False)

    @contextmanager
    def here(self) -> Iterator[World]:
        """Let everything in the block happen on this installation."""
        before, home = connections["default"], os.environ["SONORELAY_HOME"]
        connections["default"] = self.connection
        os.environ["SONORELAY_HOME"] = str(self.home)
        settings.cache_clear()
        object_store.cache_clear()
        try:
            yield self.world if hasattr(self, "world") else None
        finally:
            connections["default"] = before
            os.environ["SONORELAY_HOME"] = home
            settings.cache_clear()
            object_store.cache_clear()

    def store(self) -> ObjectStore:
        return object_store("relief")

    def close(self) -> None:
        self.connection.close()


def copy_tables(to: Path) -> None:
    """Write the migrated catalogue of the tests, in which nothing is, to a file."""
    with closing(sqlite3.connect(str(connections["default"].settings_dict["NAME"]))) as tables:
        tables.execute("VACUUM INTO ?", [str(to)])


def installed(folder: Path, name: str) -> Installation:
    """Make an installation whose catalogue is a copy of the migrated one of the tests, and empty but for a world."""
    home = folder / name
    home.mkdir(parents=True)
    (home / "programme.toml").write_text("[review]\nsecond_read_share = 0.0\n")
    catalogue = home / "catalogue.sqlite3"
    copy_tables(catalogue)
    # what is durable is tried by the tests of a power cut
    options = {"transaction_mode": "IMMEDIATE", "init_command": "PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"}
    described: dict[str, Any] = {**connections["default"].settings_dict, "NAME": str(catalogue), "OPTIONS": options}
    made = Installation(home, DatabaseWrapper(described, "default"))
    with made.here():
        made.world = make_world()
        made.world.person("grace", Role.DATA_OFFICER)
        made.world.person("sam", Role.SUPERVISOR)
        for name in ("ada", "ben"):
            made.world.person(name, Role.ARBITER)
    return made


def removed(*several: Installation) -> None:
    for one in several:
        one.close()
        shutil.rmtree(one.home, ignore_errors=True)


def scanned(store: ObjectStore, name: str, now: datetime, *, sizes: tuple[int, int] = (50, 2000), **known: Any) -> Scan:
    """Return a scan that went the whole way here, with files that are really in the store."""
    source = Path(settings().home, "coming")
    source.write_bytes(name.encode() * 7)
    raw = store.put(Area.RAW, source)
    said = Received(
        raw.digest, raw.size, Kind.VIDEO, known.get("project", "goma"), "amina", known.get("exam_type", "BLADDER")
    )
    scan = intake.register(said, raw, "watched_folder", now).scan
    stored = {}
    for (role, kind), size in zip((("poster", "image/jpeg"), ("preview", "video/mp4")), sizes, strict=True):
        source.write_bytes(Random(role + name).randbytes(size))
        stored[role] = (store.put(Area.RELEASED, source), kind)
    assert scan.digest in intake.take(scan.project.code, 1000, "token", now)
    whose = identity(known.get("patient", f"SR-{name}"))
    assert intake.record_released(scan.digest, "token", inspection(70.0), whose, (0.0, 0.05, 0.1), stored, now)
    scan.refresh_from_db()
    return scan


class Cut(Unavailable):
    """The link is cut."""

    def __init__(self) -> None:
        super().__init__("headquarters_unreachable")


class Wire:
    """A link between two installations of this process that can be cut; counts the bytes of objects."""

    def __init__(self, field_box: Installation, there: Installation, now: Callable[[], datetime]) -> None:
        self.field_box, self.there, self.now = field_box, there, now
        self.side: UUID | None = None
        self.sent = self.received = 0
        self.cut_after: int | None = None
        """After so many more requests or pieces nothing goes through any more."""

    def _step(self) -> None:
        if self.cut_after is not None:
            if self.cut_after <= 0:
                raise Cut
            self.cut_after -= 1

    @contextmanager
    def _serving(self) -> Iterator[Serving]:
        self._step()
        assert self.side is not None
        with self.there.here():
            person = Person.objects.get(username="grace")
            yield Serving(self.side, person, self.there.store(), self.now())
        self._step()  # done there, but the answer does not come back

    def hello(self, side: UUID, told: dict[str, int]) -> Hello:
        self.side = side
        with self._serving() as serving:
            return serving.hello(told)

    def send(self, entries: list[dict[str, Any]], reached: int) -> Taken:
        with self._serving() as serving:
            return serving.take(entries, reached)

    def ask(self, since: int, most: int) -> Answer:
        with self._serving() as serving:
            return serving.answer(since, most)

    def lacking(self) -> list[Lacking]:
        with self._serving() as serving:
            return serving.lacking()

    def offset(self, area: Area, digest: str) -> int | None:
        with self._serving() as serving:
            return serving.offset(area, digest)

    def put(self, area: Area, digest: str, start: int, length: int, pieces: Iterator[bytes], count: int) -> Came:
        with self.field_box.here():
            coming = []
            try:
                for piece in pieces:
                    self._step()
                    coming.append(piece)
                    self.sent += len(piece)
                broken = False
            except Cut:
                broken = True
        assert broken or sum(map(len, coming)) == count
        if broken:
            self.cut_after = None  # what came before the cut is there
        with self._serving() as serving:
            came = serving.put(area, digest, start, length, iter(coming))
        if broken:
            self.cut_after = 0
            raise Cut
        return came

    def get(self, area: Area, digest: str, start: int) -> AbstractContextManager[tuple[Iterator[bytes], int]]:
        @contextmanager
        def opened() -> Iterator[tuple[Iterator[bytes], int]]:
            with self._serving() as serving, serving.get(area, digest) as (file, length):
                file.seek(start)
                data = file.read()
            yield self._pieces(data), length

        return opened()

    def _pieces(self, data: bytes) -> Iterator[bytes]:
        for begin in range(0, len(data), 512):
            self._step()
            self.received += len(data[begin : begin + 512])
            yield data[begin : begin + 512]


def exchange(wire: Wire) -> Done:
    """Let the field box exchange once."""
    with wire.field_box.here():
        return Exchange(wire, wire.field_box.store(), wire.now).run()


def exchanged_until_nothing_is_new(wire: Wire, most: int = 8) -> list[Done]:
    """Exchange until nothing is new on either side."""
    done: list[Done] = []
    for _ in range(most):
        done.append(exchange(wire))
        assert not done[-1].problem
        if not (done[-1].sent or done[-1].received or done[-1].objects_sent or done[-1].objects_received):
            return done
    raise AssertionError(f"it does not come to its end: {done}")
