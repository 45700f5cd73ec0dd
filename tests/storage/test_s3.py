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
from storage.objects import Area, ObjectStore
from storage.objects.s3 import S3Shelf
from tests.servers import S3Server, free_ports
from tests.storage.stores import store_on

DIGEST = "ab" * 32


def store_at(endpoint: str, folder: Path, bucket: str = "errors", *keys: str) -> ObjectStore:
    return store_on(S3Shelf(endpoint, *(keys or ("a", "b")), bucket, secure=False), folder)


@pytest.fixture
def store(s3_server: S3Server, tmp_path: Path) -> ObjectStore:
    return store_at(s3_server.endpoint, tmp_path, "errors", s3_server.access_key, s3_server.secret_key)


def test_a_server_that_is_away_is_unavailable_at_once(file: Callable[[bytes], Path], tmp_path: Path) -> None:
    (port,) = free_ports(1)
    store = store_at(f"127.0.0.1:{port}", tmp_path, "away")
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
def test_a_server_that_speaks_something_else_is_unavailable(answer: bytes, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def speak() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(4096)
                        connection.sendall(answer)

        Thread(target=speak, daemon=True).start()
        store = store_at(f"127.0.0.1:{listening.getsockname()[1]}", tmp_path, "odd")
        with pytest.raises(Unavailable, match="store_unreachable"):
            list(store.digests(Area.RAW))
        listening.shutdown(socket.SHUT_RDWR)


@pytest.mark.service
def test_wrong_keys_are_the_administrators_business(
    s3_server: S3Server, file: Callable[[bytes], Path], tmp_path: Path
) -> None:
    store = store_at(s3_server.endpoint, tmp_path, "errors", s3_server.access_key, "wrong" * 8)
    with pytest.raises(Misconfigured, match="store_refused") as refused:
        store.put(Area.RAW, file(b"x"))
    assert s3_server.access_key not in str(refused.value)


def minio(server: S3Server) -> Minio:
    return Minio(server.endpoint, access_key=server.access_key, secret_key=server.secret_key, secure=False)


@pytest.mark.service
@pytest.mark.parametrize("there", [b"wrong", b"whol", b"", b"sonorelay seal\x00\x01"])
def test_an_object_with_other_bytes_is_noticed_and_put_again(
    store: ObjectStore, s3_server: S3Server, file: Callable[[bytes], Path], there: bytes
) -> None:
    digest = store.put(Area.RAW, file(b"whole")).digest
    minio(s3_server).fput_object("errors-raw", digest, str(file(there)))
    with pytest.raises(Unavailable, match="object_damaged"), store.fetch(Area.RAW, digest):
        pass
    store.put(Area.RAW, file(b"whole"))
    with store.fetch(Area.RAW, digest) as path:
        assert path.read_bytes() == b"whole"


@pytest.mark.service
def test_nobody_reads_or_writes_without_keys(
    store: ObjectStore, s3_server: S3Server, file: Callable[[bytes], Path], tmp_path: Path
) -> None:
    digest = store.put(Area.RELEASED, file(b"mine")).digest
    stranger = store_at(s3_server.endpoint, tmp_path, "errors", "stranger", "unknown-key")
    for use in (lambda: stranger.open(Area.RELEASED, digest), lambda: stranger.put(Area.RAW, file(b"x"))):
        with pytest.raises(Misconfigured, match="store_refused"):
            use()
