"""How does a field box exchange with headquarters? Records first, then objects, the small ones before the large.

Nothing here must come to its end: whatever breaks off is gone on with the next time, at the byte.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any, BinaryIO

from pipeline.errors import Misconfigured, SonorelayError, Unavailable
from storage.catalogue.models import Held, Peer, Project, SheetConflict, StoredObject, Wanted
from storage.objects import Area, ObjectStore
from storage.room import refuse_when_full
from storage.sync import applying, journal, objects, parts, sides, traffic
from storage.sync.link import Link
from storage.sync.parts import Came, WrongPlace

RECORDS = 50
CHUNK = 64 * 1024
AT_ONCE = 4 * 1024 * 1024
ROUNDS = 10_000
WHOLE_EVERY = timedelta(days=1)
ATTEMPTS = 50
TURNS = 8
"""How often an object is begun anew within one exchange when what arrives is not what was sent."""

Clock = Callable[[], datetime]


@dataclass
class Done:
    """What one exchange did. `problem` is the code of what ended it early."""

    sent: int = 0
    received: int = 0
    held: int = 0
    objects_sent: int = 0
    objects_received: int = 0
    bytes_sent: int = 0
    bytes_received: int = 0
    budget_used_up: bool = False
    problem: str = ""
    waiting: dict[str, int] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it as a program reads it."""
        return asdict(self)


class Exchange:
    """One exchange with headquarters."""

    def __init__(self, link: Link, store: ObjectStore, clock: Clock) -> None:
        """Exchange over this link."""
        self.link, self.store, self.clock = link, store, clock
        self.done = Done()

    def run(self) -> Done:
        """Exchange as far as link and budget allow; what goes wrong is told and not raised.

        Where the link is cut after something went over it, it is tried again at once: some links hold for seconds.
        """
        for _ in range(ATTEMPTS):
            before = self._progress()
            self._attempt()
            if self.done.problem != "headquarters_unreachable" or self._progress() == before:
                break
        self.done.waiting = waiting()
        parts.sweep(self.clock())
        return self.done

    def _progress(self) -> tuple[int, ...]:
        done = self.done
        return done.sent, done.received, done.bytes_sent, done.bytes_received

    def _attempt(self) -> None:
        peer: Peer | None = None
        self.done.problem = ""
        try:
            peer, projects = self._meet()
            self._records(peer, projects)
            self._send_objects()
            self._fetch_objects(peer)
            self._records(peer, projects)  # what was read here while the large ones went
        except (Unavailable, Misconfigured) as error:
            self.done.problem = error.code
        if peer is not None:
            peer.problem = self.done.problem
            peer.save(update_fields=["problem"])

    def _meet(self) -> tuple[Peer, list[Project]]:
        journal.write_up(self.clock())
        hello = self.link.hello(sides.this_side().uuid, waiting())
        peer = sides.headquarters(hello.side)
        now = self.clock()
        whole = peer.whole_at is None or now - peer.whole_at >= WHOLE_EVERY
        peer.sent = 0 if whole else hello.read  # once a day everything is held against what is known there
        peer.whole_at = now if whole else peer.whole_at
        peer.met_at = now
        peer.told = {"records": hello.awaiting}
        peer.save()
        rows = Project.objects.filter(code__in=hello.projects, active=True).select_related("organisation")
        return peer, list(rows.order_by("pk"))

    def _records(self, peer: Peer, projects: list[Project]) -> None:
        applying.try_held(peer, projects, self.clock())
        self._send_records(peer, projects)
        self._ask_records(peer, projects)

    def _send_records(self, peer: Peer, projects: list[Project]) -> None:
        journal.write_up(self.clock())
        for _ in range(ROUNDS):
            entries, reached = journal.since(peer.sent, peer, projects, RECORDS)
            if reached == peer.sent and not entries:
                return
            told = [{"kind": one.kind, "key": one.key, "record": one.record} for one in entries]
            taken = self.link.send(told, reached)
            for one in entries:
                journal.note_known(peer, one.kind, one.key, one.digest)
            peer.sent = reached
            peer.save(update_fields=["sent"])
            self.done.sent += len(entries)
            self.done.held += taken.outcomes.get(applying.Applied.HELD, 0)

    def _ask_records(self, peer: Peer, projects: list[Project]) -> None:
        for _ in range(ROUNDS):
            answer = self.link.ask(peer.read, RECORDS)
            for one in answer.entries:
                outcome = applying.apply(one["kind"], one["key"], one["record"], peer, projects, self.clock())
                self.done.received += outcome is applying.Applied.DONE
                self.done.held += outcome is applying.Applied.HELD
            peer.read = answer.reached
            peer.save(update_fields=["read"])
            if not answer.more:
                return

    def _send_objects(self) -> None:
        for one in self.link.lacking():
            held = StoredObject.objects.filter(area=one.area, digest=one.digest, deleted_at=None)
            if one.area is Area.WITHHELD or not held.exists():
                continue
            try:
                if one.area is Area.RAW and not self._may_send_original(one.digest):
                    continue
                came = self._send_object(one.area, one.digest)
            except SonorelayError as error:
                if error.code not in ("object_missing", "object_damaged"):
                    raise
                continue  # a matter of the scrub flow here, not of the link
            if came is None:
                self.done.budget_used_up = True
                return
            self.done.objects_sent += came is Came.DONE
            if came is Came.SEALED:
                return  # originals come last: without the vault none can be kept there

    def _may_send_original(self, digest: str) -> bool:
        return self.store.sealed_by(Area.RAW, digest) is not None

    def _send_object(self, area: Area, digest: str) -> Came | None:
        """Send one object from where it stopped; None where the day's bytes are used up."""
        with objects.lying(self.store, area, digest) as (file, length):
            for _ in range(TURNS + length // AT_ONCE):
                start = self.link.offset(area, digest)
                if start is None:
                    return Came.DONE
                left = traffic.left(self.clock())
                count = min(length - start, AT_ONCE if left is None else min(left, AT_ONCE))
                if count <= 0 and start < length:
                    return None
                file.seek(start)
                try:
                    came = self.link.put(area, digest, start, length, self._counted(file, count), count)
                except WrongPlace:
                    continue  # another one sends the same, or what was there was damaged
                if came is not Came.MORE and came is not Came.DAMAGED:
                    return came
        return Came.DAMAGED

    def _counted(self, file: BinaryIO, count: int) -> Iterator[bytes]:
        while count > 0 and (piece := file.read(min(CHUNK, count))):
            traffic.spend("objects_sent", len(piece), self.clock())
            self.done.bytes_sent += len(piece)
            count -= len(piece)
            yield piece

    def _fetch_objects(self, peer: Peer) -> None:
        for one in objects.lacking(peer):
            if self.store.size(one.area, one.digest) is not None:
                parts.finish(one.area, one.digest, self.store, self.clock())
                continue
            refuse_when_full(2 * one.size)  # it lies here as it comes, and in the store
            if not self._fetch_object(one.area, one.digest):
                self.done.budget_used_up = True
                return

    def _fetch_object(self, area: Area, digest: str) -> bool:
        """Fetch one object from where it stopped; False where the day's bytes are used up."""
        start = parts.here(area, digest)
        left = traffic.left(self.clock())
        if left is not None and left <= 0:
            return False
        try:
            with self.link.get(area, digest, start) as (pieces, length):
                count = parts.append(area, digest, start, self._received(pieces, left), length)
        except Unavailable as error:
            if error.code != "object_missing":
                raise
            return True  # not there yet either
        if count < length:
            return False
        if parts.finish(area, digest, self.store, self.clock()) is Came.DONE:
            self.done.objects_received += 1
        return True

    def _received(self, pieces: Iterator[bytes], left: int | None) -> Iterator[bytes]:
        for piece in pieces:
            traffic.spend("objects_received", len(piece), self.clock())
            self.done.bytes_received += len(piece)
            yield piece
            left = None if left is None else left - len(piece)
            if left is not None and left <= 0:
                return


def waiting() -> dict[str, int]:
    """Return what waits here: objects that are lacking, records that cannot be applied, worksheets that differ."""
    return {
        "objects": Wanted.objects.count(),
        "held": Held.objects.count(),
        "conflicts": SheetConflict.objects.filter(settled_at=None).count(),
    }
