"""A link that breaks: a TCP relay that ends every connection after so many bytes, and counts what goes through."""

import socket
import threading
from contextlib import suppress
from dataclasses import dataclass, field


@dataclass
class Cutting:
    """Relays from a port of its own to `to`; cut_after: bytes upwards of one connection, None for all."""

    to: int
    cut_after: int | None = None
    bytes_per_second: float | None = None
    upwards: int = 0
    downwards: int = 0
    cuts: int = 0
    _listening: socket.socket = field(init=False)

    def __enter__(self) -> "Cutting":
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listening.close()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listening.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self.to))
            except OSError:
                client.close()
                continue
            threading.Thread(target=self._relay, args=(client, server, True), daemon=True).start()
            threading.Thread(target=self._relay, args=(server, client, False), daemon=True).start()

    def _relay(self, source: socket.socket, target: socket.socket, up: bool) -> None:  # noqa: FBT001 - a thread's
        left = self.cut_after if up else None
        with suppress(OSError):
            while data := source.recv(16 * 1024 if left is None else max(1, min(left, 16 * 1024))):
                target.sendall(data)
                if up:
                    self.upwards += len(data)
                else:
                    self.downwards += len(data)
                if self.bytes_per_second:
                    threading.Event().wait(len(data) / self.bytes_per_second)
                if left is not None:
                    left -= len(data)
                    if left <= 0:
                        self.cuts += 1
                        break
        for one in (source, target):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
