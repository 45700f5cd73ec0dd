"""Where in the sector does a finding lie, drawn small enough to stand beside its advice?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from pipeline.finding import Side
from pipeline.place import place_of
from pipeline.sector import Point, Provenance, Sector, Shape
from storage.catalogue.models import Finding, Scan

WIDTH = 96
MOST_CORNERS = 24
"""Of an outline as it is drawn: corners that hardly leave a straight line are left out."""

THIRD = 1 / 3
ACROSS = (gettext_lazy("on the left"), gettext_lazy("in the middle"), gettext_lazy("on the right"))
DEPTH = (gettext_lazy("near the probe"), gettext_lazy("at middle depth"), gettext_lazy("far from the probe"))


@dataclass(frozen=True)
class AdvicePicture:
    """The outline of a sector and of the place in it, as SVG points in a box of `WIDTH` × `height`; where: in words."""

    outline: str
    place: str
    height: int
    where: str
    width: int = WIDTH


def picture_of_place(scan: Scan, finding: Finding) -> AdvicePicture | None:
    """Return where `finding` lies in its sector; None where it has no place or the sector is not known."""
    sector = _sector_of(scan, finding.evidence)
    if sector is None:
        return None
    side = Side(finding.side) if finding.side in set(Side) else None
    place = place_of(sector, finding.evidence, side)
    if place is None:
        return None
    left, top = (min(corner[way] for corner in sector.polygon) for way in (0, 1))
    right, bottom = (max(corner[way] for corner in sector.polygon) for way in (0, 1))
    scale = (WIDTH - 4) / max(right - left, 1.0)
    points = [_points(corners, left, top, scale) for corners in (sector.polygon, place)]
    height = min(2 * WIDTH, round((bottom - top) * scale) + 4)
    return AdvicePicture(points[0], points[1], height, where_in_words(finding.evidence, side))


def where_in_words(evidence: Mapping[str, float], side: Side | None) -> str:
    """Say a place: "on the left, near the probe"; what reaches over more than two thirds is not named."""
    if side is Side.BOTH and "across_from" not in evidence:
        across: str | Promise = _("on both sides")
    else:
        span = {Side.LEFT: (0.0, THIRD), Side.RIGHT: (1 - THIRD, 1.0)}.get(side) if side else None
        across = _third(_span(evidence, "across") or span, ACROSS)
    words = [str(word) for word in (across, _third(_span(evidence, "depth"), DEPTH)) if word]
    return ", ".join(words) or _("the whole sector")


def _span(evidence: Mapping[str, float], way: str) -> tuple[float, float] | None:
    ends = evidence.get(f"{way}_from"), evidence.get(f"{way}_to")
    return (ends[0], ends[1]) if ends[0] is not None and ends[1] is not None else None


def _third(span: tuple[float, float] | None, words: tuple[str | Promise, ...]) -> str | Promise:
    if span is None or abs(span[1] - span[0]) > 2 * THIRD:
        return ""
    return words[min(2, max(0, int(3 * (span[0] + span[1]) / 2)))]


def _sector_of(scan: Scan, evidence: Mapping[str, float]) -> Sector | None:
    """Return the sector that the finding is about: the scan's own, or one of the others in the same picture."""
    kept: Any = scan.sector or {}
    number = int(evidence.get("sector", 0))
    if number > 0:
        others = kept.get("others") or []
        if number > len(others):
            return None
        kept = others[number - 1]
    try:
        return _sector(kept)
    except (KeyError, TypeError, ValueError):
        return None  # rows of older versions need not hold every field


def _sector(kept: Mapping[str, Any]) -> Sector | None:
    apex, radii, angles = (kept.get(name) for name in ("apex", "radii", "angles"))
    sector = Sector(
        Shape(kept["shape"]),
        Provenance(kept["provenance"]),
        float(kept["confidence"]),
        tuple((float(x), float(y)) for x, y in kept["polygon"]),
        (float(apex[0]), float(apex[1])) if apex else None,
        (float(radii[0]), float(radii[1])) if radii else None,
        (float(angles[0]), float(angles[1])) if angles else None,
    )
    return sector if sector.known else None


def _points(corners: Iterable[Point], left: float, top: float, scale: float) -> str:
    drawn = tuple(((x - left) * scale + 2, (y - top) * scale + 2) for x, y in corners)
    return " ".join(f"{round(x, 1):g},{round(y, 1):g}" for x, y in _thinned(drawn))


@lru_cache(maxsize=256)
def _thinned(corners: tuple[Point, ...]) -> tuple[Point, ...]:
    """Return the outline without the corners that show least, the smallest triangle first (Visvalingam 1993)."""
    left = list(corners)
    while len(left) > MOST_CORNERS:
        areas = [
            abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1]))
            for a, b, c in zip([left[-1], *left[:-1]], left, [*left[1:], left[0]], strict=True)
        ]
        del left[areas.index(min(areas))]
    return tuple(left)
