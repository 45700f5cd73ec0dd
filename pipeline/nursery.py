"""What happens on the other side of `run_in_child`: a quiet process that forks one limited child per piece of work.

Runs in a process of its own (`pipeline.child` starts it); only `serve` is called there.
"""

import gc
import os
import pickle
import resource
import select
import signal
import struct
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from importlib import import_module
from types import TracebackType
from typing import Any, TypeVar

from pipeline.errors import SonorelayError, Unavailable, says_no_room

ANSWER_HEAD = struct.Struct("<cQ")  # what kind of answer, and how many bytes follow
REQUEST_HEAD = struct.Struct("<dQQ")  # seconds, memory in bytes, and how many bytes follow
ANSWER, FAILED, CRASHED, TIMED_OUT, OUT_OF_MEMORY = b"A", b"F", b"C", b"T", b"M"

_LIBRARIES = 192 << 20  # what shared libraries occupy and RLIMIT_DATA does not count
_PIPE = 1 << 20
_SET_PARENT_DEATH_SIGNAL = 1
_OPENCV_OUT_OF_MEMORY = -4
_PRELOADED = ("pipeline.reading.dicom", "pipeline.reading.still", "pipeline.reading.video")


_Work = TypeVar("_Work", bound=Callable[..., Any])


def prepared_by(prepare: Callable[[], object]) -> Callable[[_Work], _Work]:
    """Mark a function as work that `prepare` makes ready once a nursery, before its first child is forked.

    For models that take long to load; what it loads must start no thread, which a fork would not take along.
    """

    def marked(work: _Work) -> _Work:
        work.__dict__["prepared_by"] = prepare
        return work

    return marked


def serve() -> None:
    """Do the work that comes in on standard input until it closes."""
    requests, answers = os.fdopen(os.dup(0), "rb"), os.dup(1)
    nothing = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nothing, standard)
    _preload()
    while len(head := requests.read(REQUEST_HEAD.size)) == REQUEST_HEAD.size:
        seconds, memory_bytes, length = REQUEST_HEAD.unpack(head)
        work = pickle.loads(requests.read(length))  # noqa: S301  # nosec B301
        _prepare(work[0])
        gc.freeze()  # a child's collector would write to every object, and so copy what it shares with the nursery
        answer = _done_by_a_child(work, seconds, memory_bytes, requests.fileno())
        del work
        view = memoryview(answer)
        while view:
            view = view[os.write(answers, view) :]


def _preload() -> None:
    """Import the decoders once, without the threads that a fork would not take along."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        os.environ[name] = "1"
    for name in ("requests", "tqdm"):
        sys.modules[name] = None  # type: ignore[assignment]  # pydicom would load a network client for its downloads
    for name in _PRELOADED:
        import_module(name)
    import_module("cv2").setNumThreads(1)


def _prepare(function: Callable[..., Any]) -> None:
    """Do what the work asks to be done once; where that fails, its child fails alone, with a reason."""
    prepare = getattr(getattr(function, "func", function), "prepared_by", None)  # of a partial: what it calls
    if prepare is not None:
        with suppress(ImportError, OSError, RuntimeError, MemoryError):
            prepare()


def _done_by_a_child(
    work: tuple[Callable[..., Any], tuple[Any, ...]], seconds: float, memory_bytes: int, parent: int
) -> bytes:
    """Fork, wait for the answer within its limits, and leave no process behind."""
    deadline = time.monotonic() + seconds
    readable, writable = os.pipe()
    nursery = os.getpid()
    child = os.fork()
    if child == 0:
        with Reporting(writable):
            os.setsid()
            os.closerange(3, writable)  # the pipes to the parent are the nursery's alone
            os.closerange(writable + 1, 1024)
            _die_with(nursery)
            _limit(seconds, memory_bytes)
            Reporting.send(writable, ANSWER, work[0](*work[1]))
    os.close(writable)
    try:
        received = _received(readable, parent, deadline, memory_bytes)
        if isinstance(received, bytearray):
            return bytes(received) if _is_complete(received) else _empty(_verdict(child, deadline))
        return _empty(received)
    finally:
        os.close(readable)
        _end(child)


def _received(readable: int, parent: int, deadline: float, memory_bytes: int) -> bytearray | bytes:
    """Return what the child wrote until it closed its pipe, or the kind of limit that it ran into."""
    poll = select.poll()
    poll.register(readable, select.POLLIN)
    poll.register(parent, 0)
    received = bytearray()
    while (left := deadline - time.monotonic()) > 0:
        for source, _event in poll.poll(left * 1000):
            if source == parent:
                return CRASHED
            part = os.read(readable, _PIPE)
            if not part:
                return received
            received += part
            if len(received) > memory_bytes:
                return OUT_OF_MEMORY
    return TIMED_OUT


def _is_complete(received: bytearray) -> bool:
    head = ANSWER_HEAD.size
    return len(received) >= head and ANSWER_HEAD.unpack_from(received)[1] == len(received) - head


def _empty(kind: bytes) -> bytes:
    return ANSWER_HEAD.pack(kind, 0)


def _verdict(child: int, deadline: float) -> bytes:
    """Return why a child ended without an answer; a kill that was not ours is the kernel's, short of memory."""
    while os.waitid(os.P_PID, child, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() > deadline:
            return TIMED_OUT
        time.sleep(0.005)
    ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    number = 0 if ended is None or ended.si_code == os.CLD_EXITED else ended.si_status
    if number == signal.SIGKILL:
        return OUT_OF_MEMORY
    return TIMED_OUT if number == signal.SIGXCPU else CRASHED


def _end(child: int) -> None:
    """Kill the child and what it may have started, and reap it."""
    for kill in (os.killpg, os.kill):
        try:
            kill(child, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            continue
    os.waitpid(child, 0)


def _limit(seconds: float, memory_bytes: int) -> None:
    data = max(memory_bytes - _LIBRARIES, memory_bytes // 4)
    resource.setrlimit(resource.RLIMIT_DATA, (data, data))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    processor = int(seconds) * (os.cpu_count() or 1) + 1
    resource.setrlimit(resource.RLIMIT_CPU, (processor, processor))


def _die_with(nursery: int) -> None:
    """Ask Linux to kill this process when the nursery ends; elsewhere the deadline does."""
    if sys.platform != "linux":
        return
    import ctypes

    ctypes.CDLL(None).prctl(_SET_PARENT_DEATH_SIGNAL, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != nursery:
        os._exit(1)


class Reporting:
    """The end of a child's life: whatever it raises becomes an answer, nothing is printed, nothing runs on."""

    def __init__(self, writable: int) -> None:
        """Report into the pipe `writable`."""
        self._writable = writable

    def __enter__(self) -> None:
        """Do nothing."""

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Answer with the error, if there is one, and leave without any clean-up."""
        try:
            if error is not None:
                self._report(error, trace)
        finally:
            os._exit(0 if error is None else 1)

    def _report(self, error: BaseException, trace: TracebackType | None) -> None:
        if _is_memory(error):
            self.send(self._writable, OUT_OF_MEMORY, None)
            return
        if says_no_room(error):
            error = Unavailable("disk_full")
        elif not isinstance(error, SonorelayError):
            last = traceback.extract_tb(trace)[-1:]
            place = f"{os.path.basename(last[0].filename)}:{last[0].lineno}" if last else ""  # noqa: PTH119
            error = SonorelayError("internal", error=type(error).__name__, where=place)
        self.send(self._writable, FAILED, error)

    @staticmethod
    def send(writable: int, kind: bytes, value: object) -> None:
        """Write one answer."""
        payload = pickle.dumps(value, protocol=5)
        for part in (ANSWER_HEAD.pack(kind, len(payload)), payload):
            view = memoryview(part)
            while view:
                view = view[os.write(writable, view) :]


def _is_memory(error: BaseException) -> bool:
    """Whether an error, or the one that it was made of, is a lack of memory; OpenCV has an error code of its own."""
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, MemoryError) or getattr(seen, "code", None) == _OPENCV_OUT_OF_MEMORY:
            return True
        seen = seen.__cause__ or seen.__context__
    return False
