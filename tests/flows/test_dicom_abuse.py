"""Does the listener outlive what links, power and senders do to it, and lose nothing by it?"""

import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import Dataset, dcmread
from pydicom.dataset import FileMetaDataset
from pynetdicom import AE, evt

from tests.flows.listening import Listener, cut_after, running_listener
from tests.flows.sending import OUT_OF_RESOURCES, PATIENT, SUCCESS, Sender, digest_of, phantom
from tests.servers import free_ports

MUTATIONS = 250
MOST_MIB = 512
SILENCE = 3.0
VERIFICATION = "1.2.840.10008.1.1"
PICTURE, CINE = "1.2.840.10008.5.1.4.1.1.6.1", "1.2.840.10008.5.1.4.1.1.3.1"
LARGEST_MIB = 8
ABORT = b"\x07"

pytestmark = [pytest.mark.service, pytest.mark.filterwarnings("ignore::UserWarning")]


@pytest.fixture(scope="module")
def listener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Listener]:
    limits = {"LISTENER_TIMEOUT_SECONDS": str(SILENCE), "LISTENER_LARGEST_MB": str(LARGEST_MIB)}
    extra = {f"SONORELAY_{name}": value for name, value in limits.items()}
    with running_listener(tmp_path_factory.mktemp("abused") / "home", **extra) as one:
        yield one


def until(true: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


def test_a_link_that_is_cut_at_every_tenth_loses_nothing(listener: Listener, tmp_path: Path) -> None:
    path = phantom(tmp_path, 61, frames=30)
    digest, size = digest_of(path), path.stat().st_size
    for tenth in range(10):
        with cut_after(listener.port, size * tenth // 10) as port, Sender(port, path) as sender:
            if sender.made.is_established:
                with suppress(RuntimeError, ValueError):
                    assert sender.store() != SUCCESS
    assert digest not in listener.arrivals()
    until(lambda: listener.left_behind() == [])
    with Sender(listener.port, path) as sender:
        assert sender.store() == SUCCESS
    assert listener.arrivals()[digest] == 1


def test_killed_while_it_receives_it_knows_nothing_and_then_everything(listener: Listener, tmp_path: Path) -> None:
    path = phantom(tmp_path, 62, frames=30)
    said = recorded(path)
    with closing(socket.create_connection(("127.0.0.1", listener.port))) as one:
        say(one, said[: len(said) // 2])
        until(lambda: listener.left_behind() != [])
        listener.stop(signal.SIGKILL)
    assert listener.left_behind() != []
    listener.start()
    assert listener.left_behind() == []
    with Sender(listener.port, path) as sender:
        assert sender.store() == SUCCESS
    assert listener.arrivals()[digest_of(path)] == 1


def test_told_to_stop_it_finishes_what_it_receives(listener: Listener, tmp_path: Path) -> None:
    path = phantom(tmp_path, 63, frames=30)
    said = recorded(path)
    with closing(socket.create_connection(("127.0.0.1", listener.port))) as one:
        say(one, said[: len(said) // 2])
        until(lambda: listener.left_behind() != [])
        ended: list[int] = []
        stopping = threading.Thread(target=lambda: ended.append(listener.stop()))
        stopping.start()
        until(lambda: not listener.hears())
        one.sendall(said[len(said) // 2 :])
        stopping.join(30)
    assert ended == [0]
    listener.start()
    assert listener.arrivals()[digest_of(path)] == 1


def test_what_is_too_large_is_said_to_be_and_leaves_no_trace(listener: Listener, tmp_path: Path) -> None:
    path = phantom(tmp_path, 64)
    with path.open("ab") as file:
        file.write(b"\x00" * (LARGEST_MIB + 1) * 1024 * 1024)
    with Sender(listener.port, path) as sender:
        assert sender.store() == OUT_OF_RESOURCES
    assert listener.left_behind() == []


def test_without_a_store_nothing_is_said_to_be_safe(listener: Listener, tmp_path: Path) -> None:
    path, objects = phantom(tmp_path, 65), listener.home / "objects"
    away = objects.rename(listener.home / "away")
    objects.write_bytes(b"no folder any more")
    with Sender(listener.port, path) as sender:
        assert sender.store() == OUT_OF_RESOURCES
        objects.unlink()
        away.rename(objects)
        assert sender.store() == SUCCESS
    assert listener.arrivals()[digest_of(path)] == 1


def test_whoever_says_nothing_or_claims_too_much_is_hung_up_on(listener: Listener) -> None:
    request = b"\x01\x00\x00\x00\x01\x00"  # announces 256 bytes, of which no more comes
    claims = (b"\x01\x00\xff\xff\xff\xff", b"GET / HTTP/1.1\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00", b"\x00" * 5000)
    said = [b""] * 10 + [request] * 4 + list(claims)
    begun = time.monotonic()
    open_ones = [socket.create_connection(("127.0.0.1", listener.port)) for _ in said]
    for one, words in zip(open_ones, said, strict=True):
        one.settimeout(4 * SILENCE)
        one.sendall(words)
    for one in open_ones:
        with closing(one), suppress(ConnectionResetError):
            while one.recv(4096):
                pass
    assert time.monotonic() - begun < 4 * SILENCE
    assert listener.memory_mib() < MOST_MIB


def test_a_command_without_a_bottom_is_hung_up_on(listener: Listener) -> None:
    item = struct.pack("<HHLHHL", 0x0008, 0x1140, 0xFFFFFFFF, 0xFFFE, 0xE000, 0xFFFFFFFF)  # a sequence in a sequence
    command = bytes((1, 3)) + item * 2000  # of the first context, the last fragment
    said = recorded()
    with closing(socket.create_connection(("127.0.0.1", listener.port))) as one:
        say(
            one,
            said[: 6 + int.from_bytes(said[2:6])]
            + struct.pack(">BBLL", 4, 0, len(command) + 4, len(command))
            + command,
        )
        one.settimeout(SILENCE / 2)
        assert one.recv(4096)[:1] == ABORT
    assert "RecursionError" not in listener.log


def say(one: socket.socket, said: bytes | bytearray, patience: float = 10.0) -> None:
    """Ask for the association, and say the rest once that is granted, refused or not answered."""
    request = 6 + int.from_bytes(said[2:6])
    one.sendall(said[:request])
    one.settimeout(patience)
    with suppress(TimeoutError):
        one.recv(65536)
    one.sendall(said[request:])


def recorded(path: Path | None = None) -> bytes:
    """Return every byte that a sender says who asks for an echo, or for this file to be kept."""
    said = bytearray()
    entity, peer = AE("CLINIC 1"), AE("GOMA")
    entity.add_requested_context(VERIFICATION)
    form = "1.2.840.10008.1.2.1" if path is None else dcmread(path).file_meta.TransferSyntaxUID
    for kind in (PICTURE, CINE):
        entity.add_requested_context(kind, form)
    peer.supported_contexts = entity.requested_contexts
    peer.maximum_pdu_size = 128 * 1024
    heard = [(evt.EVT_C_STORE, lambda _: SUCCESS), (evt.EVT_DATA_RECV, lambda event: said.extend(event.data))]
    server = peer.start_server(("127.0.0.1", free_ports(1)[0]), block=False, evt_handlers=heard)
    assert server is not None
    sent = Dataset()
    sent.SOPClassUID, sent.SOPInstanceUID, sent.PatientName, sent.Modality = PICTURE, "1.2.3.4", PATIENT, "US"
    sent.file_meta = FileMetaDataset()
    sent.file_meta.TransferSyntaxUID = form
    made = entity.associate(*server.server_address[:2], ae_title="GOMA")
    made.send_c_echo()
    made.send_c_store(sent if path is None else path)
    made.release()
    server.shutdown()
    return bytes(said)


def test_no_mutation_of_what_is_said_ends_it(listener: Listener) -> None:
    said = recorded()
    change = st.tuples(st.integers(0, len(said) - 1), st.integers(0, 3), st.binary(min_size=1, max_size=8))

    @settings(max_examples=MUTATIONS, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(change, min_size=1, max_size=4), st.booleans())
    def tried(changes: list[tuple[int, int, bytes]], whole: bool) -> None:  # noqa: FBT001
        bent = bytearray(said)
        for where, how, instead in changes:
            end = where + (0, len(instead), len(instead), 40)[how]  # insert, replace, leave out, leave out more
            bent[where:end] = instead if how < 2 else b""
        with closing(socket.create_connection(("127.0.0.1", listener.port), 10)) as one, suppress(OSError):
            say(one, bent if whole else bent[: len(bent) * 2 // 3], 0.3)
            one.settimeout(0.03)
            while one.recv(65536):
                pass

    before = listener.memory_mib()
    tried()
    until(lambda: listener.left_behind() == [])
    assert listener.hears()
    assert listener.memory_mib() < min(before + 100, MOST_MIB)
    assert "1.2.3.4" not in listener.log
    assert PATIENT.partition("^")[0] not in listener.log
