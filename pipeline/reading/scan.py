"""What is an opened scan: the facts that the file states, and its frames one after the other?"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Luminance, Region
from pipeline.received import Kind

if TYPE_CHECKING:
    from pipeline.reading.stored import Stored

Pixels = NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class Frame:
    """One decoded frame: uint8 pixels, (rows, columns) grey or (rows, columns, 3) RGB; seconds from the first frame."""

    pixels: Pixels
    seconds: float
    damaged: bool


@dataclass(frozen=True)
class ScanFacts:
    """What the file states, before any frame is decoded; nothing of it is believed yet.

    seconds: duration that a video container states.
    codec: short name ('raw', 'rle', 'jpeg', 'jpegll', 'jpegls', 'j2k', 'h264', 'mpeg2video', 'png' …).
    transfer_syntax: DICOM only. container: 'dicom', FFmpeg's name of the container, or the picture format.
    frames_claimed: None where the container does not say. frames_per_second: as declared, None where it is not.
    """

    kind: Kind
    codec: str
    rows: int
    columns: int
    frames_claimed: int | None
    container: str
    transfer_syntax: str | None = None
    frames_per_second: float | None = None
    seconds: float | None = None
    regions: tuple[Region, ...] = ()
    has_audio: bool = False
    has_subtitles: bool = False
    device_model: str | None = field(default=None, repr=False)

    @property
    def frames_expected(self) -> int | None:
        """How many frames to expect: as claimed, else by duration and rate, else None."""
        if self.frames_claimed is None and self.seconds and self.frames_per_second:
            return max(1, round(self.seconds * self.frames_per_second))
        return self.frames_claimed


class Picture(Protocol):
    """A frame that is decoded as far as it is asked for: the luminance alone is often cheaper than the colours."""

    @property
    def seconds(self) -> float:
        """Seconds from the first frame."""

    @property
    def damaged(self) -> bool:
        """Whether the decoder reported damage; to be asked after the pixels were."""

    def luminance(self) -> Luminance:
        """Return (rows, columns) uint8; may be a view that is valid until the next frame."""

    def pixels(self) -> Pixels:
        """Return (rows, columns) grey or (rows, columns, 3) RGB, uint8."""


@dataclass(frozen=True, eq=False)
class Drawn:
    """A picture whose pixels are there already."""

    array: Pixels
    seconds: float = 0.0
    damaged: bool = False

    def luminance(self) -> Luminance:
        """Return (rows, columns) uint8, ITU-R BT.601 weights for RGB."""
        return grey_of(self.array)

    def pixels(self) -> Pixels:
        """Return the pixels as they are."""
        return self.array


@dataclass(frozen=True, eq=False)
class Scan:
    """An opened scan; valid inside the `with` of `open_scan` only.

    stored: the samples of its frames before anything is shown of them; DICOM, but for video, only.
    """

    facts: ScanFacts
    _pictures: Callable[[], Iterator[Picture]]
    _encoded: Callable[[], Iterator[bytes]] | None = None
    stored: "Stored | None" = None

    def frames(self) -> Iterator[Frame]:
        """Yield every frame in order, holding one at a time; may be called again to read from the start.

        Raises Undecodable (`truncated`, `damaged`, `frames_missing`, `size_mismatch`) or TooLarge, at the latest after
        the last frame: a caller must not keep what it made of a scan whose iteration did not end by itself.
        """
        for picture in self.pictures():
            pixels = picture.pixels()
            yield Frame(pixels, picture.seconds, picture.damaged)

    def pictures(self) -> Iterator[Picture]:
        """Yield every frame undecoded as far as its codec allows; same order, same errors as `frames`."""
        return self._pictures()

    @property
    def has_encoded_frames(self) -> bool:
        """Whether `encoded_frames` can be asked: DICOM with one code stream per frame."""
        return self._encoded is not None

    def encoded_frames(self) -> Iterator[bytes]:
        """Yield the untouched code stream of every frame (JPEG, JPEG-LS, JPEG 2000, RLE in DICOM)."""
        if self._encoded is None:
            raise TypeError("this scan has no code stream per frame")
        return self._encoded()


def grey_of(pixels: Pixels) -> Luminance:
    """Return the luminance (rows, columns) of grey or RGB pixels, ITU-R BT.601 weights."""
    if pixels.ndim == 2:
        return pixels
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY), np.uint8)
