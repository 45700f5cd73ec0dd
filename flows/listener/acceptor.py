"""Who may connect, and for how long may they keep silent?

pynetdicom waits for a peer without an end while a PDU or a TLS handshake is half sent, and believes the length that a
PDU claims. Here everything that is begun has a time by which it must be complete, and a size.
"""

import select
import socket
import ssl
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from queue import Queue
from socketserver import TCPServer
from typing import Any

from pynetdicom import AE
from pynetdicom.association import Association
from pynetdicom.events import EventHandlerType
from pynetdicom.transport import AssociationSocket, RequestHandler, ThreadedAssociationServer

from flows.listener.messages import Messages

LARGEST_PDU = 128 * 1024
"""Of data, as we say when an association is made."""
LARGEST_ANYTHING = 2 * LARGEST_PDU
"""Of any PDU: a request for an association with all its contexts is longer than most think."""
ONCE_MORE = 2
"""Connections are made for as many times more than associations: those above are told that there are too many."""


@dataclass(frozen=True)
class Limits:
    """associations: how many at once. silence: in seconds. largest: bytes of one object. folder: where they lie."""

    associations: int
    silence: float
    largest: int
    folder: Path


class Connection(AssociationSocket):
    """The bytes of one peer, who must not claim too much nor take too long."""

    silence = 60.0

    def recv(self, nr_bytes: int) -> bytearray:
        """Read exactly so many bytes, fewer only where the peer hangs up; OSError when they take too long."""
        if nr_bytes > LARGEST_ANYTHING:
            raise OSError("a PDU claims too much")
        until = time.monotonic() + self.silence
        read, connected = bytearray(nr_bytes), self.socket
        view, count = memoryview(read), 0
        while connected is not None and count < nr_bytes:
            connected.settimeout(max(0.001, until - time.monotonic()))
            size = connected.recv_into(view[count:])
            if not size:
                break
            count += size
        if connected is not None:
            connected.settimeout(self.silence)  # for what we send
        view.release()
        del read[count:]
        return read


class Peer(RequestHandler):
    """One connection, from the handshake to its end; runs in a thread of its own."""

    server: "Server"

    def handle(self) -> None:
        """Answer one peer until the association is over, and leave nothing behind."""
        if not shaken_hands(self.request, self.server.limits.silence):
            return
        association = self._create_association()
        association.start()
        association.join()
        if isinstance(association.dimse, Messages):
            association.dimse.discard_waiting()

    def _create_association(self) -> Association:
        association = super()._create_association()
        limits = self.server.limits
        # in place of the connection and the messages that pynetdicom has just made
        association.dul.event_queue = Queue()
        association.dul.socket = None
        connection = Connection(association, client_socket=self.request)
        connection.silence = limits.silence
        association.set_socket(connection)
        association.dimse = Messages(association, limits.folder, limits.largest)
        return association


class Server(ThreadedAssociationServer):
    """The port on which devices connect."""

    server_address: tuple[str, int]
    block_on_close = False

    def __init__(
        self,
        entity: AE,
        address: tuple[str, int],
        limits: Limits,
        handlers: list[EventHandlerType],
        tls: ssl.SSLContext | None,
    ) -> None:
        """Bind the port; OSError where it is taken."""
        self.limits = limits
        self._tls = tls
        self._places = threading.BoundedSemaphore(limits.associations * ONCE_MORE)
        self.request_queue_size = 64
        super().__init__(entity, address, entity.ae_title, [], None, handlers, request_handler=Peer)

    def get_request(self) -> tuple[socket.socket, Any]:
        """Accept a connection; its handshake is made in its own thread, so that nobody waits for a slow one."""
        if self.socket is None:
            raise OSError("closed")
        accepted, address = self.socket.accept()
        accepted.settimeout(self.limits.silence)
        if self._tls is not None:
            accepted = self._tls.wrap_socket(accepted, server_side=True, do_handshake_on_connect=False)
        return accepted, address

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002
        """Tell whether there is room for one more."""
        return self._places.acquire(blocking=False)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        """Answer one peer, and free its place whatever happened."""
        try:
            self.finish_request(request, client_address)
        finally:
            self.shutdown_request(request)
            self._places.release()

    def shutdown(self) -> None:
        """Take no further connections; those that are made go on."""
        TCPServer.shutdown(self)
        self.server_close()


def shaken_hands(connection: socket.socket, seconds: float) -> bool:
    """Make the TLS handshake, where TLS is spoken; tell whether it was made, in time."""
    if not isinstance(connection, ssl.SSLSocket):
        return True
    until, waits = time.monotonic() + seconds, True
    connection.settimeout(0)
    try:
        while waits:
            left = max(0.0, until - time.monotonic())
            try:
                connection.do_handshake()
            except ssl.SSLWantReadError:
                waits = any(select.select([connection], [], [], left))
            except ssl.SSLWantWriteError:
                waits = any(select.select([], [connection], [], left))
            else:
                connection.settimeout(seconds)
                return True
    except OSError:  # also what TLS makes of garbage
        pass
    return False


def server_side(certificate: Path, key: Path, authority: Path | None) -> ssl.SSLContext:
    """Return how we speak TLS: 1.2 or newer, and only with those whom `authority` certified, where there is one.

    OSError for files that cannot be read, or are no certificate and key that belong together.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    if authority is not None:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(authority)
    return context
