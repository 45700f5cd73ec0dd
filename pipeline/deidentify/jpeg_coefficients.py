"""How are the coefficients of a JPEG read and written without decoding it?

By the lossless transform of libjpeg-turbo, which shows them to a callback; through ctypes.
"""

import ctypes
import weakref
from collections.abc import Callable, Iterator, Sequence
from ctypes.util import find_library
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.deidentify.jpeg_segments import Unblankable

# turbojpeg.h of libjpeg-turbo, interface 2 (1.2 and later, kept by 3)
_PERFECT, _COPY_NONE, _OPTIMIZE = 1, 64, 256
_LIMIT_SCANS, _WARNING = 32768, 0
_UPRIGHT = {2: 1, 3: 6, 4: 2, 5: 3, 6: 5, 7: 4, 8: 7}  # Exif orientation: transform that turns it upright

Plane = NDArray[np.int16]  # (rows of blocks, blocks, 64), quantised, in natural order


class _Region(ctypes.Structure):
    _fields_ = (("x", ctypes.c_int), ("y", ctypes.c_int), ("w", ctypes.c_int), ("h", ctypes.c_int))


_Filter = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.c_void_p, _Region, _Region, ctypes.c_int, ctypes.c_int, ctypes.c_void_p
)  # fmt: skip


class _Transform(ctypes.Structure):
    _fields_ = (
        ("region", _Region),
        ("operation", ctypes.c_int),
        ("options", ctypes.c_int),
        ("data", ctypes.c_void_p),
        ("filter", _Filter),
    )


@cache
def library() -> ctypes.CDLL | None:
    """Return libjpeg-turbo: the one inside the package pylibjxl, else the system's; None where neither is."""
    for name in _candidates():
        try:
            found = ctypes.CDLL(name)
            found.tjInitTransform.restype = ctypes.c_void_p
            found.tjTransform.argtypes = (
                ctypes.c_void_p, ctypes.c_char_p, ctypes.c_ulong, ctypes.c_int, ctypes.POINTER(ctypes.c_void_p),
                ctypes.POINTER(ctypes.c_ulong), ctypes.POINTER(_Transform), ctypes.c_int,
            )  # fmt: skip
            for function in (found.tjDestroy, found.tjFree, found.tjGetErrorCode):
                function.argtypes = (ctypes.c_void_p,)
        except (OSError, AttributeError):
            continue
        return found
    return None


def _candidates() -> Iterator[str]:
    package = find_spec("pylibjxl")  # not imported: only its library is wanted
    for folder in package.submodule_search_locations or () if package is not None else ():
        yield from (str(path) for path in sorted(Path(folder).glob("_pylibjxl.*")))
    installed = find_library("turbojpeg")
    if installed is not None:
        yield installed


class Transformer:
    """Reads JPEGs into coefficients and writes them again; one at a time, each without any segment of its source."""

    def __init__(self) -> None:
        """Raise Unblankable where there is no libjpeg-turbo."""
        found = library()
        handle = found.tjInitTransform() if found is not None else None
        if found is None or handle is None:
            raise Unblankable("no libjpeg-turbo")
        self._library, self._handle = found, handle
        weakref.finalize(self, found.tjDestroy, handle)

    def changed(self, jpeg: bytes, planes: Sequence[Plane], change: Callable[[], object]) -> bytes:
        """Fill the planes, one a component, with the coefficients, call `change`, and return the JPEG with what is then
        in them; raises Unblankable where it is unreadable, and what `change` raises.

        All rows are shown before the first is written, and stay where they are until then.
        """
        starts = [(plane.ctypes.data, len(plane), plane[0].nbytes) for plane in planes]
        rows: list[tuple[int, int, int]] = []
        wanted, faults = sum(map(len, planes)), list[Exception]()

        def visit(address: int, row: _Region, _plane: _Region, component: int, _transform: int, _data: int) -> int:
            start, count, size = starts[component]
            if row.y >= 8 * count or row.w * 16 != size:  # padding, which is written anew
                return 0
            rows.append((address, start + row.y // 8 * size, size))
            ctypes.memmove(rows[-1][1], address, size)
            if len(rows) == wanted:
                try:
                    change()
                except Exception as fault:  # noqa: BLE001 - C passes no exception on
                    faults.append(fault)
                for there, here, length in rows:
                    ctypes.memmove(there, here, length)
            return 0

        answer = self._transformed(jpeg, 0, 0, _Filter(visit))
        if faults:
            raise faults[0]
        if len(rows) != wanted:  # nor would a fault of our own stop it: that every row came is counted
            raise Unblankable("not all blocks were seen")
        return answer

    def upright(self, jpeg: bytes, orientation: int) -> bytes:
        """Return the JPEG turned by its Exif orientation; Unblankable where blocks at the edge would be lost."""
        return self._transformed(jpeg, _UPRIGHT[orientation], _PERFECT, _Filter())

    def _transformed(self, jpeg: bytes, operation: int, options: int, called: object) -> bytes:
        how = _Transform(_Region(), operation, options | _COPY_NONE | _OPTIMIZE, None, called)
        buffer, size = ctypes.c_void_p(), ctypes.c_ulong()
        failed = self._library.tjTransform(
            self._handle, jpeg, len(jpeg), 1, ctypes.byref(buffer), ctypes.byref(size), ctypes.byref(how), _LIMIT_SCANS
        )
        try:
            # a warning is a damaged frame: it was read as decoders read it, and is written whole
            if failed and self._library.tjGetErrorCode(self._handle) != _WARNING:
                raise Unblankable("libjpeg-turbo refuses it")
            return ctypes.string_at(buffer, size.value) if buffer else b""
        finally:
            self._library.tjFree(buffer)
