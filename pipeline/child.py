"""How is untrusted work done so that it can neither fill the memory, nor run for ever, nor take the program down?

A nursery process, started once and single-threaded, has the decoders imported. For every piece of work it forks a
child, limits it and passes its answer on. Its parent may have any number of threads: it never forks itself, and the
nursery never imports the parent's `__main__`. When the parent dies, however it dies, the nursery's input closes; it
then kills its child and ends.

The memory limit is RLIMIT_DATA, which since Linux 4.7 counts private writable memory. RLIMIT_AS would count the shared
libraries and the address space that threads only reserve as well, several hundred MiB that nothing occupies.
"""

import atexit
import io
import os
import pickle
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import IO, Any, TypeVar, cast

from pipeline.errors import SonorelayError, TooLarge, Undecodable
from pipeline.errors import _rebuild as rebuild
from pipeline.nursery import ANSWER, ANSWER_HEAD, FAILED, OUT_OF_MEMORY, REQUEST_HEAD, TIMED_OUT

GIB = 1 << 30
SECONDS_FOR_ONE_SCAN = 120.0
"""What reading, cleaning and checking one scan may take."""
_START = "import sys; sys.path[:] = sys.argv[1:]; from pipeline.nursery import serve; serve()"

_R = TypeVar("_R")


def run_in_child(function: Callable[..., _R], *args: object, seconds: float = 60, memory_bytes: int = 2 * GIB) -> _R:
    """Return `function(*args)`, computed in a child process with limits of time and memory.

    `function` is a module-level function of an importable module; arguments and result are pickled;
    the result is made of classes of the core, arrays and plain values.
    `memory_bytes` is all that the child may occupy, shared libraries included.
    Raises what the function raises if it is a SonorelayError, TooLarge (`too_slow`, `too_large`),
    Undecodable (`decoder_crashed`), and SonorelayError (`internal`) for any other exception.
    """
    nursery = _NURSERIES.take()
    try:
        kind, payload = nursery.ask(pickle.dumps((function, args), protocol=5), seconds, memory_bytes)
    except (OSError, EOFError, struct.error):
        nursery.close()
        raise SonorelayError("internal", where="nursery") from None
    except BaseException:
        nursery.close()
        raise
    _NURSERIES.give_back(nursery)
    if kind == ANSWER:
        return cast(_R, _unpacked(payload))
    raise _failure(kind, payload, seconds)


class Values(pickle.Unpickler):
    """Accepts values only: a decoder that a hostile file has taken over must not run code in the parent."""

    def find_class(self, module: str, name: str) -> Any:
        """Return a class of the core, or one of the few names that plain values and arrays are made of."""
        if name in _VALUES.get(module, ()):
            return super().find_class(module, name)
        if module.partition(".")[0] in _CORE and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) or found is rebuild:
                return found
        raise pickle.UnpicklingError


def _unpacked(payload: bytes) -> object:
    try:
        return Values(io.BytesIO(payload)).load()
    except (pickle.UnpicklingError, AttributeError, ImportError, LookupError, TypeError, ValueError):
        raise SonorelayError("internal", where="answer") from None


def _failure(kind: bytes, payload: bytes, seconds: float) -> SonorelayError:
    if kind == FAILED:
        error = _unpacked(payload)
        return error if isinstance(error, SonorelayError) else SonorelayError("internal")
    if kind == TIMED_OUT:
        return TooLarge("too_slow", seconds=round(seconds, 1))
    if kind == OUT_OF_MEMORY:
        return TooLarge("too_large")
    return Undecodable("decoder_crashed")


_CORE = ("pipeline", "qa_rules", "supervision")
_ARRAYS = ("_frombuffer", "_reconstruct", "dtype", "ndarray", "scalar")
_VALUES: dict[str, tuple[str, ...]] = {
    "builtins": ("bytearray", "complex", "frozenset", "range", "set", "slice"),
    "collections": ("Counter", "OrderedDict", "deque"),
    "datetime": ("date", "datetime", "timedelta", "timezone"),
    "pathlib": ("Path", "PosixPath", "PurePath", "PurePosixPath"),
    **dict.fromkeys(("numpy", "numpy._core.multiarray", "numpy._core.numeric"), _ARRAYS),
}


@dataclass(eq=False)
class Nursery:
    """One running nursery process; serves one caller at a time."""

    process: "subprocess.Popen[bytes]"
    sent: IO[bytes]
    received: IO[bytes]

    @classmethod
    def start(cls) -> "Nursery":
        """Start a nursery with this interpreter and its search path; its output goes nowhere."""
        process = subprocess.Popen(
            [sys.executable, "-c", _START, *sys.path],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        if process.stdin is None or process.stdout is None:
            raise SonorelayError("internal", where="nursery")
        return cls(process, process.stdin, process.stdout)

    def ask(self, work: bytes, seconds: float, memory_bytes: int) -> tuple[bytes, bytes]:
        """Send one piece of work and wait for the answer."""
        self.sent.write(REQUEST_HEAD.pack(seconds, memory_bytes, len(work)) + work)
        self.sent.flush()
        kind, length = ANSWER_HEAD.unpack(self.received.read(ANSWER_HEAD.size))
        payload = self.received.read(length)
        if len(payload) != length:
            raise EOFError
        return kind, payload

    def close(self) -> None:
        """End the process and its child, if it has one."""
        self.process.kill()
        for pipe in (self.sent, self.received):
            try:
                pipe.close()
            except OSError:
                continue
        self.process.wait()


@dataclass(eq=False)
class Nurseries:
    """The idle nurseries of this process; there are never more than pieces of work done at once."""

    idle: list[Nursery] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self) -> Nursery:
        """Return an idle nursery, or a new one."""
        with self.lock:
            while self.idle:
                nursery = self.idle.pop()
                if nursery.process.poll() is None:
                    return nursery
                nursery.close()
        return Nursery.start()

    def give_back(self, nursery: Nursery) -> None:
        """Keep the nursery for the next piece of work."""
        with self.lock:
            self.idle.append(nursery)

    def close(self) -> None:
        """End all idle nurseries."""
        with self.lock:
            while self.idle:
                self.idle.pop().close()

    def forget(self) -> None:
        """Leave the nurseries to the process that this one was forked from."""
        self.idle, self.lock = [], threading.Lock()


_NURSERIES = Nurseries()
atexit.register(_NURSERIES.close)
os.register_at_fork(after_in_child=_NURSERIES.forget)
