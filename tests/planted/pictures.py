"""Which simulated pictures are the planted files made of? Few, small and drawn once, so that many files are fast."""

from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.kept import Polygon
from pipeline.phantom import Scene, Subject, geometry, render
from pipeline.sector import Mask, Shape

Pixels = NDArray[np.uint8]

SUBJECTS = ((Shape.CURVILINEAR, Subject.ABDOMEN), (Shape.PHASED, Subject.HEART), (Shape.LINEAR, Subject.VESSEL))


@dataclass(frozen=True, eq=False)
class Picture:
    """Grey frames (frames, rows, columns), the true outline of the sector and its mask."""

    frames: Pixels
    outline: Polygon
    sector: Mask

    def shown(self, *, colour: bool) -> Pixels:
        """Return the frames, (frames, rows, columns) or with three samples, a Doppler box of colours among them."""
        if not colour:
            return self.frames
        rgb = np.repeat(self.frames[..., None], 3, axis=-1)
        rows, columns = self.frames.shape[1:]
        top, left = int(rows * 0.5), int(columns * 0.45)
        box = rgb[:, top : top + 14, left : left + 18]
        box[..., 2] = cv2.LUT(box[..., 2], np.arange(256, dtype=np.uint8)[::-1].copy())
        return rgb


@cache
def picture(shape: int, frames: int, rows: int = 128, columns: int = 160, seed: int = 7) -> Picture:
    """Return the simulated scan of one of the three probes."""
    kind, subject = SUBJECTS[shape]
    scene = Scene(seed, kind, rows, columns, frames=frames, subject=subject)
    sector = geometry(scene)
    drawn = np.stack(list(render(scene)))
    drawn.setflags(write=False)
    return Picture(drawn, sector.polygon, sector.mask(rows, columns))
