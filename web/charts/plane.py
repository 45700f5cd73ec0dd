"""How do numbers become lines, bands and marks on a drawing of our own, light enough to stand in a page?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from web.charts.drawing import LINE, SOFT

MOST_POINTS = 120
"""Of a line; more are not seen on it."""

Spot = tuple[float, float]


@dataclass(frozen=True)
class Plane:
    """A drawing with numbers from left to right and from below to above, and room for their names around it."""

    wide: float
    high: float
    across: tuple[float, float]
    up: tuple[float, float]
    left: float = 38.0
    right: float = 10.0
    top: float = 8.0
    bottom: float = 20.0

    def x(self, value: float) -> float:
        """Return where a number lies, from the left edge; a plane that is one number wide has it in its middle."""
        low, high = self.across
        share = (value - low) / (high - low) if high > low else 0.5
        return round(self.left + share * (self.wide - self.left - self.right), 1)

    def y(self, value: float) -> float:
        """Return where a number lies, from the upper edge."""
        low, high = self.up
        share = (value - low) / (high - low)
        return round(self.high - self.bottom - share * (self.high - self.top - self.bottom), 1)

    def drawn(self, words: str, parts: Iterable[SafeString], *, css: str = "plane") -> SafeString:
        """Return the drawing; `words` say what it shows to whoever cannot see it."""
        return format_html(
            '<svg class="{}" viewBox="0 0 {} {}" role="group" aria-label="{}">{}</svg>',
            css,
            f"{self.wide:g}",
            f"{self.high:g}",
            words,
            format_html_join("", "{}", ((part,) for part in parts)),
        )

    def line(self, spots: Sequence[Spot], color: str, *, width: float = 2.0) -> SafeString:
        """Draw a line through these numbers; a dot where there is one only."""
        if len(spots) == 1:
            return self.dot(spots[0], color)
        drawn = path([(self.x(x), self.y(y)) for x, y in thinned(spots)])
        return format_html('<path d="{}" fill="none" stroke="{}" stroke-width="{}"/>', drawn, color, f"{width:g}")

    def steps(self, spots: Sequence[Spot], color: str) -> SafeString:
        """Draw a line that stays at a number until the next one; a dot where there is one only."""
        if len(spots) == 1:
            return self.dot(spots[0], color)
        shown = thinned(spots)
        corners = shown[:1] + [corner for a, b in pairwise(shown) for corner in ((b[0], a[1]), b)]
        drawn = path([(self.x(x), self.y(y)) for x, y in corners])
        return format_html('<path d="{}" fill="none" stroke="{}" stroke-width="2"/>', drawn, color)

    def dot(self, spot: Spot, color: str) -> SafeString:
        """Draw a dot."""
        return format_html(
            '<circle cx="{}" cy="{}" r="3" fill="{}"/>', str(self.x(spot[0])), str(self.y(spot[1])), color
        )

    def band(self, lower: Sequence[Spot], upper: Sequence[Spot], color: str) -> SafeString:
        """Draw what lies between two lines; an upright line where they are one point long."""
        if len(lower) == 1:
            return format_html(
                '<path d="M{} {}V{}" stroke="{}" stroke-opacity=".5"/>',
                *map(str, (self.x(lower[0][0]), self.y(lower[0][1]), self.y(upper[0][1]))),
                color,
            )
        around = [*thinned(upper), *reversed(thinned(lower))]
        drawn = path([(self.x(x), self.y(y)) for x, y in around])
        return format_html('<path d="{}z" fill="{}" fill-opacity=".18"/>', drawn, color)

    def level(self, value: float, label: str, color: str, *, at: Literal["start", "end"] = "end") -> SafeString:
        """Draw a broken line at a number, with its name at one end: above it, or beneath where it lies high."""
        y = self.y(value)
        beside = 13 if y < self.top + 16 else -5
        return format_html(
            '<path d="M{} {}H{}" stroke="{}" stroke-width="1.5" stroke-dasharray="5 4" fill="none"/>'
            '<text x="{}" y="{}" text-anchor="{}" font-size="11" fill="{}">{}</text>',
            *map(str, (self.left, y, self.wide - self.right)),
            color,
            *map(str, (self.wide - self.right if at == "end" else self.left + 4, round(y + beside, 1))),
            at,
            color,
            label,
        )

    def upright(self, value: float, label: str, words: str, color: str) -> SafeString:
        """Draw a dotted line from above to below at a number, with a short name at its top and `words` on it."""
        x = self.x(value)
        return format_html(
            '<g><title>{}</title><path d="M{} {}V{}" stroke="{}" stroke-dasharray="2 3" fill="none"/>'
            '<text x="{}" y="{}" text-anchor="middle" font-size="11" fill="{}">{}</text></g>',
            words,
            *map(str, (x, 12, self.high - self.bottom)),
            color,
            *map(str, (x, 10)),
            color,
            label,
        )

    def grid(self, rows: Sequence[tuple[float, str]], columns: Sequence[tuple[float, str]]) -> SafeString:
        """Draw a thin line at each of `rows` with its name, and the names of `columns` beneath."""
        ends = f"H{self.wide - self.right:g}"
        path = "".join(f"M{self.left:g} {self.y(value)}{ends}" for value, _name in rows)
        names = [(self.left - 4, self.y(value) + 4, "end", name) for value, name in rows]
        names += [(self.x(value), self.high - 5, "middle", name) for value, name in columns]
        return format_html(
            '<path d="{}" stroke="{}" fill="none"/><g font-size="11" fill="{}">{}</g>',
            path,
            LINE,
            SOFT,
            format_html_join(
                "",
                '<text x="{}" y="{}" text-anchor="{}">{}</text>',
                ((f"{x:g}", f"{y:g}", anchor, name) for x, y, anchor, name in names),
            ),
        )


def outlines(marks: Iterable[SafeString], color: str, *, width: float = 1.0) -> SafeString:
    """Draw many marks as lines of one colour; a mark of its own fill says so itself."""
    return format_html(
        '<g fill="none" stroke="{}" stroke-width="{}">{}</g>',
        color,
        f"{width:g}",
        format_html_join("", "{}", ((mark,) for mark in marks)),
    )


def thinned(spots: Sequence[Spot]) -> list[Spot]:
    """Return at most so many of the points as are seen, first and last among them."""
    if len(spots) <= MOST_POINTS:
        return list(spots)
    step = (len(spots) - 1) / (MOST_POINTS - 1)
    return [spots[round(number * step)] for number in range(MOST_POINTS)]


def round_numbers(first: int, last: int, most: int = 6) -> list[int]:
    """Return round whole numbers within the bounds for the names of an axis, the first one always."""
    step = next(size for size in _steps() if (last - first) / size < most)
    return [first, *range((first // step + 1) * step, last + 1, step)]


def _steps() -> Iterable[int]:
    ten = 1
    while True:
        yield from (ten, 2 * ten, 5 * ten)
        ten *= 10


def path(places: Sequence[Spot]) -> str:
    """Return a line through these places, each told from the one before, which takes fewer letters."""
    (x, y), *_rest = places
    steps = (f"{round(b[0] - a[0], 1):g} {round(b[1] - a[1], 1):g}" for a, b in pairwise(places))
    return f"M{x:g} {y:g}l" + " ".join(steps).replace(" -", "-")
