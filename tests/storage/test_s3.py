"""Does a server that is away, refuses us or lies end in the right error, and soon?"""

import socket
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
from minio import Minio

from pipeline.errors import Misconfigured, Unavailable
from storage.objects import Area
from storage.objects.s3 import S3Store
from tests.servers import S3Server, free_ports

DIGEST = "ab" * 32


def store_at(server: S3Server, bucket: str = "errors", *, secret: str | None = None) -> S3Store:
    return S3Store(server.endpoint, server.access_key, secret or server.secret_key, bucket, secure=False)


def test_a_server_that_is_away_is_unavailable_at_once(file: Callable[[bytes], Path]) -> None:
    (port,) = free_ports(1)
    store = S3Store(f"127.0.0.1:{port}", "a", "b", "away", secure=False)
    begin = time.monotonic()
    uses: list[Callable[[], object]] = [
        lambda: store.put(Area.RAW, file(b"x")),
        lambda: store.open(Area.RAW, DIGEST),
        lambda: store.size(Area.RAW, DIGEST),
        lambda: store.delete(Area.RAW, DIGEST),
        lambda: list(store.digests(Area.RAW)),
    ]
    for use in uses:
        with pytest.raises(Unavailable, match="store_unreachable"):
            use()
    assert time.monotonic() - begin < 10


@pytest.mark.parametrize("answer", [b"", b"220 mail ready\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\n<a>"])
def test_a_server_that_speaks_something_else_is_unavailable(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(4096)
                        connection.sendall(answer)

        Thread(target=speak, daemon=True).start()
        store = S3Store(f"127.0.0.1:{listening.getsockname()[1]}", "a", "b", "odd", secure=False)
        with pytest.raises(Unavailable, match="store_unreachable"):
            list(store.digests(Area.RAW))
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.service
def test_wrong_keys_are_the_administrators_business(s3_server: S3Server, file: Callable[[bytes], Path]) -> None:
    store = store_at(s3_server, secret="wrong" * 8)
    with pytest.raises(Misconfigured, match="store_refused") as refused:
        store.put(Area.RAW, file(b"x"))
    assert s3_server.access_key not in str(refused.value)


@pytest.mark.service
def test_an_object_with_other_bytes_is_noticed(s3_server: S3Server, file: Callable[[bytes], Path]) -> None:
    store = store_at(s3_server)
    digest = store.put(Area.RAW, file(b"right")).digest
    client = Minio(s3_server.endpoint, access_key=s3_server.access_key, secret_key=s3_server.secret_key, secure=False)
    path = file(b"wrong")
    client.fput_object("errors-raw", digest, str(path))
    with pytest.raises(Unavailable, match="object_damaged"), store.fetch(Area.RAW, digest):
        pass


@pytest.mark.service
def test_an_object_cut_short_is_put_again(s3_server: S3Server, file: Callable[[bytes], Path]) -> None:
    store = store_at(s3_server)
    digest = store.put(Area.RAW, file(b"whole")).digest
    client = Minio(s3_server.endpoint, access_key=s3_server.access_key, secret_key=s3_server.secret_key, secure=False)
    client.fput_object("errors-raw", digest, str(file(b"who")))
    store.put(Area.RAW, file(b"whole"))
    with store.fetch(Area.RAW, digest) as path:
        assert path.read_bytes() == b"whole"


@pytest.mark.service
def test_nobody_reads_or_writes_without_keys(s3_server: S3Server, file: Callable[[bytes], Path]) -> None:
    digest = store_at(s3_server).put(Area.RELEASED, file(b"mine")).digest
    for use in (
        lambda: S3Store(s3_server.endpoint, "stranger", "unknown-key", "errors", secure=False).open(
            Area.RELEASED, digest
        ),
        lambda: S3Store(s3_server.endpoint, "stranger", "unknown-key", "errors", secure=False).put(
            Area.RAW, file(b"x")
        ),
    ):
        with pytest.raises(Misconfigured, match="store_refused"):
            use()
