"""When may a device be told that its object is safe, and what is it told otherwise?

Success only after the object lies in the store, was read back by its digest and stands in the catalogue: a device
deletes its own copy after that. Everything else is a failure that the device keeps the object for.
"""

import logging
from datetime import UTC, datetime
from enum import IntEnum

from pydicom import Dataset
from pynetdicom.dimse_primitives import C_STORE
from pynetdicom.events import Event

from flows.listener.dataset_file import DatasetFile
from flows.listener.destinations import Destination
from flows.listener.said import said_in
from pipeline.errors import SonorelayError
from storage.catalogue import commitment, setup
from storage.keys import organisation_key
from storage.objects.chosen import object_store
from storage.reception import Incoming, receive
from supervision.sources import Way

log = logging.getLogger("sonorelay.listener")


class Status(IntEnum):
    """How a C-STORE ended (PS3.4, B.2.3)."""

    STORED = 0x0000
    OUT_OF_RESOURCES = 0xA700
    DOES_NOT_MATCH = 0xA900
    NOT_UNDERSTOOD = 0xC000


COMMENTS = {
    Status.OUT_OF_RESOURCES: "No room, or a server out of reach; send it again later",
    Status.DOES_NOT_MATCH: "Data set and request name another class or instance",
    Status.NOT_UNDERSTOOD: "This is no DICOM data set of an image",
}
"""Up to 64 characters of ASCII (PS3.7, C.4): some devices show them."""


def answer(status: Status) -> Dataset:
    """Return a status as it is sent, with its comment."""
    said = Dataset()
    said.Status = int(status)
    if status in COMMENTS:
        said.ErrorComment = COMMENTS[status]
    return said


def store(event: Event, destination: Destination) -> Dataset:
    """Keep what was sent, and say how that went."""
    received: object = event.request._dataset_file  # noqa: SLF001
    status = Status.NOT_UNDERSTOOD
    if isinstance(received, DatasetFile) and isinstance(event.request, C_STORE):
        try:
            received.close()
            status = _kept(event, event.request, received, destination)
        finally:
            received.discard()
            setup.close_connections()
    if status is not Status.STORED:
        log.warning("not received project=%s status=%04X", destination.project, status)
    return answer(status)


def _kept(event: Event, asked: C_STORE, received: DatasetFile, destination: Destination) -> Status:
    if received.dropped:
        return Status.OUT_OF_RESOURCES
    sop_class, instance = str(asked.AffectedSOPClassUID), str(asked.AffectedSOPInstanceUID)
    said = said_in(received.path, received.head, str(event.context.transfer_syntax))
    if said is None or not said.sop_class:
        return Status.NOT_UNDERSTOOD
    if said.sop_class != sop_class or said.instance not in (instance, "") or event.context.abstract_syntax != sop_class:
        return Status.DOES_NOT_MATCH
    incoming = Incoming(path=received.path, project=destination.project, way=Way.DICOM_LISTENER)
    try:
        key, objects = organisation_key(destination.organisation), object_store(destination.organisation)
        receipts = receive(incoming, objects, key, datetime.now(UTC), work=received.path.parent)
        for receipt in receipts:
            commitment.note_instance(destination.project, receipt.digest, instance, sop_class, key)
            log.info("received project=%s digest=%s repeated=%s", destination.project, receipt.digest, receipt.repeated)
    except (SonorelayError, LookupError, OSError) as error:
        log.warning("not kept project=%s kind=%s", destination.project, type(error).__name__)
        return Status.OUT_OF_RESOURCES
    return Status.STORED if receipts else Status.OUT_OF_RESOURCES
