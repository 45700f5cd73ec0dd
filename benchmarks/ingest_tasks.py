"""What is every candidate given: the clip, where its ultrasound is, and frames that are black outside already?"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks.ingest_inputs import Clip, Pixels, pictures
from pipeline.find_sector import find_sector
from pipeline.kept import Polygon, mask_of
from pipeline.preview import PREVIEW_LONGEST_SIDE, shrink
from pipeline.reading import read_clip
from tests.real_files import pydicom_example

VIDEOS = ("mp4", "h264")
"""Forms of which one encoded file can be both what is released and what a browser plays."""


@dataclass(frozen=True)
class Task:
    """One clip, written into a folder beside what the candidates need."""

    clip: Clip
    folder: Path

    @cached_property
    def source(self) -> Path:
        """The file, written when it is first asked for."""
        return self.clip.write(self.folder)

    @cached_property
    def polygon(self) -> Polygon:
        """Where the ultrasound is, as a person would draw it: found on the example, enlarged with it."""
        example = read_clip(pydicom_example("examples_ybr_color.dcm"))
        across, down = self.clip.columns / example.columns, self.clip.rows / example.rows
        return tuple((x * across, y * down) for x, y in find_sector(example).polygon)

    @property
    def mask(self) -> NDArray[np.bool_]:
        """Where the ultrasound is, (rows, columns)."""
        return mask_of((self.polygon,), self.clip.rows, self.clip.columns)

    def as_json(self, to: Path) -> str:
        """Return what a candidate reads, which may write into the folder `to`."""
        told = {
            "source": self.source, "form": self.clip.form, "polygon": self.polygon, "folder": to,
            "mask": self._mask, "overlay": self._overlay, "masked": self._masked, "video": self._video,
        }  # fmt: skip
        return json.dumps(told, default=str)

    @cached_property
    def _mask(self) -> Path:
        path = self.folder / "mask.npy"
        np.save(path, self.mask)
        return path

    @cached_property
    def _overlay(self) -> Path:
        """A black picture with a hole where the ultrasound is."""
        path, opaque = self.folder / "overlay.png", np.where(self.mask, 0, 255).astype(np.uint8)
        cv2.imwrite(str(path), np.dstack([np.zeros_like(opaque)] * 3 + [opaque]))
        return path

    @cached_property
    def _masked(self) -> Path:
        """RGB frames, black outside."""
        return self._saved("masked.npy", lambda picture: picture)

    @cached_property
    def _video(self) -> Path:
        """The same as yuv420p, of the size in which they are encoded."""
        longest = 1 << 16 if self.clip.form in VIDEOS else PREVIEW_LONGEST_SIDE
        return self._saved("video.npy", lambda picture: cv2.cvtColor(shrink(picture, longest), cv2.COLOR_RGB2YUV_I420))

    def _saved(self, name: str, change: Callable[[Pixels], Pixels]) -> Path:
        path = self.folder / name
        frames = self._black_outside()
        first = change(next(frames))
        array = np.lib.format.open_memmap(path, "w+", np.uint8, (self.clip.frames, *first.shape))
        array[0] = first
        for number, picture in enumerate(frames, 1):
            array[number] = change(picture)
        array.flush()
        return path

    def _black_outside(self) -> Iterator[Pixels]:
        outside = ~self.mask
        for picture in pictures(self.clip):
            picture[outside] = 0
            yield picture
