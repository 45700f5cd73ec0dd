"""What do we see and measure of a scan, in a memory that does not grow with its length?"""

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from pipeline.received import Kind

MOST_KEYFRAMES = 12
PROXY_LONGEST_SIDE = 160

Luminance = NDArray[np.uint8]

_Answer = TypeVar("_Answer")


@dataclass(frozen=True)
class Region:
    """One item of SequenceOfUltrasoundRegions (PS3.3 C.8.5.5), as declared and not yet believed.

    Bounds are pixel columns and rows, both ends inside. `spatial_format` 1 is 2D, 2 M-mode, 3 spectral;
    `data_type` 1 is tissue, 2 colour flow. `mm_per_pixel` is None where the units are not centimetres.
    """

    left: int
    top: int
    right: int
    bottom: int
    spatial_format: int | None = None
    data_type: int | None = None
    mm_per_pixel: float | None = None


@dataclass(frozen=True, eq=False)
class Clip:
    """Read-only luminance of one scan, and the facts that the file states or that decoding showed.

    keyframes: (k, rows, columns) uint8, k ≤ 12, evenly spaced over the clip, full resolution.
    keyframe_numbers: which frames those are, ascending, counted from 0.
    proxy: (frames, proxy_rows, proxy_columns) uint8, every frame, longest side ≤ 160 pixels (area-averaged).
    frame_times: seconds from the first frame, one per frame, as the file has them; (0.0,) for a still.
    frames_per_second: mean rate, (frames-1)/last time; None for a still or where no time is known.
    mm_per_pixel: from a believed region only, else None.
    colour_share: share (0-1) of the pixels of the keyframes that are coloured (max-min over RGB > 24).
    colour: (k, proxy_rows, proxy_columns) uint8, max-min over RGB of the keyframes, shrunk; zeros if grey.
    damaged_frames: frames that the decoder reported as damaged or concealed.
    codec: short name such as 'jpeg', 'h264', 'raw', 'rle', 'j2k'.
    """

    kind: Kind
    keyframes: Luminance
    keyframe_numbers: tuple[int, ...]
    proxy: Luminance
    colour: Luminance
    frame_times: tuple[float, ...]
    frames_per_second: float | None
    colour_share: float
    codec: str
    regions: tuple[Region, ...] = ()
    mm_per_pixel: float | None = None
    damaged_frames: int = 0
    device_model: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Check the shapes against each other and make the arrays read-only."""
        if self.keyframes.ndim != 3 or self.proxy.ndim != 3 or not 1 <= len(self.keyframes) <= MOST_KEYFRAMES:
            raise ValueError("keyframes and proxy must be (frames, rows, columns), with 1 to 12 keyframes")
        if len(self.keyframes) != len(self.keyframe_numbers) or len(self.colour) != len(self.keyframes):
            raise ValueError("one number and one colour plane per keyframe")
        if len(self.frame_times) != len(self.proxy):
            raise ValueError("one time per frame")
        for array in (self.keyframes, self.proxy, self.colour):
            if array.dtype != np.uint8:
                raise ValueError("luminance is uint8")
            array.setflags(write=False)

    @property
    def frames(self) -> int:
        """Number of frames that were really decoded."""
        return len(self.proxy)

    @property
    def rows(self) -> int:
        """Height in pixels."""
        return int(self.keyframes.shape[1])

    @property
    def columns(self) -> int:
        """Width in pixels."""
        return int(self.keyframes.shape[2])

    @property
    def is_still(self) -> bool:
        """Whether there is one frame only."""
        return self.frames == 1

    @property
    def seconds(self) -> float | None:
        """Duration including the last frame's own time; None where no rate is known."""
        return None if self.frames_per_second is None else self.frames / self.frames_per_second

    def once(self, question: Hashable, answer: Callable[[], _Answer]) -> _Answer:
        """Return what `answer` gave the first time that this question was asked of this clip; nobody may change it."""
        known: dict[Hashable, _Answer] = self._answers
        if question not in known:
            known[question] = answer()
        return known[question]

    @cached_property
    def _answers(self) -> dict[Hashable, Any]:
        return {}

    @cached_property
    def brightest(self) -> Luminance:
        """Maximum over the keyframes, (rows, columns)."""
        peak: Luminance = self.keyframes.max(axis=0)
        peak.setflags(write=False)
        return peak
