"""How does a file become a received scan, whichever way it came: bytes safe in the store, then a row in the catalogue?

The order makes a crash harmless: the raw object first, read back by its digest, then the row. Only then may the way in
let go of the file; whatever a crash leaves there is found again, has the same digest, and becomes the same scan.
"""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from pipeline.child import run_in_child
from pipeline.deidentify.author import may_name_author
from pipeline.errors import NotAScan, Rejected, SonorelayError, TooLarge
from pipeline.key import Key
from pipeline.reading import kind_of
from pipeline.reading.archive import Unpacked, is_zip, unpack
from pipeline.received import Kind, Received
from storage.catalogue.authors import is_known
from storage.catalogue.handovers import refuse_when_frozen
from storage.catalogue.intake import register
from storage.objects import Area, ObjectStore
from storage.room import refuse_when_full
from supervision.sidecar import Sidecar, read_sidecar
from supervision.sources import Way

SECONDS_TO_UNPACK = 120.0
UNPACKED_IN_A_SECOND = 5 << 20  # bytes of an archive, on the slowest disk that we know
MEMORY_TO_UNPACK = 512 << 20
SECONDS_FOR_A_HEADER = 20.0


@dataclass(frozen=True)
class Incoming:
    """One complete local file on its way in, and what the way in knows of it.

    author: the name by which whoever scanned is known there (folder, operator). device: as it is named there; only its
    pseudonym is kept. said: the worksheet that came along, in codes as supervision.worksheet has them. sent_by: the
    number of the person who sent it.
    """

    path: Path
    project: str
    way: Way
    author: str | None = None
    exam_type: str | None = None
    device: str | None = None
    captured_at: datetime | None = None
    sidecar: Path | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    sent_by: int | None = None


@dataclass(frozen=True)
class Receipt:
    """What was received: the digest of the scan, whether it was here before, and the number of the arrival.

    member: where it lay in an archive. That may name somebody: it is for the sender's own place, never for a log.
    """

    digest: str
    repeated: bool
    arrival: int
    member: str | None = field(default=None, repr=False)


def receive(
    incoming: Incoming,
    store: ObjectStore,
    key: Key,
    now: datetime,
    *,
    work: Path | None = None,
    unchanged: Callable[[], bool] = lambda: True,
) -> tuple[Receipt, ...]:
    """Keep one file; return a receipt for each scan that it holds, none when it changed meanwhile.

    A zip archive is unpacked, and is no scan itself unless it is refused as a whole. work: a folder for what is
    unpacked, which is taken away again. LookupError for an unknown project, Unavailable when the store or the catalogue
    is out of reach or the disk is full: what was received of an archive by then is found again the next time; and when
    the project was handed over (`handed_over`): then the file stays where it is.
    """
    refuse_when_frozen(incoming.project)
    desk = _Desk(store, key, now)
    if not is_zip(incoming.path):
        return desk.keep(incoming, unchanged)
    with TemporaryDirectory(dir=work, prefix="archive-") as folder:
        try:
            unpacked = _unpacked(incoming.path, Path(folder))
        except Rejected as refusal:
            return desk.keep(incoming, unchanged, refused=refusal)
        packed_in = _digest_of(incoming.path)
        if not unchanged():
            return ()
        return desk.keep_all(_of_members(unpacked, incoming), packed_in, unpacked.left_out)


@dataclass(frozen=True)
class _Desk:
    """Where files are taken in: for one moment, into one store."""

    store: ObjectStore
    key: Key
    now: datetime

    def keep_all(self, members: Iterable[tuple[str, Incoming]], archive: str, left_out: int) -> tuple[Receipt, ...]:
        """Keep the files of an archive, each with its receipt."""
        return tuple(
            replace(receipt, member=name)
            for name, incoming in members
            for receipt in self.keep(incoming, archive=archive, left_out=left_out)
        )

    def keep(
        self,
        incoming: Incoming,
        unchanged: Callable[[], bool] = lambda: True,
        *,
        archive: str = "",
        left_out: int = 0,
        refused: Rejected | None = None,
    ) -> tuple[Receipt, ...]:
        """Keep one file: safe in the store, then known in the catalogue."""
        raw = self.store.put_if(Area.RAW, incoming.path, unchanged)
        if raw is None:
            return ()
        self.store.verify(Area.RAW, raw.digest)  # what cannot be read back is not stored
        sidecar = self.store.put(Area.RAW, incoming.sidecar) if incoming.sidecar is not None else None
        kind = _kind(incoming.path)
        received = Received(
            digest=raw.digest,
            size=raw.size,
            kind=kind,
            project=incoming.project,
            trainee=_author(incoming, kind),
            exam_type=incoming.exam_type,
            device=device_pseudonym(self.key, incoming.device) if incoming.device else None,
            captured_at=incoming.captured_at,
            said=incoming.said,
        )
        arrival = register(
            received,
            raw,
            incoming.way,
            self.now,
            sidecar=sidecar,
            sent_by=incoming.sent_by,
            archive=archive,
            left_out=left_out,
            refused=refused,
        )
        return (Receipt(arrival.scan.digest, arrival.repeated, arrival.pk),)


def _unpacked(path: Path, to: Path) -> Unpacked:
    """Unpack in a child process, so that an archive that was made to do harm does none here."""
    size = path.stat().st_size
    refuse_when_full(size)
    seconds = SECONDS_TO_UNPACK + size / UNPACKED_IN_A_SECOND
    try:
        return run_in_child(unpack, path, to, seconds=seconds, memory_bytes=MEMORY_TO_UNPACK)
    except TooLarge as error:
        if error.code.startswith("archive_"):
            raise
        raise TooLarge("archive_unsafe") from None  # an index that does not end, or data that never do


def _of_members(unpacked: Unpacked, whole: Incoming) -> Iterator[tuple[str, Incoming]]:
    """Yield what is known of each file: what was said of the whole, what its folders say, what lies beside it."""
    for member in unpacked.members:
        folders = iter(member.folders)
        author = whole.author or next(folders, None)
        exam_type = whole.exam_type or (next(folders, "").upper() or None if author else None)
        incoming = replace(whole, path=member.path, author=author, exam_type=exam_type)
        said = None if member.sidecar is None else read_sidecar(member.sidecar)
        if member.sidecar is not None:
            incoming = replace(incoming, sidecar=member.sidecar)
        yield member.name, incoming if said is None else _as_said(incoming, said)


def _as_said(incoming: Incoming, said: Sidecar) -> Incoming:
    """Return what is known of a file with what its sidecar says, which counts before all else."""
    return replace(
        incoming,
        author=said.trainee or incoming.author,
        exam_type=(said.exam_type or incoming.exam_type or "").upper() or None,
        device=said.device or incoming.device,
        captured_at=said.captured_at.astimezone(UTC) if said.captured_at else incoming.captured_at,
        said={**incoming.said, **said.worksheet()},
    )


def _author(incoming: Incoming, kind: Kind | None) -> str | None:
    """Return by which name the author is known there; None for one that could be the patient's, which nobody keeps.

    Folders of a device are often called after patients. Only a name that is nobody's here is held against the file.
    """
    said = incoming.author
    if not said or kind is not Kind.DICOM or is_known(incoming.project, said):
        return said
    try:
        return said if run_in_child(may_name_author, incoming.path, said, seconds=SECONDS_FOR_A_HEADER) else None
    except SonorelayError:
        return None  # where the header cannot be read, nobody knows whom the name may be of


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def device_pseudonym(key: Key, named: str) -> str:
    """Return what stands for a device, whoever names it."""
    return key.pseudonym("device", named, length=12)


def _kind(path: Path) -> Kind | None:
    try:
        return kind_of(path)
    except NotAScan:
        return None
