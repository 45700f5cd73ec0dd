"""Who sends to the listener: DCMTK's programs, and associations of pynetdicom that send a file's own bytes."""

import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from pydicom import Dataset, dcmread
from pydicom.uid import generate_uid
from pynetdicom import AE, _config, evt

from flows.listener.dataset_file import header
from pipeline.phantom import DemoHeader, Scene, write_dicom
from pipeline.sector import Shape
from tests.flows.listening import Listener
from tests.servers import absent

PATIENT = "MBEKI^THANDI"
SUCCESS, OUT_OF_RESOURCES, MISMATCH, NOT_UNDERSTOOD = 0x0000, 0xA700, 0xA900, 0xC000
COMMITMENT, THE_ONE = "1.2.840.10008.1.20.1", "1.2.840.10008.1.20.1.1"


def dcmtk(program: str, *arguments: object) -> "subprocess.CompletedProcess[str]":
    found = shutil.which(program)
    if found is None:
        absent(f"{program} (Debian package dcmtk)")
    return subprocess.run(
        [str(found), *map(str, arguments)], capture_output=True, check=False, text=True, errors="replace", timeout=120
    )


def send(listener: Listener, *files: Path, title: str = "GOMA", port: int | None = None) -> str:
    """Send files as they are, in the form that they have; return what the sender says of each."""
    said = dcmtk(
        "dcmsend", "-v", "--decompress-never", "--no-halt", "-aec", title, "127.0.0.1", port or listener.port, *files
    )
    return said.stdout + said.stderr


def digest_of(path: Path) -> str:
    """Return the digest of the file that must come of an object, made in another way than the listener makes it."""
    whole = path.read_bytes()
    sent = dcmread(path, stop_before_pixels=True)
    syntax = str(sent.file_meta.TransferSyntaxUID)
    ours = header(str(sent.SOPClassUID), str(sent.SOPInstanceUID), syntax)
    return sha256(ours + whole[start_of(path) :]).hexdigest()


def start_of(path: Path) -> int:
    """Return where the data set of a file begins."""
    return 144 + int(dcmread(path, stop_before_pixels=True).file_meta.FileMetaInformationGroupLength)


def phantom(folder: Path, seed: int, frames: int = 1, rows: int = 240) -> Path:
    path = folder / f"{seed}.dcm"
    scene = Scene(seed, Shape.CURVILINEAR, rows=rows, columns=320, frames=frames)
    write_dicom(scene, path, header=DemoHeader(patient_name=PATIENT, serial=f"SIM-{seed}", model="PocketSim"))
    return path


class Sender:
    """An association of pynetdicom that sends files without reading them; a `with` block ends it."""

    def __init__(self, port: int, path: Path, calling: str = "CLINIC 1", called: str = "GOMA") -> None:
        self.entity, self.port, self.called = AE(calling), port, called
        sent = dcmread(path, stop_before_pixels=True)
        self.entity.add_requested_context(sent.SOPClassUID, sent.file_meta.TransferSyntaxUID)
        self.entity.add_requested_context(COMMITMENT)
        self.entity.acse_timeout = self.entity.dimse_timeout = self.entity.network_timeout = 30
        self.path, self.reported = path, threading.Event()
        self.report: tuple[int, Dataset] | None = None
        self.connections: list[socket.socket] = []

    def __enter__(self) -> "Sender":
        heard = [(evt.EVT_N_EVENT_REPORT, self.hear), (evt.EVT_CONN_OPEN, self.connected)]
        _config.STORE_SEND_CHUNKED_DATASET = True
        self.made = self.entity.associate("127.0.0.1", self.port, ae_title=self.called, evt_handlers=heard)
        return self

    def __exit__(self, *_: object) -> None:
        _config.STORE_SEND_CHUNKED_DATASET = False
        if self.made.is_established:
            self.made.release()
        for one in self.connections:  # pynetdicom leaves those open that the other side has closed
            one.close()

    def connected(self, event: evt.Event) -> None:
        self.connections.append(event.assoc.dul.socket.socket)

    def hear(self, event: evt.Event) -> tuple[int, None]:
        self.report = event.event_type, event.event_information
        self.reported.set()
        return SUCCESS, None

    def store(self) -> int:
        return self.send(self.path)

    def send(self, path: Path) -> int:
        return int(self.made.send_c_store(path).get("Status", -1))

    def ask(self, *pairs: tuple[str, str]) -> int:
        asked = Dataset()
        asked.TransactionUID = generate_uid()
        asked.ReferencedSOPSequence = [reference(*pair) for pair in pairs]
        status, _ = self.made.send_n_action(asked, 1, COMMITMENT, THE_ONE)
        return int(status.Status)


def reference(sop_class: str, instance: str) -> Dataset:
    one = Dataset()
    one.ReferencedSOPClassUID, one.ReferencedSOPInstanceUID = sop_class, instance
    return one


def pair_of(path: Path) -> tuple[str, str]:
    said = dcmread(path, stop_before_pixels=True)
    return str(said.SOPClassUID), str(said.SOPInstanceUID)


@contextmanager
def device(port: int) -> Iterator["Device"]:
    """Run what hears the answers to requests for commitment, at an address of its own."""
    heard = Device()
    entity = AE("DEVICE")
    entity.add_supported_context(COMMITMENT, scu_role=True, scp_role=True)
    server = entity.start_server(("127.0.0.1", port), block=False, evt_handlers=[(evt.EVT_N_EVENT_REPORT, heard.hear)])
    try:
        yield heard
    finally:
        assert server is not None
        server.shutdown()


class Device:
    """What a device was told of the objects that it asked for."""

    def __init__(self) -> None:
        self.told = threading.Event()
        self.report: tuple[int, Dataset] | None = None

    def hear(self, event: evt.Event) -> tuple[int, None]:
        self.report = event.event_type, event.event_information
        self.told.set()
        return SUCCESS, None
