"""How do the parts of the listener work together, from the first connection to the last?"""

import fcntl
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pynetdicom import AE, evt
from pynetdicom.events import Event, EventHandlerType

from flows.listener.accepted import contexts_for
from flows.listener.acceptor import LARGEST_PDU, Limits, Server, server_side
from flows.listener.committing import OUR_TITLE, commit
from flows.listener.destinations import Destination
from flows.listener.messages import Messages
from flows.listener.quiet import keep_quiet
from flows.listener.storing import Status, store
from pipeline.errors import Misconfigured
from storage.settings import Settings

MIB = 1024 * 1024
SECONDS_TO_ASSOCIATE = 30.0
SECONDS_TO_FINISH = 12.0
"""Less than after which `sonorelay up` ends what does not end by itself."""
REJECTED_FOR_GOOD, BY_THE_USER, CALLING_UNKNOWN, CALLED_UNKNOWN = 1, 1, 3, 7
LOCK = ".lock"

log = logging.getLogger("sonorelay.listener")


class Listener:
    """The answers to what devices ask; which project is meant is looked up for every association."""

    def __init__(self, destinations: Mapping[str, Destination]) -> None:
        """Answer for these called AE titles."""
        self._destinations = destinations

    def handlers(self) -> list[EventHandlerType]:
        """Return what pynetdicom calls for which event."""
        return [
            (evt.EVT_REQUESTED, self.requested),
            (evt.EVT_CONN_CLOSE, gone),
            (evt.EVT_C_ECHO, self.echo),
            (evt.EVT_C_STORE, self.store),
            (evt.EVT_N_ACTION, self.commit),
        ]

    def requested(self, event: Event) -> None:
        """Agree to an association with a called title that is known, and hears the calling one."""
        request, association = event.assoc.requestor.primitive, event.assoc
        if request is None:
            return
        called, calling = request.called_ae_title.strip(), request.calling_ae_title.strip()
        destination = self._destinations.get(called)
        if destination is None or not destination.hears(calling):
            what = CALLED_UNKNOWN if destination is None else CALLING_UNKNOWN
            log.warning("association refused title=%s", "called" if destination is None else "calling")
            association.acse.send_reject(REJECTED_FOR_GOOD, BY_THE_USER, what)
            association.kill()
            return
        association.acceptor.ae_title = called
        association.acceptor.supported_contexts = contexts_for(request)

    def echo(self, _event: Event) -> int:
        """Say that we are here."""
        return int(Status.STORED)

    def store(self, event: Event) -> Any:
        """Keep an object."""
        try:
            return store(event, self._meant(event))
        finally:
            event.assoc.dul._idle_timer.restart()  # noqa: SLF001 - the device was waiting for us, not we for it

    def commit(self, event: Event) -> tuple[int, None]:
        """Say later whether objects are safe."""
        return commit(event, self._meant(event))

    def _meant(self, event: Event) -> Destination:
        return self._destinations[event.assoc.acceptor.ae_title]  # `requested` refuses what is none of them


def gone(event: Event) -> None:
    """Let nobody wait for the request of one who has hung up: until then it counts as an association."""
    if event.assoc.requestor.primitive is None:
        event.assoc.dul.to_user_queue.put(None)


@contextmanager
def listening(here: Settings, destinations: Mapping[str, Destination], folder: Path) -> Iterator[Server]:
    """Answer devices for the time of a `with` block; at its end what is being received is finished first.

    Misconfigured where the port is taken, or TLS cannot be spoken with the files that are named.
    """
    keep_quiet()
    entity = AE(OUR_TITLE)
    entity.maximum_associations, entity.maximum_pdu_size = here.listener_associations, LARGEST_PDU
    entity.acse_timeout = entity.dimse_timeout = min(SECONDS_TO_ASSOCIATE, here.listener_timeout_seconds)
    entity.network_timeout = here.listener_timeout_seconds
    entity.require_called_aet = False  # asked by Listener.requested
    limits = Limits(here.listener_associations, here.listener_timeout_seconds, here.listener_largest_mb * MIB, folder)
    try:
        tls = _tls(here)
        server = Server(
            entity, (here.listener_host, here.listener_port), limits, Listener(destinations).handlers(), tls
        )
    except OSError as error:
        raise Misconfigured("port_busy", port=here.listener_port, setting="SONORELAY_LISTENER_PORT") from error
    thread = threading.Thread(target=server.serve_forever, args=(0.2,), daemon=True, name="listener")
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        _let_finish(server)


def _tls(here: Settings) -> Any:
    if here.listener_tls_certificate is None or here.listener_tls_key is None:
        return None
    try:
        return server_side(here.listener_tls_certificate, here.listener_tls_key, here.listener_tls_ca)
    except OSError as error:
        name = "SONORELAY_LISTENER_TLS_CERTIFICATE"
        raise Misconfigured("setting_invalid", name=name, problem=type(error).__name__) from None


def _let_finish(server: Server) -> None:
    """Wait for what is being received, then hang up; who sends more is told so by that."""
    until = time.monotonic() + SECONDS_TO_FINISH
    while left := server.active_associations:
        late = time.monotonic() > until
        for association in left:
            messages = association.dimse
            if late or (isinstance(messages, Messages) and messages.idle):
                association.abort(block=False)
        if late:
            return
        time.sleep(0.05)


@contextmanager
def receiving_folder(home: Path) -> Iterator[Path]:
    """Give the folder for what is being received, emptied of what a killed run left there; one listener at a time."""
    folder = home / "receiving"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / LOCK).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Misconfigured("already_up", home=str(home)) from None
        for left in folder.iterdir():
            if left.name != LOCK and left.is_file():
                left.unlink()
        yield folder
