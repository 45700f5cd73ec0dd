"""Does the listener's memory stay flat whatever is sent to it, and how fast is it?

`python -m benchmarks listener 10`: the number is how many GB (1 if none is said). They are sent in objects of 250 MB by
DCMTK's storescu, as a device would, to our listener (which also seals, stores, reads back and registers each) and to
DCMTK's own storescp.
"""

import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from pydicom.uid import generate_uid

from flows.listener.dataset_file import header
from tests.flows.listening import Listener, running_listener
from tests.servers import free_ports

ONLY_IF_NAMED = True
OBJECT_MB = 250
CINE, PLAIN = "1.2.840.10008.5.1.4.1.1.3.1", "1.2.840.10008.1.2.1"
SECONDS_BETWEEN_LOOKS = 1.0
MOST_GROWTH_MIB = 64


def main() -> None:
    """Send, and print memory over time and MB/s; SystemExit where memory grows or an object is lost."""
    gigabytes = next((int(word) for word in sys.argv[1:] if word.isdecimal()), 1)
    count = gigabytes * 1000 // OBJECT_MB
    with tempfile.TemporaryDirectory(prefix="sonorelay-listener-") as place:
        folder = Path(place)
        with running_listener(folder / "home") as ours:
            memory, seconds = _measured(ours, lambda: _send_all(folder, ours, count))
            said = len(ours.arrivals())
        theirs = _by_dcmtk(folder, count)
    half = len(memory) // 2
    growth = max(memory[half:]) - max(memory[: half or 1])
    print("memory in MiB, each second:", " ".join(f"{one:.0f}" for one in memory))
    print(f"listener: {count} objects, {count * OBJECT_MB / seconds:.0f} MB/s, at most {max(memory):.0f} MiB")
    print(f"storescu to storescp: {count * OBJECT_MB / theirs:.0f} MB/s")
    if growth > MOST_GROWTH_MIB or said != count:
        sys.exit(f"listener: memory grew by {growth:.0f} MiB in the second half, {said} of {count} objects are known")


def _measured(listener: Listener, send: Callable[[], float]) -> tuple[list[float], float]:
    memory, done = [listener.memory_mib()], threading.Event()

    def look() -> None:
        while not done.wait(SECONDS_BETWEEN_LOOKS):
            memory.append(listener.memory_mib())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        seconds = send()
    finally:
        done.set()
        looking.join()
    return memory, seconds


def _send_all(folder: Path, listener: Listener, count: int) -> float:
    """Send objects one after the other, each made just before and removed after; return the seconds of sending."""
    seconds = 0.0
    for number in range(count):
        seconds += _send(_made(folder, number), listener.port)
        for kept in (listener.home / "objects" / "raw").rglob("*"):
            if kept.is_file():
                kept.unlink()  # ten GB need not lie there at the end
    return seconds


def _by_dcmtk(folder: Path, count: int) -> float:
    kept = folder / "kept"
    kept.mkdir()
    (port,) = free_ports(1)
    server = subprocess.Popen([_program("storescp"), "-od", str(kept), "+xa", "-pdu", "131072", str(port)])
    try:
        time.sleep(1)
        seconds = 0.0
        for number in range(count):
            seconds += _send(_made(folder, number), port)
            for path in kept.iterdir():
                path.unlink()
        return seconds
    finally:
        server.terminate()
        server.wait()


def _send(path: Path, port: int) -> float:
    command = [
        _program("storescu"),
        "-R",
        "-xe",
        "--max-send-pdu",
        "131072",
        "-aec",
        "GOMA",
        "127.0.0.1",
        str(port),
        str(path),
    ]
    began = time.perf_counter()
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        sys.exit(f"storescu: {done.stderr.decode(errors='replace')}")
    path.unlink()
    return time.perf_counter() - began


def _made(folder: Path, number: int) -> Path:
    """Write an object of random samples; each is another."""
    path, instance = folder / f"{number}.dcm", generate_uid()
    with path.open("wb") as file, Path("/dev/urandom").open("rb") as noise:
        file.write(header(CINE, instance, PLAIN))
        for element, representation, value in (
            (0x00080016, b"UI", CINE.encode() + b"\0" * (len(CINE) % 2)),
            (0x00080018, b"UI", instance.encode() + b"\0" * (len(instance) % 2)),
            (0x00080060, b"CS", b"US"),
        ):
            tag = (element >> 16).to_bytes(2, "little") + (element & 0xFFFF).to_bytes(2, "little")
            file.write(tag + representation + len(value).to_bytes(2, "little") + value)
        size = OBJECT_MB * 1_000_000
        file.write(b"\xe0\x7f\x10\x00OB\0\0" + size.to_bytes(4, "little"))
        for _ in range(OBJECT_MB):
            file.write(noise.read(1_000_000))
    return path


def _program(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        sys.exit(f"needs {name} (Debian package dcmtk)")
    return found
