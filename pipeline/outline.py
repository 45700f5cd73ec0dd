"""Which straight edges and arcs bound a patch of foreground, and how well are they supported?

Everything here works on one boolean patch, the largest connected piece of what is brighter than the background.
Points are (x, y) in pixels. A dark part of the sector moves the patch's boundary inwards and never outwards, so
every fit prefers the outermost position that many boundary points agree on.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.sector import Mask

Floats = NDArray[np.float64]

TRIALS = 250
MOST_ROWS = 200
OUTSIDE_COSTS = 2.0


@dataclass(frozen=True)
class Edge:
    """The line x = at + slope·y."""

    at: float
    slope: float

    def x(self, y: float) -> float:
        """Return the column at row `y`."""
        return self.at + self.slope * y

    @property
    def degrees(self) -> float:
        """Angle from straight down, positive towards the right."""
        return float(np.degrees(np.arctan(self.slope)))


@dataclass(frozen=True)
class Support:
    """Evidence for an edge: the share (0-1) of its rows where the patch ends on it, and how far apart those lie."""

    share: float
    spread: float


@dataclass(frozen=True)
class Level:
    """A bounding radius or row, and the share (0-1) of the directions in which the patch ends there.

    `seen` is the share of the directions in which the end lies inside the picture and could be observed.
    """

    value: float
    support: float
    seen: float


def side_points(patch: Mask, *, right: bool) -> tuple[Floats, Floats]:
    """Return rows and columns of the patch's outermost pixels on one side, without those on the picture's border."""
    rows = np.flatnonzero(patch.any(axis=1))
    picked = patch[rows]
    width = patch.shape[1]
    columns = width - 1 - picked[:, ::-1].argmax(axis=1) if right else picked.argmax(axis=1)
    free = (columns < width - 2) if right else (columns > 1)
    return rows[free].astype(float), columns[free].astype(float)


def fit_edge(rows: Floats, columns: Floats, *, right: bool, tolerance: float) -> Edge | None:
    """Return the outer line through one side's points: random pairs, points beyond the line cost twice.

    Fischler and Bolles 1981, doi:10.1145/358669.358692, with a one-sided score. None with fewer than 8 points.
    """
    if len(rows) < 8:
        return None
    outward = 1.0 if right else -1.0
    step = 1 + len(rows) // MOST_ROWS
    rows, columns = rows[::step], columns[::step]
    random = np.random.default_rng(7)
    first = random.integers(0, len(rows), TRIALS)
    second = random.integers(0, len(rows), TRIALS)
    apart = np.abs(rows[first] - rows[second]) >= max(4.0, 0.1 * np.ptp(rows))
    first, second = first[apart], second[apart]
    if not len(first):
        return None
    slopes = (columns[second] - columns[first]) / (rows[second] - rows[first])
    starts = columns[first] - slopes * rows[first]
    beyond = outward * (columns - (starts[:, None] + slopes[:, None] * rows))
    # points on the line, less those beyond it; few enough for sums of bytes, which are fast
    reached = np.add.reduce((beyond <= tolerance).view(np.uint8), axis=1, dtype=np.uint16)
    short = np.add.reduce((beyond < -tolerance).view(np.uint8), axis=1, dtype=np.uint16)
    scores = (1 + OUTSIDE_COSTS) * reached - short
    best = int(scores.argmax())
    near = np.abs(beyond[best]) <= tolerance
    slope, at = np.polyfit(rows[near], columns[near], 1) if np.ptp(rows[near]) > 4 else (slopes[best], starts[best])
    return Edge(float(at), float(slope))


def fit_upright(columns: Floats, *, right: bool, tolerance: float) -> Edge | None:
    """Return the vertical line through one side's points, or None without points."""
    level = fit_level(columns, np.ones(columns.shape, bool), outermost=right, tolerance=tolerance)
    return None if level is None else Edge(level.value, 0.0)


def edge_support(edge: Edge, points: tuple[Floats, Floats], between: tuple[float, float], tolerance: float) -> Support:
    """Return how many of the rows `between` that show the patch's end on this side show it on the edge."""
    rows, columns = points
    wanted = (rows >= between[0]) & (rows <= between[1])
    if not wanted.any():
        return Support(0.0, 0.0)
    on_edge = wanted & (np.abs(columns - (edge.at + edge.slope * rows)) <= tolerance)
    length = max(1.0, between[1] - between[0])
    spread = float(np.ptp(rows[on_edge])) / length if on_edge.any() else 0.0
    return Support(float(on_edge.sum() / wanted.sum()), min(1.0, spread))


def fit_level(ends: Floats, observed: Mask, *, outermost: bool, tolerance: float) -> Level | None:
    """Return the radius or row at which most directions end; ends beyond it cost twice.

    ends: one per direction, NaN where the patch has nothing. observed: False where the picture's border cuts it.
    """
    usable = np.isfinite(ends)
    total = int(usable.sum())
    values = ends[usable & observed]
    if not total:
        return None
    if len(values) < 4:
        cut = ends[usable]
        return Level(float(cut.max() if outermost else cut.min()), 0.0, len(values) / total)
    ascending = np.sort(values)
    below = np.searchsorted(ascending, values - tolerance, "left")
    above = len(values) - np.searchsorted(ascending, values + tolerance, "right")
    scores = len(values) - below - above - OUTSIDE_COSTS * (above if outermost else below)
    chosen = values[int(scores.argmax())]
    near = np.abs(values - chosen) <= tolerance
    return Level(float(np.median(values[near])), float(near.mean()), len(values) / total)
