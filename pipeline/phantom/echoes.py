"""What does the probe hear of a body at one moment: speckle, mirrors, shadows, noise, as grey levels?

Speckle is a complex Gaussian field of scatterers that moves with the tissue and is smoothed by the beam (Wagner RF et
al., IEEE Trans Sonics Ultrason 1983, doi:10.1109/T-SU.1983.31404); its logarithm is shown over 60 dB.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.clip import Luminance
from pipeline.phantom.flaws import Flaws
from pipeline.phantom.probe import Field, Grid
from pipeline.phantom.tissue import Body

DYNAMIC_RANGE_DB = 60.0
LIVER_GREY = 0.46
PERSISTENCE = 0.45


@dataclass(frozen=True, eq=False)
class Scatterers:
    """Two independent complex fields, (samples, lines, 2); turning from one to the other is leaving the plane."""

    here: Field
    beside: Field


@dataclass(frozen=True, eq=False)
class Receiver:
    """What belongs to the device and not to the body: focus, uneven depth compensation, ringing at its face, noise."""

    in_focus: Field
    sensitivity: Field
    ringing: Field
    noise_level: Field
    noise: Field


def scatterers(shape: tuple[int, int], rng: np.random.Generator) -> Scatterers:
    """Draw the scatterers of a body."""
    return Scatterers(_speckle(shape, rng), _speckle(shape, rng))


def receiver(grid: Grid, flaws: Flaws, rng: np.random.Generator) -> Receiver:
    """Set the device up: focus at 55 % of the depth, ringing over the first millimetres, a noise floor."""
    samples, lines = grid.shape
    share = grid.depth / grid.depth[-1, 0]
    focus = np.exp(-0.5 * np.square((share - 0.5) / 0.28)).astype(np.float32)
    period = float(rng.uniform(1.7, 2.4))
    rings = np.exp(-grid.depth / 2.2) * (0.65 + 0.35 * np.cos(2 * np.pi * grid.depth / period))
    floor = -33.0 + 11.0 * share + flaws.noise_db
    noise = cv2.GaussianBlur(rng.standard_normal((samples, lines + 64, 2), np.float32), (0, 0), 0.7)
    return Receiver(
        focus[..., None],
        flaws.aperture * _sensitivity(grid, rng),
        (4.5 * rings).astype(np.float32),
        np.power(10.0, floor / 20).astype(np.float32)[..., None],
        noise / noise.std(),
    )


def listen(
    body: Body, field: Scatterers, device: Receiver, flaws: Flaws, seconds: float, rng: np.random.Generator
) -> Luminance:
    """Return the echoes of one moment as grey levels, (samples, lines) uint8."""
    turn = 0.35 * math.sin(2 * math.pi * 0.31 * seconds) + 0.12 * math.sin(2 * math.pi * 1.3 * seconds)
    medium = cv2.addWeighted(field.here, math.cos(turn), field.beside, math.sin(turn), 0)
    lines, samples = _where_from(body, flaws, seconds)
    medium = cv2.remap(medium, lines, samples, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    tissue = cv2.remap(
        cv2.merge((body.scatter, body.mirror, body.loss)),
        lines,
        samples,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    passed = np.exp(np.cumsum(tissue[..., 2], axis=0) * np.float32(-math.log(10) / 20)) * device.sensitivity
    echo = medium * ((tissue[..., 0] + np.float32(0.8) * tissue[..., 1]) * passed)[..., None]
    echo[..., 0] += np.float32(0.45) * tissue[..., 1] * passed
    echo = _focus(echo, device)
    echo[..., 0] += device.ringing * flaws.ringing
    start = int(rng.integers(0, 64))
    sign = np.float32(rng.choice([-1, 1]))
    echo += (
        device.noise_level
        * np.roll(device.noise, int(rng.integers(0, len(medium))), axis=0)[:, start : start + medium.shape[1]]
        * sign
    )
    return _grey(echo, flaws.gain_db)


def _sensitivity(grid: Grid, rng: np.random.Generator) -> Field:
    """Beams at the edge hear less; nobody sets the depth compensation perfectly."""
    knobs = rng.normal(0, 1.3, 8).astype(np.float32)[:, None]
    curve = cv2.resize(knobs, (1, grid.shape[0]), interpolation=cv2.INTER_LINEAR)
    edge = 12 * (1 - grid.cosine) + 1.0 * np.square(grid.across)
    tilt = float(rng.normal(0, 0.6)) * grid.across
    out: Field = np.power(10.0, (curve - edge + tilt) / 20).astype(np.float32)
    return out


def _speckle(shape: tuple[int, int], rng: np.random.Generator) -> Field:
    white = rng.standard_normal((*shape, 2), np.float32)
    smooth: Field = np.asarray(cv2.GaussianBlur(white, (0, 0), 0.6), np.float32)
    return smooth / np.float32(smooth.std() * math.sqrt(2))


def _where_from(body: Body, flaws: Flaws, seconds: float) -> tuple[Field, Field]:
    """Return which line and sample of the body at rest is now seen at each line and sample."""
    samples, lines = body.scatter.shape
    across, down = flaws.jitter(seconds)
    from_line = np.broadcast_to(
        np.arange(lines, dtype=np.float32) - np.float32(across * lines), body.scatter.shape
    ).copy()
    from_sample = np.repeat(np.arange(samples, dtype=np.float32)[:, None] - np.float32(down * samples), lines, axis=1)
    for mode in body.modes:
        size = mode.waveform(seconds)
        cv2.scaleAdd(mode.lines, -size, from_line, from_line)
        cv2.scaleAdd(mode.samples, -size, from_sample, from_sample)
    return from_line, from_sample


def _focus(echo: Field, device: Receiver) -> Field:
    """Smooth by the beam: short along it, wide across it, wider out of focus; the mean power stays."""
    sharp = cv2.GaussianBlur(echo, (5, 5), sigmaX=1.0, sigmaY=0.8)
    wide = cv2.GaussianBlur(sharp, (9, 1), sigmaX=1.7, sigmaY=0.1)
    out: Field = device.in_focus * sharp * np.float32(1.55) + (1 - device.in_focus) * wide * np.float32(2.1)
    return out


def _grey(echo: Field, gain_db: float) -> Luminance:
    power = np.square(echo[..., 0]) + np.square(echo[..., 1]) + np.float32(1e-9)
    level = 10 / math.log(10) * np.log(power) + np.float32(gain_db)
    grey: Luminance = np.clip(255 * (level / DYNAMIC_RANGE_DB + LIVER_GREY), 0, 255).astype(np.uint8)
    return np.asarray(cv2.GaussianBlur(grey, (3, 3), 0.55), np.uint8)
