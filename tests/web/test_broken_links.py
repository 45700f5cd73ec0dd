"""Does a file arrive whole, once, over a link that is cut a hundred times, and from a server that is killed?"""

import hashlib
import io
import itertools
import os
import random
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pydicom
import pytest
import requests
from pydicom.data import get_testdata_file
from tusclient.client import TusClient
from tusclient.exceptions import TusCommunicationError, TusUploadFailed

from tests.web.real_server import Server, link_to

pytestmark = pytest.mark.service
BROKEN = (TusCommunicationError, TusUploadFailed, requests.RequestException)
CUTS = 100
SECONDS = 180


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = Server(tmp_path_factory.mktemp("by_http"))
    made.start()
    yield made
    made.kill()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "DUPONT JEAN.dcm"
    path.write_bytes(b"\0" * 128 + b"DICM" + os.urandom(2_000_000))
    return path


def uploader_of(server: Server, file: Path, port: int):
    client = TusClient(f"http://127.0.0.1:{port}/uploads/", headers={"Authorization": f"Bearer {server.secret}"})
    said = {"project": "goma", "filename": file.name}
    return client.uploader(file_stream=io.BytesIO(file.read_bytes()), chunk_size=1_000_000, metadata=said)


def sent_to_its_end(uploader) -> int:
    """Send until it is done; return how often it broke."""
    until = time.monotonic() + SECONDS
    for broken in itertools.count():
        assert time.monotonic() < until, "it does not come to its end"
        try:
            if uploader.url:
                uploader.offset = uploader.get_offset()
            uploader.upload()
        except BROKEN:
            continue
        return broken
    return 0


def once(server: Server, file: Path) -> bool:
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    return [repeated for arrived, repeated in server.arrivals() if arrived == digest] == ["False"]


def test_a_hundred_cuts_at_any_byte(server: Server, file: Path) -> None:
    """Of a real client's connections; the last piece arrives over a whole link."""
    rng = random.Random(7)
    budgets = iter([rng.choice([150, 700, 9_000, 33_000, 51_001]) for _ in range(CUTS)])
    with link_to(server.port, lambda: next(budgets, None)) as port:
        broken = sent_to_its_end(uploader_of(server, file, port))
    assert broken >= CUTS / 2, "some requests are shorter than what was let through"
    assert next(budgets, None) is None
    assert once(server, file)
    assert b"DUPONT" not in (server.home / "log").read_bytes()


def test_a_cut_at_every_tenth(server: Server, file: Path) -> None:
    tenth, sent = file.stat().st_size // 10, []
    for number in range(1, 10):
        file.write_bytes(file.read_bytes()[:-8] + os.urandom(8))
        uploader = uploader_of(server, file, server.port)
        uploader.chunk_size = file.stat().st_size
        uploader.set_url(uploader.create_url())
        budgets = iter([number * tenth])
        with link_to(server.port, lambda left=budgets: next(left, None), resets=False) as port:
            uploader.url = uploader.url.replace(str(server.port), str(port))
            with pytest.raises(BROKEN):
                uploader.upload()
            kept = _when_let_go(uploader)
            assert number * tenth - 20_000 <= kept <= number * tenth, "what arrived is kept, but for the last read"
            sent_to_its_end(uploader)
        sent.append(hashlib.sha256(file.read_bytes()).hexdigest())
    arrived = [digest for digest, _ in server.arrivals()]
    assert [arrived.count(digest) for digest in sent] == [1] * 9


def _when_let_go(uploader) -> int:
    """Return the offset once the server has read what came; asked too early, it has not begun to."""
    for _ in range(40):
        with suppress(*BROKEN):
            if offset := int(uploader.get_offset()):
                return offset
        time.sleep(0.25)
    return 0


def test_a_killed_server_loses_nothing_that_it_wrote(server: Server, file: Path) -> None:
    uploader = uploader_of(server, file, server.port)
    uploader.chunk_size = 300_000
    uploader.upload(stop_at=1_200_000)
    budgets = iter([150_000])
    with link_to(server.port, lambda: next(budgets, None)) as port:
        uploader.url = uploader.url.replace(str(server.port), str(port))
        with pytest.raises(BROKEN):
            uploader.upload()
        server.kill()
        server.start()
        assert uploader.get_offset() >= 1_200_000  # over the first connection that is not cut
        sent_to_its_end(uploader)
    assert once(server, file)


def test_a_stream_without_length_is_stored_in_flat_memory(server: Server) -> None:
    """Sixty-four megabytes by STOW-RS in chunks, while others look at pages."""
    before = server.most_memory_mb()
    answer = requests.post(
        f"http://127.0.0.1:{server.port}/dicomweb/goma/studies",
        data=big_body(64),
        headers={
            "Authorization": f"Bearer {server.secret}",
            "Content-Type": 'multipart/related; type="application/dicom"; boundary=b1',
        },
        timeout=120,
    )
    assert answer.status_code == 200, answer.text
    assert server.most_memory_mb() < max(before, 200) + 24


def big_body(megabytes: int) -> Iterator[bytes]:
    """Give a body with one instance of this size."""
    data = pydicom.dcmread(get_testdata_file("CT_small.dcm"))
    del data.PixelData
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = pydicom.uid.generate_uid()
    with io.BytesIO() as head:
        pydicom.dcmwrite(head, data)
        yield b"--b1\r\nContent-Type: application/dicom\r\n\r\n" + head.getvalue()
    yield b"\xe0\x7f\x10\x00OW\0\0" + (megabytes << 20).to_bytes(4, "little")
    for _ in range(megabytes * 4):
        yield bytes(256 * 1024)
    yield b"\r\n--b1--"
