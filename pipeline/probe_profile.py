"""How evenly does the face of the probe hear, as far as one ordinary clip can show?

One clip shows anatomy first of all. Profiles of many clips of one probe show the probe: `supervision.device_health`.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipeline.clip import Clip
from pipeline.levels import doppler_fills
from pipeline.polar import Floats, samples, scan_lines
from pipeline.sector import Mask, Sector, Shape

FACE = 128
BANDS = 16
NEAR = (0.01, 0.06)
ROWS = 24
FINE = 4.0
COARSE = 10.0
"""Deviations, in places along the face, of the two Gaussian curves between which elements show."""

NO_CONTACT = 12.0
LEAST_CONTACT = 0.5


@dataclass(frozen=True)
class ProbeProfile:
    """What one clip shows of its probe, in grey levels.

    face: at 128 places from the left edge of the face to the right, how far the near field lies above (below: negative)
    its surroundings; None where the probe did not touch or the picture was cut. level: mean of the near field.
    bands: mean level of 16 layers from the face downwards.
    """

    face: tuple[float | None, ...]
    level: float
    bands: tuple[float, ...]


def probe_profile(clip: Clip, sector: Sector) -> ProbeProfile | None:
    """Return what `clip` shows of its probe; None without sector, in colour Doppler, for a phased probe (each of whose
    lines comes from all elements) or with less than half of the face in contact.

    The near field, 1 to 6 % of the depth where beams are narrow and skin is even, is averaged over the keyframes
    and freed from what is wider than a few elements (clinical pictures of one probe pooled: PMC5849819).
    """
    if not sector.known or sector.shape is Shape.PHASED or doppler_fills(clip, sector):
        return None
    near, inside = samples(clip.keyframes, clip, sector, ROWS, FACE, *NEAR)
    found = face_profile(near.mean(axis=0), inside)
    if found is None:
        return None
    face, level = found
    lines, seen = scan_lines(clip.proxy[list(clip.keyframe_numbers)], clip, sector)
    weight = seen.reshape(BANDS, -1).sum(axis=1)
    sums = (lines.mean(axis=0) * seen).reshape(BANDS, -1).sum(axis=1)
    bands = np.where(weight > 0, sums / np.maximum(weight, 1), 0.0)
    return ProbeProfile(face, level, tuple(round(float(b), 2) for b in bands))


def face_profile(near: Floats, inside: Mask) -> tuple[tuple[float | None, ...], float] | None:
    """Return `face` and `level` of a ProbeProfile from the near field (depths, 128 places) and where it was seen."""
    weight = inside.sum(axis=0)
    means = (near * inside).sum(axis=0) / np.maximum(weight, 1)
    touching = _touching((weight > 0) & (means >= NO_CONTACT))
    if touching.mean() < LEAST_CONTACT:
        return None
    detrended = _smooth(means, touching, FINE) - _smooth(means, touching, COARSE)
    face = tuple(round(float(v), 3) if t else None for v, t in zip(detrended, touching, strict=True))
    return face, round(float(means[touching].mean()), 2)


def _touching(bright: Mask) -> Mask:
    """Return all places but the dark runs at both ends: dark places between bright ones may be dead elements."""
    where = np.flatnonzero(bright)
    touching = np.zeros_like(bright)
    if len(where):
        touching[where[0] : where[-1] + 1] = True
    return touching


def _smooth(means: Floats, touching: Mask, deviation: float) -> Floats:
    weight = gaussian_filter1d(touching.astype(np.float64), deviation, mode="constant")
    smooth: Floats = gaussian_filter1d(np.where(touching, means, 0.0), deviation, mode="constant")
    return smooth / np.maximum(weight, 1e-3)
