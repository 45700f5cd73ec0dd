"""Which elements of a probe went weak or dead, does it lose sensitivity, is a gain slider out of line?

From profiles of ordinary clips (`pipeline.probe_profile`): what is new about a probe is the median over its last clips
minus that over the clips with which it began, so that anatomy averages out and the probe's own pattern cancels.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from pipeline.probe_profile import BANDS, FACE, ProbeProfile
from pipeline.stillness import longest_run

Floats = NDArray[np.float64]

FEWEST = 10
"""Clips without which nothing is said, of the baseline and of the last ones."""

BASELINE = 60
RECENT = 20
SURE = 4.2
"""Standard errors from which on a dip is no chance: .8 % of 400 sound probes showed one (benchmarks/probes.py)."""

LEAST_DIP = 1.0
DEAD_DIP = 2.5
"""Grey levels: two dead elements of 128 behind an aperture of 32 make a dip of about 3, one of about 2 at most."""

LEAST_BAND = 8.0
SURE_BAND = 3.5
SCALE = 1.4826
TUNING = 1.345
STEPS = 5
SMALLEST_SPREAD = 0.5

REFERENCE = 0.5
ALARM = 8.0
FURTHEST = 3.0


class Hearing(StrEnum):
    """How much a stretch of the face still hears."""

    WEAK = "weak"
    DEAD = "dead"


@dataclass(frozen=True)
class Recorded:
    """One clip of one device."""

    device: str
    moment: datetime
    profile: ProbeProfile


@dataclass(frozen=True)
class ElementFault:
    """A dip that is new. place: its deepest point, width: how far it reaches, as shares of the face from the left.

    dip: grey levels below the baseline at its deepest. sureness: the same in standard errors.
    """

    hearing: Hearing
    place: float
    width: float
    dip: float
    sureness: float


@dataclass(frozen=True)
class BandFault:
    """A layer of the depth that is `change` grey levels brighter (darker: negative) than it began. shares of depth."""

    top: float
    bottom: float
    change: float


@dataclass(frozen=True)
class Drift:
    """Sensitivity that falls. cusum: its sum now; since: the clip with which it began; change: grey levels."""

    cusum: float
    since: datetime
    change: float


@dataclass(frozen=True)
class Health:
    """What the clips of one probe say. began: the first clip counted, after the last logged probe change.

    face: per place grey levels against the baseline, None where unseen; empty without enough clips.
    """

    device: str
    began: datetime | None
    baseline_clips: int
    recent_clips: int
    face: tuple[float | None, ...] = ()
    elements: tuple[ElementFault, ...] = ()
    bands: tuple[BandFault, ...] = ()
    drift: Drift | None = None

    @property
    def known(self) -> bool:
        """Whether there were enough clips to say anything."""
        return self.baseline_clips >= FEWEST and self.recent_clips >= FEWEST


def healths(clips: Sequence[Recorded], changes: Mapping[str, Sequence[datetime]]) -> dict[str, Health]:
    """Return the health of every device; `changes` are the moments at which its probe was replaced or repaired."""
    devices = sorted({clip.device for clip in clips})
    return {name: health(name, [c for c in clips if c.device == name], changes.get(name, ())) for name in devices}


def health(device: str, clips: Sequence[Recorded], changes: Sequence[datetime] = ()) -> Health:
    """Return what the clips of `device` since its last probe change say: the first 60 against the last 20.

    With fewer than 80 clips the last 20 stay apart and the baseline is what came before; ValueError for a clip of
    another device.
    """
    if any(clip.device != device for clip in clips):
        raise ValueError("a baseline is of one device")
    last_change = max(changes, default=None)
    counted = sorted((c for c in clips if last_change is None or c.moment >= last_change), key=lambda c: c.moment)
    recent = counted[len(counted) - min(RECENT, len(counted) // 2) :]
    first = counted[: min(BASELINE, len(counted) - len(recent))]
    began = counted[0].moment if counted else None
    if len(first) < FEWEST or len(recent) < FEWEST:
        return Health(device, began, len(first), len(recent))
    before, after = [c.profile for c in first], [c.profile for c in recent]
    difference, error = _compared(_faces(before), _faces(after))
    return Health(
        device,
        began,
        len(first),
        len(recent),
        face=_rounded(difference),
        elements=_dips(difference, error),
        bands=_bands(before, after),
        drift=sensitivity_drift([c.profile.level for c in first], counted[len(first) :]),
    )


def face_changes(
    baseline: Sequence[ProbeProfile], later: Mapping[date, Sequence[ProbeProfile]]
) -> dict[date, tuple[float | None, ...]]:
    """Return per group of `later` clips how far, in grey levels, its face lies above the baseline at 128 places.

    None where fewer than five clips of the group or of the baseline saw the place; nothing at all without ten clips of
    a baseline, and no group that saw nothing.
    """
    if len(baseline) < FEWEST:
        return {}
    begun, _ = _middle(_faces(baseline))
    changes = {key: _middle(_faces(clips))[0] - begun for key, clips in later.items() if clips}
    return {key: _rounded(change) for key, change in changes.items() if np.isfinite(change).any()}


def sensitivity_drift(baseline: Sequence[float], clips: Sequence[Recorded]) -> Drift | None:
    """Return the drift that stands at the last of `clips`, None where there is none.

    A one-sided CUSUM (Page 1954, doi:10.1093/biomet/41.1-2.100) on the level of the near field, in robust standard
    deviations of the baseline, cut at 3 so that single clips with other gain do not raise it.
    """
    middle = float(np.median(baseline))
    spread = max(SCALE * float(np.median(np.abs(np.array(baseline) - middle))), 1.0)
    total, since = 0.0, None
    lost: list[float] = []
    for clip in clips:
        below = np.clip((middle - clip.profile.level) / spread, -FURTHEST, FURTHEST)
        total = max(0.0, total + float(below) - REFERENCE)
        if total == 0.0:
            since, lost = None, []
            continue
        since = since or clip.moment
        lost.append(clip.profile.level - middle)
    return Drift(round(total, 2), since, round(float(np.median(lost)), 1)) if since and total > ALARM else None


def _rounded(difference: Floats) -> tuple[float | None, ...]:
    return tuple(round(float(v), 2) if np.isfinite(v) else None for v in difference)


def _faces(profiles: Sequence[ProbeProfile]) -> Floats:
    return np.array([[np.nan if v is None else v for v in one.face] for one in profiles], np.float64)


def _compared(before: Floats, after: Floats) -> tuple[Floats, Floats]:
    """Return the change of the middle and its standard error, per column of (clips, places); NaN where too few saw."""
    start, start_error = _middle(before)
    end, end_error = _middle(after)
    return end - start, np.sqrt(start_error**2 + end_error**2)


def _middle(rows: Floats) -> tuple[Floats, Floats]:
    """Return the robust middle of each column and its standard error (Huber 1964, doi:10.1214/aoms/1177703732).

    It begins at the weighted median and gives clips that lie far off less weight. A clip counts by how even it is:
    with the inverse square of the median of its own deviations.
    """
    seen = np.isfinite(rows)
    filled = np.where(seen, rows, 0.0)
    plain = _weighted_median(filled, seen.astype(np.float64))
    away = np.array([_median_of(row[sees]) for row, sees in zip(np.abs(filled - plain), seen, strict=True)])
    scale = np.maximum(SCALE * away, SMALLEST_SPREAD * max(float(np.median(away)), 0.1))[:, None]
    weights = seen / scale**2
    middle = _weighted_median(filled, weights)
    for _ in range(STEPS):
        trust = weights * np.minimum(1.0, TUNING * scale / np.maximum(np.abs(filled - middle), 1e-9))
        middle = (trust * filled).sum(axis=0) / np.maximum(trust.sum(axis=0), 1e-9)
    rest = np.where(seen, (filled - middle) / scale, 0.0)
    pull = np.square(np.clip(rest, -TUNING, TUNING) / scale).sum(axis=0)
    held = np.where(np.abs(rest) < TUNING, weights, 0.0).sum(axis=0)
    error = np.sqrt(pull) / np.maximum(held, 1e-9)
    enough = (seen.sum(axis=0) >= FEWEST // 2) & (held > 0)
    floor = float(np.median(error[enough])) if enough.any() else 0.0
    return np.where(enough, middle, np.nan), np.maximum(error, max(floor, 1e-6))


def _weighted_median(values: Floats, weights: Floats) -> Floats:
    """Return the weighted median of each column."""
    order = np.argsort(values, axis=0, kind="stable")
    ascending = np.take_along_axis(values, order, axis=0)
    reached = np.cumsum(np.take_along_axis(weights, order, axis=0), axis=0)
    middle = (reached >= reached[-1] / 2).argmax(axis=0)
    chosen: Floats = np.take_along_axis(ascending, middle[None], axis=0)[0]
    return chosen


def _median_of(values: Floats) -> float:
    return float(np.median(values)) if len(values) else 1.0


def _dips(difference: Floats, error: Floats) -> tuple[ElementFault, ...]:
    """Return every stretch of the face that lies surely below its baseline, deepest first."""
    left = np.isfinite(difference)
    change = np.where(left, difference, 0.0)
    sureness = -change / error
    found: list[ElementFault] = []
    while True:
        open_places = left & (change < 0) & (sureness >= SURE / 2)
        peak = int(np.where(open_places & (change <= -LEAST_DIP), sureness, 0.0).argmax())
        if not open_places[peak] or sureness[peak] < SURE or change[peak] > -LEAST_DIP:
            return tuple(sorted(found, key=lambda fault: fault.dip, reverse=True))
        before, after = _stretch(open_places, peak)
        deepest = before + int(change[before:after].argmin())
        dip = -float(change[deepest])
        found.append(
            ElementFault(
                Hearing.DEAD if dip >= DEAD_DIP else Hearing.WEAK,
                round((deepest + 0.5) / FACE, 4),
                round((after - before) / FACE, 4),
                round(dip, 2),
                round(float(sureness[peak]), 1),
            )
        )
        left[before:after] = False


def _stretch(flags: NDArray[np.bool_], at: int) -> tuple[int, int]:
    """Return first and last + 1 of the run of True around `at`."""
    dark = np.flatnonzero(~flags)
    before, after = dark[dark < at], dark[dark > at]
    return int(before[-1]) + 1 if len(before) else 0, int(after[0]) if len(after) else len(flags)


def _bands(before: Sequence[ProbeProfile], after: Sequence[ProbeProfile]) -> tuple[BandFault, ...]:
    """Return the layers of which the level, against the trend of the clip over its depth, surely changed.

    Means and their plain errors (Welch 1947, doi:10.1093/biomet/34.1-2.28): the exams of one probe differ in layers
    as groups do, and a robust middle would jump from one group to the other.
    """
    first, last = _without_trend(before), _without_trend(after)
    difference = last.mean(axis=0) - first.mean(axis=0)
    error = np.sqrt(first.var(axis=0, ddof=1) / len(first) + last.var(axis=0, ddof=1) / len(last))
    sure = (np.abs(difference) >= LEAST_BAND) & (np.abs(difference) >= SURE_BAND * error)
    faults = []
    for sign in (-1.0, 1.0):
        start, length = longest_run(sure & (difference * sign > 0))
        if length:
            change = float(np.median(difference[start : start + length]))
            faults.append(BandFault(start / BANDS, (start + length) / BANDS, round(change, 1)))
    return tuple(faults)


def _without_trend(profiles: Sequence[ProbeProfile]) -> Floats:
    """Return (clips, layers) less a curve of third order over the depth, which gain and attenuation make."""
    levels = np.array([one.bands for one in profiles], np.float64)
    depth = np.linspace(-1, 1, BANDS)
    curve = np.polynomial.legendre.legfit(depth, levels.T, 3)
    return levels - np.polynomial.legendre.legval(depth, curve)
