"""Where do running programs listen, whom do they call, and what do they give away?"""

from collections.abc import Iterator, Sequence
from ipaddress import ip_address
from pathlib import Path

WITNESS = '''
"""Loaded by every Python program of the installation: notes which names and addresses it asks for."""
import os, sys
def _note(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        asked = arguments[0] if event == "socket.getaddrinfo" else arguments[1]
        host = asked[0] if isinstance(asked, tuple) else asked
        with open({file!r}, "a") as file:
            file.write(f"{{event}} {{host}}\\n")
sys.addaudithook(_note)
'''
OURSELVES = {"127.0.0.1", "::1", "localhost", "None", ""}


def witness(folder: Path) -> dict[str, str]:
    """Return the environment in which each Python program notes whom it calls, in `calls` of the folder."""
    (folder / "sitecustomize.py").write_text(WITNESS.format(file=str(folder / "calls")))
    return {"PYTHONPATH": str(folder)}


def foreign_calls(folder: Path) -> set[str]:
    """Return what was noted that is neither of this machine nor a socket in its file system."""
    calls = (folder / "calls").read_text().splitlines()
    assert len(calls) > 10, "the witness was there"
    hosts = {call.partition(" ")[2] for call in calls}
    return {host for host in hosts if host not in OURSELVES and not host.startswith(("/", "b'"))}


def listening(processes: Sequence[int]) -> set[str]:
    """Return the addresses at which these processes take TCP connections."""
    sockets = {name for process in processes for name in _sockets(process)}
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            _, local, _, state, *rest = line.split()
            if state == "0A" and f"socket:[{rest[5]}]" in sockets:
                found.add(_address(local.partition(":")[0]))
    return found


def arguments_of(processes: Sequence[int]) -> str:
    """Return what anybody on the machine may see of these processes: their arguments."""
    return "\n".join(_read(Path(f"/proc/{process}/cmdline")).decode(errors="replace") for process in processes)


def holding(folders: Sequence[Path], words: Sequence[str]) -> set[tuple[str, str]]:
    """Return which of the words stands in which file below the folders, in its name too."""
    given = [(word, word.encode()) for word in words]
    found = set()
    for file in (file for folder in folders for file in folder.rglob("*") if file.is_file()):
        content = _read(file)
        found |= {(word, str(file)) for word, raw in given if raw in content or word in file.name}
    return found


def _sockets(process: int) -> Iterator[str]:
    for entry in Path(f"/proc/{process}/fd").glob("*"):
        try:
            target = str(entry.readlink())
        except OSError:
            continue
        if target.startswith("socket:"):
            yield target


def _address(hexadecimal: str) -> str:
    """The kernel writes addresses as words of 32 bits, each with its lowest byte first."""
    words = [bytes.fromhex(hexadecimal[start : start + 8])[::-1] for start in range(0, len(hexadecimal), 8)]
    return str(ip_address(b"".join(words)))


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError:
        return b""
