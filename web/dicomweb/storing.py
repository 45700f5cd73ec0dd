"""How does one part of a request become a scan, and what is its sender told?"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.utils import timezone

from pipeline.child import run_in_child
from pipeline.errors import SonorelayError, Unavailable
from pipeline.reading.instance import Instance, instance_of
from storage.catalogue import senders
from storage.catalogue.models import Person, Project
from storage.keys import organisation_key
from storage.objects.chosen import object_store
from storage.reception import Incoming, receive
from storage.room import full_disk_is_said, refuse_when_full
from supervision.sources import Way
from web.dicomweb.response import Failure, Outcome

SECONDS_FOR_A_HEADER = 20.0
DICOM = ("application/dicom", "")


class PartTooLarge(Exception):
    """A part is larger than any file that is taken in."""


@dataclass(frozen=True)
class Storing:
    """Who stores in which project, where parts lie meanwhile, and of which study they must be where that was said."""

    person: Person
    project: Project
    folder: Path
    study: str | None
    largest: int

    def store(self, media_type: str, chunks: Iterator[bytes]) -> Outcome:
        """Keep one part; PartTooLarge."""
        if media_type not in DICOM:
            return Outcome(failure=Failure.NOT_UNDERSTOOD)
        part = self.folder / "part"
        try:
            self._write(part, chunks)
            instance = run_in_child(instance_of, part, seconds=SECONDS_FOR_A_HEADER)
            return self._received(part, instance)
        except Unavailable:
            return Outcome(failure=Failure.NO_ROOM)
        except SonorelayError:
            return Outcome(failure=Failure.NOT_UNDERSTOOD)
        finally:
            part.unlink(missing_ok=True)

    def _write(self, part: Path, chunks: Iterator[bytes]) -> None:
        refuse_when_full(0)
        size = 0
        with full_disk_is_said(), part.open("xb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > self.largest:
                    raise PartTooLarge
                file.write(chunk)

    def _received(self, part: Path, instance: Instance) -> Outcome:
        if self.study is not None and instance.study != self.study:
            return Outcome(instance.sop_class, instance.sop_instance, Failure.OTHER_STUDY)
        organisation = self.project.organisation.code
        incoming = Incoming(
            path=part,
            project=self.project.code,
            way=Way.DICOMWEB,
            author=senders.author_of(self.person, self.project, None),
            sent_by=self.person.pk,
        )
        store, key = object_store(organisation), organisation_key(organisation)
        try:
            receipts = receive(incoming, store, key, timezone.now(), work=self.folder)
        except Unavailable:
            return Outcome(instance.sop_class, instance.sop_instance, Failure.NO_ROOM)
        repeated = all(one.repeated for one in receipts)
        return Outcome(instance.sop_class, instance.sop_instance, duplicate=repeated)
