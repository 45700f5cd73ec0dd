"""What is a device told that asks whether its objects are safe here (storage commitment, PS3.4 annex J)?

The request is only taken note of; the answer follows as an event of its own: on the same association while the device
keeps that open, or else on one that we make to the address that the programme names.
"""

import logging
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO

from pydicom import Dataset
from pydicom.uid import UID
from pynetdicom import AE, build_role
from pynetdicom.association import Association
from pynetdicom.dimse_primitives import N_EVENT_REPORT
from pynetdicom.dsutils import encode
from pynetdicom.events import Event

from flows.listener.accepted import COMMITMENT
from flows.listener.destinations import Destination
from flows.listener.messages import Messages
from pipeline.errors import Unavailable
from pipeline.reading.dataset import MALFORMED_DICOM
from storage.catalogue import setup
from storage.catalogue.commitment import Answer, held
from storage.keys import organisation_key
from storage.objects.chosen import object_store

OUR_TITLE = "SONORELAY"
INSTANCE = UID("1.2.840.10008.1.20.1.1")
"""The one that everybody asks (PS3.4, J.3.5)."""
REQUEST = 1
ALL_HELD, SOME_MISSING = 1, 2
ACCEPTED, INVALID_ARGUMENT, NO_SUCH_ACTION = 0x0000, 0x0115, 0x0123
PATIENCE = 1.0
"""Seconds in which a device hangs up that waits for the answer elsewhere."""
SECONDS_TO_ANSWER = 30.0
AGAIN_AFTER = (0.0, 30.0, 300.0, 1800.0)
MOST_AT_ONCE = 8

Pair = tuple[str, str]
log = logging.getLogger("sonorelay.listener")
_reporting = threading.BoundedSemaphore(MOST_AT_ONCE)


@dataclass(frozen=True)
class Asked:
    """One request: its own UID, and the (SOP class, SOP instance) that it asks for."""

    transaction: str
    instances: tuple[Pair, ...]


def asked_in(event: Event) -> Asked | None:
    """Return what an N-ACTION asks for; None where it asks for nothing that can be understood."""
    try:
        said = event.action_information
        pairs = ((one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID) for one in said.ReferencedSOPSequence)
        found = Asked(str(said.TransactionUID), tuple((str(kind), str(instance)) for kind, instance in pairs))
    except MALFORMED_DICOM:
        return None
    return found if found.instances and found.transaction else None


def commit(event: Event, destination: Destination) -> tuple[int, None]:
    """Take note of a request and answer it by and by; return the status of having taken note."""
    if event.action_type != REQUEST:
        return NO_SUCH_ACTION, None
    asked = asked_in(event)
    if asked is None:
        return INVALID_ARGUMENT, None
    if not _reporting.acquire(blocking=False):
        return int(Answer.PROCESSING_FAILURE), None  # it asks again
    context = event.context.context_id
    reporter = Reporter(asked, event.assoc, context, destination)
    threading.Thread(target=reporter.run, daemon=True, name="commitment").start()
    return ACCEPTED, None


@dataclass(frozen=True)
class Reporter:
    """Who answers one request: on `association` in its `context` first, then at the address of the programme."""

    asked: Asked
    association: Association
    context: int
    destination: Destination

    def run(self) -> None:
        """Report until it is taken; whoever is never reached asks again."""
        try:
            time.sleep(PATIENCE)
            taken = self._on_the_same() or any(self._elsewhere(seconds) for seconds in self._attempts())
            log.info(
                "commitment project=%s instances=%s answered=%s",
                self.destination.project,
                len(self.asked.instances),
                taken,
            )
        finally:
            setup.close_connections()
            _reporting.release()

    def _attempts(self) -> Sequence[float]:
        return AGAIN_AFTER if self.destination.source.commitment is not None else ()

    def _report(self) -> tuple[int, Dataset] | None:
        """Return the event and what it says; None while catalogue or store do not answer."""
        try:
            key = organisation_key(self.destination.organisation)
            answers = held(self.destination.project, self.asked.instances, key, object_store())
        except Unavailable:
            return None
        return report(self.asked, [(pair, answers[pair]) for pair in self.asked.instances])

    def _on_the_same(self) -> bool:
        messages = self.association.dimse
        said = self._report()
        if said is None or not self.association.is_established or not isinstance(messages, Messages):
            return False
        syntax = self.association._accepted_cx[self.context].transfer_syntax[0]  # noqa: SLF001
        event, information = said
        encoded = encode(information, syntax.is_implicit_VR, syntax.is_little_endian)
        request = N_EVENT_REPORT()
        request.MessageID = 1
        request.AffectedSOPClassUID = UID(COMMITMENT)
        request.AffectedSOPInstanceUID = INSTANCE
        request.EventTypeID = event
        request.EventInformation = BytesIO(encoded or b"")
        messages.send_msg(request, self.context)
        try:
            return bool(messages.reports.get(timeout=SECONDS_TO_ANSWER).Status == ACCEPTED)
        except queue.Empty:
            return False

    def _elsewhere(self, seconds: float) -> bool:
        time.sleep(seconds)
        place, said = self.destination.source.commitment, self._report()
        if place is None or said is None:
            return False
        entity = AE(self.destination.source.ae_title)
        entity.add_requested_context(COMMITMENT)
        entity.acse_timeout = entity.dimse_timeout = entity.network_timeout = SECONDS_TO_ANSWER
        entity.connection_timeout = SECONDS_TO_ANSWER
        role = build_role(COMMITMENT, scu_role=False, scp_role=True)
        made = entity.associate(place.host, place.port, ae_title=place.ae_title, ext_neg=[role])
        if not made.is_established:
            return False
        try:
            event, information = said
            status, _ = made.send_n_event_report(information, event, COMMITMENT, INSTANCE)
            return bool(status.get("Status") == ACCEPTED)
        except (RuntimeError, ValueError):  # it hung up meanwhile, or does not hear of commitment
            return False
        finally:
            made.release()


def report(asked: Asked, answers: Sequence[tuple[Pair, Answer]]) -> tuple[int, Dataset]:
    """Return the event type and information (PS3.4, J.3.3) that say what is held and what is not."""
    said = Dataset()
    said.TransactionUID = asked.transaction
    kept, failed = [], []
    for (sop_class, instance), answer in answers:
        one = Dataset()
        one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID = sop_class, instance
        if answer is Answer.HELD:
            kept.append(one)
        else:
            one.FailureReason = int(answer)
            failed.append(one)
    if kept:
        said.ReferencedSOPSequence = kept
    if failed:
        said.FailedSOPSequence = failed
    return (SOME_MISSING if failed else ALL_HELD), said
