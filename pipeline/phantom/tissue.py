"""Of what is the body made: how strongly does each place scatter, reflect and absorb, and how does it move?"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.phantom.probe import Field, Grid

Waveform = Callable[[float], float]


@dataclass(frozen=True, eq=False)
class Mode:
    """One way of moving: displacement (in lines and samples, (samples, lines)) at the waveform's value 1.

    waveform: seconds → share of the displacement.
    """

    lines: Field
    samples: Field
    waveform: Waveform


@dataclass(frozen=True, eq=False)
class Body:
    """What the beams meet, (samples, lines) each: scattering and mirror amplitude, loss in dB per sample step.

    Loss counts from what the device's depth compensation expects of soft tissue: fluid is negative, bone is large.
    """

    scatter: Field
    mirror: Field
    loss: Field
    modes: tuple[Mode, ...]


class Brush:
    """Paints a body onto a grid; later strokes cover earlier ones. Levels in dB against liver, loss in dB/mm."""

    def __init__(self, grid: Grid, rng: np.random.Generator, level: float = 0.0, loss: float = 0.0) -> None:
        """Begin with even tissue of one level."""
        self.grid = grid
        self.rng = rng
        self.level: Field = np.full(grid.shape, level, np.float32)
        self.loss: Field = np.full(grid.shape, loss, np.float32)
        self.mirror: Field = np.zeros(grid.shape, np.float32)

    def clouds(self, across_mm: float, down_mm: float) -> Field:
        """Return an uneven field (mean 0, deviation about 1) whose patches have about this size."""
        samples, lines = self.grid.shape
        width = float(np.ptp(self.grid.x[samples // 2]))
        depth = float(self.grid.depth[-1, 0])
        size = (max(3, round(width / across_mm) + 2), max(3, round(depth / down_mm) + 2))
        coarse = self.rng.standard_normal((size[1], size[0])).astype(np.float32)
        smooth: Field = cv2.resize(coarse, (lines, samples), interpolation=cv2.INTER_CUBIC).astype(np.float32)
        return smooth / max(float(smooth.std()), 1e-3)

    def fill(self, share: Field, level: Field | float, loss: Field | float = 0.0) -> None:
        """Cover where `share` (0-1) says so, and hide the mirrors there."""
        self.level += share * (level - self.level)
        self.loss += share * (loss - self.loss)
        self.mirror *= 1 - share

    def reflect(self, strength: Field) -> None:
        """Lay a mirror over what is there (amplitude, the stronger one wins)."""
        np.maximum(self.mirror, strength, out=self.mirror)

    def oval(self, x: float, z: float, across: float, down: float, turn: float = 0.0) -> tuple[Field, Field]:
        """Return the distance (mm, negative inside) from an ellipse, and how squarely its wall faces the beam (0-1).

        turn: degrees by which the ellipse is turned.
        """
        cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        u, v = self.turned(x, z, turn)
        radius = np.sqrt((u / across) ** 2 + (v / down) ** 2) + 1e-6
        slope_u, slope_v = u / across**2 / radius, v / down**2 / radius
        steep = np.sqrt(slope_u**2 + slope_v**2) + 1e-6
        normal_x, normal_z = slope_u * cosine - slope_v * sine, slope_v * cosine + slope_u * sine
        facing = np.abs(normal_x * self.grid.sine + normal_z * self.grid.cosine) / steep
        return ((radius - 1) / steep).astype(np.float32), facing.astype(np.float32)

    def turned(self, x: float, z: float, turn: float) -> tuple[Field, Field]:
        """Return the coordinates (mm) about (x, z), along and across an axis turned by `turn` degrees."""
        cosine, sine = math.cos(math.radians(turn)), math.sin(math.radians(turn))
        right, below = self.grid.x - np.float32(x), self.grid.z - np.float32(z)
        return right * cosine + below * sine, below * cosine - right * sine

    def ridge(self, distance: Field, thick: float = 0.5) -> Field:
        """Return a bell-shaped line along distance 0, `thick` millimetres wide but never thinner than a sample."""
        half = max(0.45 * thick, 0.7 * self.grid.depth_step)
        line: Field = np.exp(-0.5 * np.square(distance / half)).astype(np.float32)
        return line

    def drag(self, x: Field | float, z: Field | float, waveform: Waveform) -> Mode:
        """Return the mode that moves each place by (x, z) millimetres."""
        g = self.grid
        lines = np.clip(x * g.line_per_x + z * g.line_per_z, -20, 20)
        return Mode(
            np.asarray(lines, np.float32), np.asarray(x * g.sample_per_x + z * g.sample_per_z, np.float32), waveform
        )

    def body(self, *modes: Mode) -> Body:
        """Finish: turn levels into amplitudes and losses into dB per sample."""
        scatter = np.power(np.float32(10), self.level / 20).astype(np.float32)
        return Body(scatter, self.mirror, (self.loss * self.grid.depth_step).astype(np.float32), modes)


def within(distance: Field, soft: float = 0.6) -> Field:
    """Return 1 inside, 0 outside, with an edge `soft` millimetres wide."""
    share: Field = np.clip(0.5 - distance / soft, 0, 1).astype(np.float32)
    return share


def amplitude(decibel: float) -> float:
    """Return the amplitude of a level."""
    return float(10 ** (decibel / 20))


def breathing(rng: np.random.Generator, per_minute: float) -> Waveform:
    """Return a smooth breath, -1 to 1, starting anywhere."""
    start, rate = float(rng.uniform(0, 1)), per_minute / 60
    return lambda seconds: math.sin(2 * math.pi * (rate * seconds + start))


def heartbeat(rng: np.random.Generator, per_minute: float) -> Waveform:
    """Return contraction, 0 (filled) to 1 (end of systole): a quick squeeze, a quick release, a slow filling."""
    start, rate = float(rng.uniform(0, 1)), per_minute / 60

    def squeeze(seconds: float) -> float:
        phase = (rate * seconds + start) % 1.0
        if phase < 0.35:
            return math.sin(math.pi / 2 * phase / 0.35) ** 2
        if phase < 0.6:
            return 0.5 + 0.35 * math.cos(math.pi * (phase - 0.35) / 0.25) + 0.15
        return 0.3 * math.cos(math.pi / 2 * (phase - 0.6) / 0.4) ** 2

    return squeeze
