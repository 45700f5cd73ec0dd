"""How are a device's messages read, with the objects in them on disk and never more than a little in memory?

In pynetdicom a peer that obeys no rule could fill the memory: with a command or a request without an end, or with
requests that are not waited for. Here each has its limit, beyond which the association is aborted.
"""

import queue
import re
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

from pynetdicom.association import Association
from pynetdicom.dimse import DIMSEServiceProvider
from pynetdicom.dimse_messages import C_STORE_RQ
from pynetdicom.dimse_primitives import N_EVENT_REPORT, DimsePrimitiveType
from pynetdicom.pdu_primitives import P_DATA

from flows.listener.dataset_file import DatasetFile, header
from pipeline.reading.dataset import MALFORMED_DICOM

LARGEST_COMMAND = 64 * 1024
LARGEST_REQUEST = 4 * 1024 * 1024
"""Of requests that stay in memory: one for storage commitment names each instance in about 200 bytes."""
MOST_WAITING = 4
"""Nobody who has not agreed otherwise sends a second request before the first is answered (PS3.7, D.3.3.3)."""
COMMAND = 1
UNUSABLE = "Evt19"
"""What the state machine of PS3.8, 9.2 calls an unrecognised or invalid PDU: it aborts."""
UID = re.compile(r"[0-9.]{1,64}")


class Messages(DIMSEServiceProvider):
    """The messages of one association; `unfinished` is the object that is being received, if any."""

    def __init__(self, association: Association, folder: Path, largest: int) -> None:
        """Write the objects of this association into `folder`, each of at most `largest` bytes."""
        super().__init__(association)
        self.msg_queue = self._waiting = Waiting()
        self.unfinished: DatasetFile | None = None
        self._folder, self._largest = folder, largest
        self._size, self._unanswered = 0, 0
        self._sending = threading.Lock()

    @property
    def idle(self) -> bool:
        """Whether nothing is half received, and nothing waits to be answered."""
        return self.message is None and self._unanswered <= 0

    @property
    def reports(self) -> "queue.Queue[Any]":
        """The answers to what we reported."""
        return self._waiting.reports

    def receive_primitive(self, primitive: P_DATA) -> None:
        """Take in the fragments of one PDU, one after the other."""
        for value in primitive.presentation_data_value_list:
            one = P_DATA()
            try:
                one.presentation_data_value_list = []
                one.presentation_data_value_list.append(value)
                usable = self._within_limits(value[1])
                if usable:
                    super().receive_primitive(one)
                    self._continue_on_disk()
            except MALFORMED_DICOM:
                usable = False
            if not usable or self.msg_queue.qsize() > MOST_WAITING:
                self.discard()
                self.dul.event_queue.put(UNUSABLE)
                return

    def send_msg(self, primitive: DimsePrimitiveType, context_id: int) -> None:
        """Send a message whole: a report and an answer may be sent by two threads at once."""
        with self._sending:
            super().send_msg(primitive, context_id)
        if primitive.MessageIDBeingRespondedTo is not None:
            self._unanswered -= 1

    def discard(self) -> None:
        """Forget what is half received."""
        self.message = None
        if self.unfinished is not None:
            self.unfinished.discard()
            self.unfinished = None

    def discard_waiting(self) -> None:
        """Forget also what was received whole and will not be answered any more."""
        self.discard()
        with suppress(queue.Empty):
            while True:
                _, message = self.msg_queue.get(block=False)
                received: object = getattr(message, "_dataset_file", None)
                if isinstance(received, DatasetFile):
                    received.discard()

    def _within_limits(self, fragment: bytes) -> bool:
        if not fragment:
            return False
        if self.message is None:
            self._size = 0
        if self.unfinished is not None:
            return not fragment[0] & COMMAND
        self._size += len(fragment)
        if fragment[0] & COMMAND:
            return self._size <= LARGEST_COMMAND
        return self.message is not None and self._size <= LARGEST_REQUEST

    def _continue_on_disk(self) -> None:
        """Let what follows the command of a C-STORE go to a file."""
        if self.message is None:  # complete, and with whoever answers it
            self.unfinished = None
            self._unanswered += 1
        elif self.unfinished is None and isinstance(self.message, C_STORE_RQ):
            command, association = self.message.command_set, self.assoc
            syntax = association._accepted_cx[self.message.context_id or 0].transfer_syntax[0]  # noqa: SLF001
            sop_class, instance = str(command.AffectedSOPClassUID), str(command.AffectedSOPInstanceUID)
            if not (UID.fullmatch(sop_class) and UID.fullmatch(instance)):
                raise ValueError("not a UID")
            self.unfinished = DatasetFile(self._folder, header(sop_class, instance, syntax), self._largest)
            self.message._data_set_file = cast("Any", self.unfinished)  # noqa: SLF001 - it writes to it as to its own
            self.message._data_set_path = self.unfinished.path  # noqa: SLF001


class Waiting(queue.Queue[Any]):
    """What waits to be answered; answers to our own reports go aside, where those wait who reported."""

    def __init__(self) -> None:
        """Begin with nothing."""
        super().__init__()
        self.reports: queue.Queue[Any] = queue.Queue(MOST_WAITING)

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: FBT001, FBT002
        """Add a message with the number of its context."""
        message = item[1]
        if isinstance(message, N_EVENT_REPORT) and not message.is_valid_request:
            with suppress(queue.Full):
                self.reports.put(message, block=False)
        else:
            super().put(item, block, timeout)
