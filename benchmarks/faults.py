"""What else goes wrong with a scan? A second family of faults, written apart from the first and for printing only.

Each takes frames (n, rows, columns) uint8, the sector of the clean clip, a severity from 0 to 1 and a generator, and
returns new frames. Gain, contact, noise, shadows and deaf elements act on the envelope before its logarithm is shown.
"""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Luminance
from pipeline.finding import Side
from pipeline.sector import Mask, Sector

Picture = NDArray[np.float32]
Fault = Callable[[Luminance, Sector, float, np.random.Generator], Luminance]

SHOWN_DB = 60.0


def gain_over(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Amplify by up to 32 dB, the receiver's own noise with the echoes, shown over 50 to 70 dB."""
    return _amplified(frames, sector, 32 * severity, float(rng.uniform(50, 70)), rng)


def gain_under(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Lose up to 40 dB, shown over 50 to 70 dB."""
    return _amplified(frames, sector, -40 * severity, float(rng.uniform(50, 70)), rng)


def saturate(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Amplify by up to 40 dB and show it over 45 dB, as near-field gain and a hard map do."""
    return _amplified(frames, sector, 40 * severity, 60 - 15 * severity, rng)


def lose_contact(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Lift one side of the probe: 40 dB less behind a soft edge, bands of reverberation below the face instead."""
    deep, across = _depth_and_across(frames, sector)
    side = across if contact_side(rng) is Side.LEFT else 1 - across
    lifted = np.clip((0.12 + 0.4 * severity - side) / 0.06 + 0.5, 0, 1)
    bands = 34 * np.exp(-deep / 0.05) * (0.5 + 0.5 * np.cos(2 * np.pi * deep / 0.025))
    return _shown(frames, sector, lambda db, _: np.maximum(db - 40 * lifted, bands * lifted))


def contact_side(rng: np.random.Generator) -> Side:
    """Return the side that `lose_contact` lifts with a generator in this state."""
    return Side.LEFT if rng.integers(2) else Side.RIGHT


def defocus(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Blur the envelope sideways more than along, and more the farther from a focus in the upper half."""
    deep, _ = _depth_and_across(frames, sector)
    away = np.clip(0.55 + np.abs(deep - rng.uniform(0.2, 0.5)), 0.55, 1)
    widest = 4.5 * severity * frames.shape[1] / 480

    def blurred(db: Picture, _: int) -> Picture:
        envelope = 10 ** (db / 20)
        steps = [cv2.GaussianBlur(envelope, (0, 0), max(0.05, widest * s), sigmaY=max(0.05, widest * s * 0.6))
                 for s in (0.55, 0.78, 1.0)]  # fmt: skip
        place = (away - 0.55) / 0.225
        mixed = sum(np.clip(1 - np.abs(place - n), 0, 1) * one for n, one in enumerate(steps))
        return np.asarray(20 * np.log10(np.maximum(mixed, 1)), np.float32)

    return _shown(frames, sector, blurred)


def electronic_noise(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Add complex noise that grows with depth, coloured as the receiver's filter makes it, new in each frame."""
    deep, _ = _depth_and_across(frames, sector)
    level = 10 ** ((6 + 24 * severity) / 20) * (0.35 + 0.65 * deep) * (severity > 0)
    return _shown(frames, sector, lambda db, _: _plus(db, level * _speckle(db.shape, rng)))


def zoom_out(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Show up to 2.6 times the depth: the picture shrinks towards the face; echoes fade into noise below."""
    return _zoomed(frames, sector, 1 + 1.6 * severity, rng)


def zoom_in(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Show down to 40 % of the depth."""
    return _zoomed(frames, sector, 1 - 0.6 * severity, rng)


def cast_shadows(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Put one to three obstacles into the upper third, each with a shadow of 32 dB and a penumbra."""
    deep, across = _depth_and_across(frames, sector)
    loss = np.zeros_like(deep)
    count = int(rng.integers(1, 4))
    for centre in (np.arange(count) + rng.uniform(0.3, 0.7, count)) / count:
        beside = np.abs(across - centre) - 0.6 * severity / count / 2
        begins = np.clip((deep - rng.uniform(0.12, 0.3)) / 0.03, 0, 1)
        loss = np.maximum(loss, 32 * begins * np.clip(0.5 - beside / (0.02 + 0.05 * deep), 0, 1))
    return _shown(frames, sector, lambda db, _: db - loss * (severity > 0))


def deafen_elements(frames: Luminance, sector: Sector, severity: float, rng: np.random.Generator) -> Luminance:
    """Silence up to 16 of 128 elements at one place; a beam sent and received by 12 to 48 loses what they gave."""
    deep, across = _depth_and_across(frames, sector)
    half = (6 + 18 * deep) / 128
    first, wide = rng.uniform(0.15, 0.7), 16 * severity / 128
    covered = np.clip(np.minimum(across + half, first + wide) - np.maximum(across - half, first), 0, None) / (2 * half)
    return _shown(frames, sector, lambda db, _: db + 40 * np.log10(np.maximum(1 - covered, 0.02)))


def _amplified(frames: Luminance, sector: Sector, gain: float, shown: float, rng: np.random.Generator) -> Luminance:
    def change(db: Picture, _: int) -> Picture:
        noisy = _plus(db, 1.3 * _speckle(db.shape, rng))
        return np.asarray(SHOWN_DB + (noisy + gain - SHOWN_DB) * SHOWN_DB / shown, np.float32)

    return _shown(frames, sector, change) if gain else frames


def _zoomed(frames: Luminance, sector: Sector, times: float, rng: np.random.Generator) -> Luminance:
    rows, columns = frames.shape[1:]
    inside = sector.mask(rows, columns)
    corners = np.array(sector.polygon)
    face = float(corners[:, 0].mean()), float(corners[:, 1].min())
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    from_x, from_y = face[0] + (x - face[0]) * times, face[1] + (y - face[1]) * times
    deep, across = _depth_and_across(frames, sector, (from_x, from_y))
    shown = (deep > 0) & (across > 0) & (across < 1) if times > 1 else inside
    low = corners[:, 1].max()
    mirrored = np.where(from_y > low, 2 * low - from_y, from_y)  # tissue goes on below, as tissue does

    def zoomed(frame: Luminance) -> Luminance:
        seen = cv2.remap(frame, from_x.astype(np.float32), mirrored.astype(np.float32), cv2.INTER_LINEAR)
        db = seen.astype(np.float32) / 255 * SHOWN_DB - 45 * np.clip(deep - 1, 0, None)
        level = _plus(db, 3 * _speckle(db.shape, rng)) * 255 / SHOWN_DB
        return np.where(inside, np.where(shown, np.clip(level, 0, 255), 0), frame).astype(np.uint8)

    return np.stack([zoomed(frame) for frame in frames]) if times != 1 else frames


def _shown(frames: Luminance, sector: Sector, change: Callable[[Picture, int], Picture]) -> Luminance:
    """Return frames with `change` made to the decibels (0-60) of the echoes inside the sector."""
    inside = sector.mask(*frames.shape[1:])
    changed = []
    for number, frame in enumerate(frames):
        db = change(frame.astype(np.float32) / 255 * SHOWN_DB, number)
        changed.append(np.where(inside, np.clip(np.rint(db * 255 / SHOWN_DB), 0, 255), frame).astype(np.uint8))
    return np.stack(changed)


def _plus(db: Picture, noise: Picture) -> Picture:
    """Return decibels after noise was added to the envelope; black, 0 dB, holds no echo."""
    envelope = 10 ** (db / 20) - 1
    return np.asarray(20 * np.log10(np.hypot(envelope, noise) + 1), np.float32)


def _speckle(shape: tuple[int, ...], rng: np.random.Generator) -> Picture:
    """Return the envelope (mean square 1) of complex noise that neighbours share, more sideways than along."""
    parts = [cv2.GaussianBlur(rng.standard_normal(shape, np.float32), (0, 0), 1.1, sigmaY=0.6) for _ in range(2)]
    envelope = np.hypot(*parts)
    return np.asarray(envelope / np.sqrt((envelope**2).mean()), np.float32)


def _depth_and_across(
    frames: Luminance, sector: Sector, at: tuple[Picture, Picture] | None = None
) -> tuple[Picture, Picture]:
    """Return for each pixel (or the places `at`) its share of the depth and of the width, from the left."""
    y, x = np.mgrid[: frames.shape[1], : frames.shape[2]].astype(np.float32)
    x, y = at or (x, y)
    if sector.apex is None or sector.radii is None or sector.angles is None:
        (left, top), (right, bottom) = np.min(sector.polygon, axis=0), np.max(sector.polygon, axis=0)
        deep, across = (y - top) / (bottom - top), (x - left) / (right - left)
    else:
        down, aside = y - sector.apex[1], x - sector.apex[0]
        deep = (np.hypot(aside, down) - sector.radii[0]) / (sector.radii[1] - sector.radii[0])
        across = (np.degrees(np.arctan2(aside, down)) - sector.angles[0]) / (sector.angles[1] - sector.angles[0])
    return np.asarray(deep, np.float32), np.asarray(across, np.float32)


def inside_of(frames: Luminance, sector: Sector) -> Mask:
    """Return the sector's pixels, (rows, columns)."""
    return sector.mask(*frames.shape[1:])
