"""How does a file that was found become a received scan, answered, and when is it taken away where it was found?

In this order, so that a run may be killed anywhere: the scan is received; that is remembered; its row stands in the
receipts; only then is the file removed.
"""

import logging
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.found import Found
from flows.receipts import Receipts
from flows.taken import Fate, TakenFiles
from pipeline.errors import Misconfigured
from pipeline.key import Key
from storage.catalogue.models import Arrival
from storage.objects import Area, ObjectStore
from storage.reception import Receipt, receive
from storage.room import full_disk_is_said, refuse_when_full

AT_ONCE = 20
ROOM_FOR_ONE_BYTE = 2
"""The raw object, and what is made of it."""
NOTED_LATE_FOR = timedelta(days=2)

log = logging.getLogger("sonorelay.flows")


def _utc() -> datetime:
    return datetime.now(UTC)


@dataclass
class Reception:
    """The reception of the files of one source of a project."""

    project: str
    key: Key
    store: ObjectStore
    work: Path
    taken: TakenFiles
    receipts: Receipts | None = None
    clock: Callable[[], datetime] = _utc
    _received: list[tuple[Found, tuple[int, ...], bool]] = field(default_factory=list)

    def take_in(self, files: Iterable[Found]) -> int:
        """Receive each file once; return how many scans they held.

        Unavailable: disk_full before the disk is, and when a server is out of reach. A file that cannot be read now,
        because a stick was pulled out or it is not ours to read, waits for the next time.
        """
        count = 0
        try:
            for file in files:
                count += self._taken_in(file)
                if len(self._received) >= AT_ONCE:
                    self._let_go()
        finally:
            self._let_go()  # what is received already need not lie there twice while a disk is full
        return count

    def _taken_in(self, file: Found) -> int:
        try:
            with full_disk_is_said():
                return self._take_in(file)
        except OSError as error:
            log.warning("file_not_read project=%s error=%s errno=%s", self.project, type(error).__name__, error.errno)
            return 0

    def _take_in(self, file: Found) -> int:
        before = self.taken.of(file)
        if before is not None:
            # a run that was killed here had not come to its receipt
            recent = before.fate is Fate.RECEIVED or self.clock().date() - before.day <= NOTED_LATE_FOR
            self._received.append((file, before.arrivals, recent))
            return 0
        refuse_when_full(ROOM_FOR_ONE_BYTE * file.size)
        receipts = self._receive_late(file) if file.belongs_to else self._receive(file)
        if not receipts:
            return 0
        numbers = tuple(receipt.arrival for receipt in receipts)
        self.taken.note(file, numbers, Fate.RECEIVED)
        for receipt in receipts:
            self._answer(file.name if receipt.member is None else f"{file.name} › {receipt.member}", receipt.arrival)
        self._received.append((file, numbers, False))
        return len(receipts)

    def _receive(self, file: Found) -> tuple[Receipt, ...]:
        with file.incoming() as incoming:
            now = self.clock()
            return receive(incoming, self.store, self.key, now, work=self.work, unchanged=file.unchanged)

    def _receive_late(self, sidecar: Found) -> tuple[Receipt, ...]:
        """Let a sidecar that came after its file say what it has to say; it waits where its file has yet to come."""
        arrivals = self.taken.arrivals(sidecar.belongs_to or "")
        known = Arrival.objects.filter(pk__in=arrivals, project__code=self.project).order_by("pk")
        receipts: list[Receipt] = []
        for digest in dict.fromkeys(known.values_list("scan__digest", flat=True)):
            with sidecar.incoming() as said, self.store.fetch(Area.RAW, digest, self.work) as raw:
                late, now = replace(said, path=raw), self.clock()
                receipts += receive(late, self.store, self.key, now, work=self.work, unchanged=sidecar.unchanged)
        return tuple(receipts)

    def _let_go(self) -> None:
        """Answer, and only then remove, what was received."""
        for file, numbers, unanswered in self._received:
            for number in numbers if unanswered else ():
                self._answer(file.name, number)
        if self.receipts is not None:
            with suppress(
                OSError, Misconfigured
            ):  # a place that takes no receipts; the answers stand on the pages as well
                self.receipts.write()
        for file, numbers, _ in self._received:
            if file.unchanged():
                self.taken.note(file, numbers, Fate.GONE if file.remove() else Fate.LEFT)
        self._received.clear()

    def _answer(self, name: str, arrival: int) -> None:
        if self.receipts is not None:
            self.receipts.note(name, arrival)
