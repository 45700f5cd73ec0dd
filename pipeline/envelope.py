"""Where does the picture change over time, again and again, as echoes do and a running clock does not?"""

from dataclasses import dataclass

import cv2
import numpy as np

from pipeline.clip import Clip, Luminance
from pipeline.kept import Polygon
from pipeline.sector import Mask

FEWEST_PAIRS = 4
MOST_PAIRS = 48
NOISE = 1
"""Grey levels of the averaged proxy by which codecs and averaging move what stands still."""

ALIVE = 0.01
OFTEN = 0.08
"""Share of the pairs in which a pixel changes. The seconds of a clock and the sweep of an ECG come by less often."""

GAP = 5
STROKE = 3
SUBSTANCE = 0.02
SLACK = 2
"""Pixels of the proxy by which an outline may miss the envelope: one holds several of the picture."""


@dataclass(frozen=True, eq=False)
class Envelope:
    """Where a cine changes: `moving` is (proxy_rows, proxy_columns); polygons are hulls in pixels of the picture."""

    moving: Mask
    polygons: tuple[Polygon, ...]

    def coverage(self, area: Mask) -> float:
        """Return the share (0-1) of `area` (proxy size) within the hull of what moves in it."""
        return float(_hull(self.moving & area)[area].mean()) if area.any() else 0.0

    def density(self, area: Mask) -> float:
        """Return the share (0-1) of `area` (proxy size) that moves."""
        return float(self.moving[area].mean()) if area.any() else 0.0

    def outside(self, area: Mask) -> float:
        """Return how much moves outside `area` (proxy size), as a share of it; thin traces do not count."""
        if not area.any():
            return 1.0
        away = self.moving & ~_grown(area, SLACK)
        solid = cv2.morphologyEx(away.astype(np.uint8), cv2.MORPH_OPEN, np.ones((STROKE, STROKE), np.uint8))
        return float(solid.sum() / area.sum())

    def reach(self) -> Mask:
        """Return the hulls of all that moves, grown by what an outline may miss it, (proxy_rows, proxy_columns)."""
        count, labels = cv2.connectedComponents(self.moving.astype(np.uint8))
        reached = np.zeros(self.moving.shape, bool)
        for label in range(1, count):
            reached |= _hull(labels == label)
        return _grown(reached, SLACK)


def envelope(clip: Clip) -> Envelope | None:
    """Return where `clip` changes in many of its frames, None where nothing of substance does or there are too few.

    Only pairs of frames between which something moves are asked: frames that were doubled or frozen say nothing.
    """
    if clip.frames <= FEWEST_PAIRS:
        return None
    often = _often(clip.proxy)
    if often is None:
        return None
    closed = cv2.morphologyEx(often.astype(np.uint8), cv2.MORPH_CLOSE, _disc(GAP), borderType=cv2.BORDER_REPLICATE)
    solid = cv2.morphologyEx(closed, cv2.MORPH_OPEN, _disc(STROKE))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid, ltype=cv2.CV_16U)
    large = [i for i in range(1, count) if stats[i, cv2.CC_STAT_AREA] >= SUBSTANCE * solid.size]
    if not large:
        return None
    polygons = tuple(_polygon(labels == i, clip) for i in large)
    return Envelope(np.isin(labels, large), polygons)


def _often(proxy: Luminance) -> Mask | None:
    """Return which pixels change in many of the pairs of successive frames in which anything does."""
    first = np.unique(np.linspace(0, len(proxy) - 2, min(len(proxy) - 1, MOST_PAIRS)).astype(int))
    frames = proxy.reshape(len(proxy), -1)
    changed = (cv2.absdiff(frames[first], frames[first + 1]) > NOISE).astype(np.uint8)
    shares = cv2.reduce(changed, 1, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[:, 0]
    alive = shares > ALIVE
    if alive.sum() < FEWEST_PAIRS:
        return None
    often: Mask = cv2.reduce(changed[alive], 0, cv2.REDUCE_AVG, dtype=cv2.CV_32F)[0] >= OFTEN
    return often.reshape(proxy.shape[1:])


def _polygon(piece: Mask, clip: Clip) -> Polygon:
    """Return the hull of a piece of the proxy, in pixels of the picture."""
    rows, columns = piece.shape
    corners = cv2.convexHull(cv2.findNonZero(piece.astype(np.uint8)))[:, 0].astype(float)
    across, down = (corners + 0.5).T
    x = (across * clip.columns / columns - 0.5).clip(0, clip.columns - 1)
    y = (down * clip.rows / rows - 0.5).clip(0, clip.rows - 1)
    return tuple((float(a), float(b)) for a, b in zip(x, y, strict=True))


def _hull(piece: Mask) -> Mask:
    canvas = np.zeros(piece.shape, np.uint8)
    points = cv2.findNonZero(piece.astype(np.uint8))
    if points is not None:
        cv2.fillConvexPoly(canvas, cv2.convexHull(points), 1)
    return canvas.astype(bool)


def _grown(mask: Mask, pixels: int) -> Mask:
    grown: Mask = cv2.dilate(mask.astype(np.uint8), _disc(2 * pixels + 1)).astype(bool)
    return grown


def _disc(side: int) -> Luminance:
    return np.asarray(cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (side, side)), np.uint8)
