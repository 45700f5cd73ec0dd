"""Which ends of a fitted outline hold the device's writing, boxes and bars instead of echoes?

Echoes populate the rings and rows of a sector evenly and flicker. Writing covers a share of each row, on the bare
background, and stands still; a box is even; a bar has no grain sideways.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from pipeline.fan import Fan
from pipeline.outline import Edge, Floats, Level
from pipeline.screen import READABLE, SATURATED, Screen
from pipeline.sector import Mask

MOVING = 0.4
SPARSE = 0.7
DENSE = 0.95
BARE = 0.02
MOSTLY = 0.5
EVIDENCE = 0.8
SMALL_PIECE = 0.15
LEAST_PIECE = 6
LONGEST_CUT = 0.35
BAND = 0.04
LEAST_BAND = 6
BOX_GRAIN = 4
BOX_SHARE = 0.4
BOX_LEVEL = 60
BOX_ROWS = 4
BOX_EDGE = 2
TALLEST_TEXT = 24
AFTER_CUT = 1.0

Places = NDArray[np.intp]


LIT, WRITTEN, STILL, SMOOTH, STROKE, DULL = 1, 2, 4, 8, 16, 32
KINDS = 64


@dataclass(frozen=True, eq=False)
class _Pixels:
    """What the pixels inside the outline show, one after the other: grey levels, and a sum of LIT to DULL."""

    light: NDArray[np.uint8]
    kind: NDArray[np.uint8]

    @property
    def move(self) -> bool:
        """Whether most readable echoes flicker, so that what does not is no echo."""
        counts = np.bincount(self.kind, minlength=KINDS)
        readable = counts[_having(WRITTEN)].sum()
        return bool(readable) and float(counts[_having(WRITTEN | STILL)].sum() / readable) < MOVING


def _having(bits: int) -> Mask:
    """Return which of the KINDS have all of `bits`."""
    having: Mask = np.arange(KINDS) & bits == bits
    return having


def _pixels(screen: Screen, places: Places) -> _Pixels:
    light = screen.light.ravel().take(places)
    lit = screen.lit.ravel().take(places)
    kind = lit * np.uint8(LIT)
    kind |= (lit & (light > READABLE)) * np.uint8(WRITTEN)
    for field, bit in ((screen.still, STILL), (screen.smooth, SMOOTH), (screen.strokes, STROKE)):
        kind |= field.ravel().take(places) * np.uint8(bit)
    kind |= (light < SATURATED) * np.uint8(DULL)
    return _Pixels(light, kind)


def cut_furniture(fan: Fan, inside: Mask, screen: Screen) -> Fan | None:
    """Return `fan` without ends that hold furniture, itself where none does, None where more than an end would go.

    Both ends of every fan and the sides of a rectangle are looked at: the sides of an opening fan are fitted to too
    many rows for writing to move them.
    """
    places = np.flatnonzero(inside)
    rows, columns = np.divmod(places.astype(np.int32), np.int32(inside.shape[1]))
    pixels = _pixels(screen, places)
    moving = screen.is_cine and pixels.move
    apex = fan.apex or (0.0, 0.0)
    radii = np.sqrt((columns - apex[0]) ** 2 + (rows - apex[1]) ** 2)
    ways = [
        ("near", radii if fan.near_is_arc else rows, 1.0, fan.near.value),
        ("far", radii if fan.far_is_arc else rows, -1.0, fan.far.value),
    ]
    if fan.apex is None:
        ways += [("left", columns, 1.0, fan.left.at), ("right", columns, -1.0, fan.right.at)]
    cuts: dict[str, float] = {}
    for name, place, inward, end in ways:
        away = np.floor(inward * (place - end) + 1e-6).clip(0).astype(np.intp)
        cut = _cut(away, pixels, moving=moving, is_end=name in ("near", "far"), straight=fan.apex is None)
        if cut is None:
            return None
        if cut:
            cuts[name] = end + inward * (cut + AFTER_CUT)
    return _moved(fan, cuts) if cuts else fan


def _cut(away: Places, pixels: _Pixels, *, moving: bool, is_end: bool, straight: bool) -> int | None:
    """Return how many pixels of one end are furniture: 0 where none are, None where it is more than an end."""
    length = int(away.max()) + 1
    counts = np.bincount(away * KINDS + pixels.kind, minlength=length * KINDS).reshape(length, KINDS)
    total = np.maximum(1, counts.sum(axis=1))

    def share(bits: int) -> Floats:
        counted: Floats = counts[:, _having(bits)].sum(axis=1) / total
        return counted

    lit, readable, still = share(LIT), share(WRITTEN), share(STILL)
    if is_end:
        # what fills whole rows may stand still all the same (ring-down under the probe); boxes have one level, and do
        # not follow an arc from side to side
        boxed = _boxes(away, pixels.light, length) & (straight | (lit < DENSE))
        even: Floats = np.where(boxed, np.minimum(readable, still), 0.0)
        stands = np.where(lit >= DENSE, 0.0, still)
        strokes = share(STROKE | STILL)
    else:
        even = share(SMOOTH)
        # a whole side that stands still is a bar, or saturated
        stands = np.where(lit >= DENSE, share(STILL | DULL), still)
        strokes = share(STROKE)
    furniture = np.maximum(stands, even) if moving else even
    echoes = np.where(furniture > MOSTLY * np.maximum(lit, 1e-9), 0.0, lit)
    first = _first_populated(echoes, usual=float(np.median(lit[length // 4 : max(length // 4 + 1, 3 * length // 4)])))
    cut = 0
    if first >= 2:
        evidence = np.cumsum(np.maximum(strokes, even if is_end else furniture)[:first])
        sure = (evidence >= EVIDENCE * np.cumsum(readable[:first])) & (evidence >= MOSTLY * np.cumsum(lit[:first]))
        sure[: min(first - 1, LEAST_PIECE)] = False
        cut = int(np.flatnonzero(sure)[-1]) + 1 if sure.any() else 0
    if is_end:
        apart = _apart(lit, first)
        stopped = still if moving else readable
        cut = apart if stopped[:apart].sum() >= MOSTLY * readable[:apart].sum() and apart > cut else cut
    if not readable[:cut].any():
        return 0
    return cut if cut <= LONGEST_CUT * length else None


def _apart(lit: Floats, first: int) -> int:
    """Return where a small piece ends that bare rows part from the rest, and that never goes from side to side."""
    reach = int(SMALL_PIECE * len(lit))
    small = lit[:reach]
    bare = (small[1:] < BARE) & (small[:-1] < BARE)
    if not bare.any():
        return 0
    last = int(np.flatnonzero(bare)[-1]) + 2
    if last <= first <= reach:
        return first
    crossed = (small[1:last] >= DENSE) & (small[: last - 1] >= DENSE)
    return 0 if crossed.any() else last


def _first_populated(echoes: Floats, usual: float) -> int:
    """Return the first ring or row that echoes fill as they `usual`ly do, with those behind it or from side to side."""
    length = len(echoes)
    band = max(LEAST_BAND, round(BAND * length))
    following = np.concatenate([echoes, np.full(band - 1, echoes[-1])])
    behind = np.convolve(following, np.full(band, 1.0 / band), "valid")
    crossed = (echoes >= DENSE) & np.append(echoes[1:] >= DENSE, False)
    full = crossed | ((echoes >= SPARSE * usual) & (behind >= SPARSE * usual))
    return int(full.argmax()) if full.any() else length


def _boxes(away: Places, light: NDArray[np.uint8], length: int) -> Mask:
    """Return which rows or rings (length) are a box's: much of what is readable has one level, the same in the next.

    Rows with letters between two such rows of one level are the box's too.
    """
    readable = light > READABLE
    counts = np.bincount(away[readable] * 256 + light[readable], minlength=length * 256).reshape(length, 256)
    width = 2 * BOX_GRAIN + 1
    close = cv2.blur(counts.astype(np.float32), (width, 1), borderType=cv2.BORDER_CONSTANT) * width
    level = close.argmax(axis=1)
    even = (
        (close.max(axis=1) >= BOX_SHARE * np.maximum(1, counts.sum(axis=1))) & (level > BOX_LEVEL) & (level < SATURATED)
    )
    boxed = np.zeros(length, np.uint8)
    for row in np.flatnonzero(even[: length - BOX_ROWS]):
        if even[row : row + BOX_ROWS].all() and np.ptp(level[row : row + BOX_ROWS]) <= BOX_GRAIN:
            alike = even[row : row + TALLEST_TEXT] & (np.abs(level[row : row + TALLEST_TEXT] - level[row]) <= BOX_GRAIN)
            boxed[row : row + int(np.flatnonzero(alike)[-1]) + 1] = 1
    grown: Mask = cv2.dilate(boxed[:, None], np.ones((2 * BOX_EDGE + 1, 1), np.uint8))[:, 0].astype(bool)
    return grown


def _moved(fan: Fan, cuts: dict[str, float]) -> Fan:
    """Return `fan` with the named ends at new places."""

    def level(name: str, old: Level) -> Level:
        return Level(cuts[name], old.support, old.seen) if name in cuts else old

    def edge(name: str, old: Edge) -> Edge:
        return Edge(cuts[name], 0.0) if name in cuts else old

    return replace(
        fan, near=level("near", fan.near), far=level("far", fan.far),
        left=edge("left", fan.left), right=edge("right", fan.right),
    )  # fmt: skip
