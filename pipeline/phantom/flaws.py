"""What do the faults of a scene change in the echoes and in the picture?"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.clip import Luminance
from pipeline.finding import Side
from pipeline.phantom.probe import Field, Grid
from pipeline.phantom.scene import Fault, FaultKind, Scene
from pipeline.sector import Shape


@dataclass(frozen=True, eq=False)
class Flaws:
    """The scene's faults as the receiver meets them.

    aperture: amplitude share that passes, (samples, lines). ringing: share of the ringing at the face, (samples,
    lines). blur: deviation in pixels of a picture 480 high. still_from: number of the frame from which all are equal.
    """

    aperture: Field
    ringing: Field
    gain_db: float
    noise_db: float
    blur: float
    shake: float
    still_from: int | None
    restless: tuple[float, ...]

    def jitter(self, seconds: float) -> tuple[float, float]:
        """Return how far the hand has moved, as shares of the width and of the depth."""
        a, b, c, d = self.restless
        across = 0.004 * math.sin(2 * math.pi * (0.4 * seconds + a)) + 0.002 * math.sin(
            2 * math.pi * (1.1 * seconds + b)
        )
        wild = math.sin(2 * math.pi * (1.9 * seconds + c)) + 0.7 * math.sin(2 * math.pi * (3.3 * seconds + d))
        return across + 0.10 * self.shake * wild, 0.5 * across + 0.035 * self.shake * math.sin(
            9 * seconds + 6 * a
        ) * wild

    def soften(self, picture: Luminance) -> Luminance:
        """Blur a picture as the fault asks."""
        if not self.blur:
            return picture
        soft = cv2.GaussianBlur(picture, (0, 0), self.blur * picture.shape[0] / 480)
        return np.asarray(soft, np.uint8)


def flaws(scene: Scene, grid: Grid, rng: np.random.Generator) -> Flaws:
    """Translate the faults of a scene for its grid."""
    size = {fault.kind: fault.severity for fault in scene.faults}
    aperture, ringing = np.ones(grid.shape, np.float32), np.ones(grid.shape, np.float32)
    for fault in scene.faults:
        if fault.kind is FaultKind.LOST_CONTACT:
            lost = _lost(fault, grid)
            aperture *= 1 - np.float32(0.998) * lost
            ringing *= 1 + np.float32(1.5) * lost
        elif fault.kind is FaultKind.DEAD_ELEMENTS:
            aperture *= _dead(fault, grid, scene.shape)
        elif fault.kind is FaultKind.SHADOW:
            aperture *= _shadow(fault, grid)
    frozen = size.get(FaultKind.FROZEN)
    return Flaws(
        aperture,
        ringing,
        gain_db=_graded(size.get(FaultKind.HIGH_GAIN), 7, 22) - _graded(size.get(FaultKind.LOW_GAIN), 6, 20),
        noise_db=_graded(size.get(FaultKind.NOISE), 6, 20),
        blur=_graded(size.get(FaultKind.BLURRED), 0.8, 3.2),
        shake=_graded(size.get(FaultKind.SHAKEN), 0.25, 0.75),
        still_from=None if frozen is None else max(0, round(scene.frames * (1 - frozen)) - 1),
        restless=tuple(float(v) for v in rng.uniform(0, 1, 4)),
    )


def _graded(severity: float | None, least: float, more: float) -> float:
    return 0.0 if severity is None else least + more * severity


def _lost(fault: Fault, grid: Grid) -> Field:
    """Return 1 where the probe is lifted: from one side (or both) to a share of 0.12-0.5 of the lines."""
    wide = 0.12 + 0.38 * fault.severity
    from_left, from_right = (grid.across + 1) / 2, (1 - grid.across) / 2
    side = fault.side or Side.LEFT
    if side is Side.BOTH:
        edge = np.minimum(from_left, from_right) - wide / 2
    else:
        edge = (from_left if side is Side.LEFT else from_right) - wide
    lost: Field = np.clip(0.5 - edge / 0.05, 0, 1).astype(np.float32)
    return lost


def _dead(fault: Fault, grid: Grid, shape: Shape) -> Field:
    """Return the amplitude left when elements are deaf: the aperture widens with depth and hides them there."""
    if shape is Shape.PHASED:
        centre, half = 0.5 + 0.12 * grid.across, 0.04 + 0.46 * np.clip(grid.depth / 60, 0, 1)
    else:
        centre, half = (grid.across + 1) / 2, 0.015 + 0.10 * np.clip(grid.depth / grid.depth[-1, 0], 0, 1)
    left, right = fault.position - fault.width / 2, fault.position + fault.width / 2
    covered = np.clip(np.minimum(centre + half, right) - np.maximum(centre - half, left), 0, None) / (2 * half)
    left_over: Field = np.square(1 - 0.97 * fault.severity * covered).astype(np.float32)
    return left_over


def _shadow(fault: Fault, grid: Grid) -> Field:
    """Return the amplitude left below something that stops sound (gas, a rib, a scar)."""
    share = (grid.across + 1) / 2
    beside = np.abs(share - fault.position) - max(fault.width, 0.02) / 2
    start = grid.depth / grid.depth[-1, 0] - 0.12
    dark = np.clip(0.5 - beside / 0.04, 0, 1) * np.clip(0.5 + start / 0.03, 0, 1)
    left_over: Field = np.power(10.0, -dark * (8 + 26 * fault.severity) / 20).astype(np.float32)
    return left_over
