"""Where are the projects, how much comes from each, and which of them call for attention?

Drawn without any service of maps: the outlines lie in the package. Nothing is drawn of a project without coordinates.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, radians, sqrt

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from web.charts.drawing import ACCENT, INK, LINE, SOFT
from web.charts.outlines import Window, outlines_in
from web.charts.plane import path

WIDE, HIGH = 420, 320
MARGIN = 0.18
LEAST_DEGREES = 7.0
"""How much of the world is shown at least, from south to north: a place is known by the borders around it."""

SMALLEST, LARGEST = 4.0, 13.0
LETTER, TALL = 6.3, 13.0
KM_PER_DEGREE = 111.2
STEP, FAR_STEP, FAR_DEGREES = 2.5, 4.0, 40.0
"""Points of an outline that lie nearer to each other are one, the more so the more of the world is drawn."""
SPECK = 5
"""What is smaller altogether is left out."""


@dataclass(frozen=True)
class Site:
    """A project on the map; `scans` are those of the period, `alerts` what calls for attention, `address` its page."""

    name: str
    latitude: float
    longitude: float
    scans: int
    alerts: int
    address: str


@dataclass(frozen=True)
class View:
    """The window as it lies on the drawing; equal distances at its middle are equal on it."""

    window: Window
    per_degree: float
    narrowing: float

    def place(self, longitude: float, latitude: float) -> tuple[float, float]:
        """Return where a point lies on the drawing, from its upper left corner."""
        across = (longitude - self.window.west) * self.per_degree * self.narrowing
        return round(across, 1), round((self.window.north - latitude) * self.per_degree, 1)


Box = tuple[float, float, float, float]


def project_map(sites: Sequence[Site]) -> SafeString:
    """Draw the projects on the outlines of their countries, each leading to its page, with a bar for distances."""
    view = view_of(sites)
    most = max((site.scans for site in sites), default=0)
    spots = [(site, *view.place(site.longitude, site.latitude), _radius(site.scans, most)) for site in sites]
    taken: list[Box] = [(x - r, y - r, x + r, y + r) for _site, x, y, r in spots]
    marks = []
    for site, x, y, r in sorted(spots, key=lambda spot: -spot[0].scans):
        label = f"{site.name} ▲{site.alerts}" if site.alerts else site.name
        at = _room(label, (x, y, r), taken)
        marks.append(_mark(site, (x, y, r), label, at))
    return format_html(
        '<svg class="map" viewBox="0 0 {} {}" role="group" aria-label="{}">'
        '<path d="{}" fill="none" stroke="{}" stroke-width="1"/>{}{}</svg>',
        WIDE,
        HIGH,
        _("Map of the projects; the table beside it holds the same"),
        _outline(view),
        LINE,
        _scale_bar(view),
        format_html_join("", "{}", ((mark,) for mark in marks)),
    )


def view_of(sites: Sequence[Site]) -> View:
    """Return the part of the world that holds all these projects with room around them."""
    across, up = [site.longitude for site in sites], [site.latitude for site in sites]
    middle_x, middle_y = (min(across) + max(across)) / 2, (min(up) + max(up)) / 2
    narrowing = max(0.2, cos(radians(middle_y)))
    high = max(LEAST_DEGREES, (max(up) - min(up)) * (1 + 2 * MARGIN))
    wide = max((max(across) - min(across)) * (1 + 2 * MARGIN) * narrowing, high * WIDE / HIGH)
    high = wide * HIGH / WIDE
    window = Window(
        middle_x - wide / narrowing / 2, middle_y - high / 2, middle_x + wide / narrowing / 2, middle_y + high / 2
    )
    return View(window, WIDE / wide, narrowing)


@lru_cache(maxsize=32)
def _outline(view: View) -> str:
    """Return coasts and borders as one path, without what is too small to be seen."""
    strokes = []
    step = FAR_STEP if view.window.north - view.window.south > FAR_DEGREES else STEP
    for line in outlines_in(view.window):
        kept: list[tuple[int, int]] = []
        for point in line:
            x, y = view.place(*point)
            if -WIDE < x < 2 * WIDE and -HIGH < y < 2 * HIGH:
                if not kept or point == line[-1] or abs(x - kept[-1][0]) + abs(y - kept[-1][1]) >= step:
                    kept.append((round(x), round(y)))
            else:
                strokes.append(kept)
                kept = []
        strokes.append(kept)
    return "".join(path(kept) for kept in strokes if _extent(kept) >= SPECK)


def _extent(points: list[tuple[int, int]]) -> int:
    across, up = [x for x, _y in points] or [0], [y for _x, y in points] or [0]
    return max(max(across) - min(across), max(up) - min(up))


def _scale_bar(view: View) -> SafeString:
    """Draw a round number of kilometres, at most a third of the width."""
    room = WIDE / 3 / view.per_degree * KM_PER_DEGREE
    kilometres = max(size * ten for ten in (1, 10, 100, 1000) for size in (1, 2, 5) if size * ten <= room)
    length = round(kilometres / KM_PER_DEGREE * view.per_degree, 1)
    return format_html(
        '<path d="M8 {}v4h{}v-4" fill="none" stroke="{}"/><text x="12" y="{}" font-size="11" fill="{}">{}</text>',
        HIGH - 12,
        str(length),
        SOFT,
        HIGH - 14,
        SOFT,
        _("%(number)d km") % {"number": kilometres},
    )


def _radius(scans: int, most: int) -> float:
    return round(SMALLEST + (LARGEST - SMALLEST) * sqrt(scans / most), 1) if scans else SMALLEST


def _room(label: str, spot: tuple[float, float, float], taken: list[Box]) -> tuple[float, float, str] | None:
    """Return where a name fits without covering anything, with its anchor; None where it fits nowhere."""
    x, y, r = spot
    length = LETTER * len(label)
    for left, anchor, middle in (
        (x + r + 3, "start", y),
        (x - r - 3 - length, "end", y),
        (x - length / 2, "middle", y - r - TALL / 2 - 1),
        (x - length / 2, "middle", y + r + TALL / 2 + 1),
    ):
        box = (left, middle - TALL / 2, left + length, middle + TALL / 2)
        inside = box[0] >= 0 and box[2] <= WIDE and box[1] >= 0 and box[3] <= HIGH
        if inside and not any(_meet(box, other) for other in taken):
            taken.append(box)
            start = {"start": left, "end": left + length, "middle": x}[anchor]
            return round(start, 1), round(middle + 4, 1), anchor
    return None


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _mark(site: Site, spot: tuple[float, float, float], label: str, at: tuple[float, float, str] | None) -> SafeString:
    """Draw a project: a full circle where scans came in, an empty one where none did; its name, if there is room."""
    x, y, r = spot
    said = ngettext("%(name)s: %(count)d scan", "%(name)s: %(count)d scans", site.scans)
    said %= {"name": site.name, "count": site.scans}
    if site.alerts:
        said += " · " + ngettext("%(count)d alert", "%(count)d alerts", site.alerts) % {"count": site.alerts}
    name = format_html_join(
        "",
        '<text x="{}" y="{}" text-anchor="{}" font-size="12" fill="{}">{}</text>',
        [(str(at[0]), str(at[1]), at[2], INK, label)] if at else [],
    )
    circle = format_html(
        '<circle cx="{}" cy="{}" r="{}" stroke="{}" stroke-width="1.5" {}/>',
        str(x),
        str(y),
        str(r),
        ACCENT,
        format_html('fill="{}" fill-opacity=".55"', ACCENT) if site.scans else SafeString('fill="none"'),
    )
    return format_html('<a href="{}" tabindex="-1"><title>{}</title>{}{}</a>', site.address, said, circle, name)
