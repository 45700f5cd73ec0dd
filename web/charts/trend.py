"""How did a number change over the last periods? Small enough to stand beside it; every period leads to its scans."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from web.charts.drawing import ACCENT, LINE
from web.charts.plane import Plane, outlines

WIDE, HIGH = 168, 40
HALF = 7


@dataclass(frozen=True)
class Past:
    """A number in one period: None where nothing was counted; `words` say it with its period, `address` its scans.

    low, high: its interval; None where it has none.
    """

    value: float | None
    words: str
    address: str
    low: float | None = None
    high: float | None = None


def counts(past: Sequence[Past], words: str) -> SafeString:
    """Draw counts as columns, the last one full."""
    most = max((one.value or 0 for one in past), default=0) or 1
    plane = _plane(past, most)
    marks = []
    for number, one in enumerate(past):
        top = plane.y(one.value or 0)
        shape = f"M{plane.x(number) - HALF:g} {plane.y(0):g}v{top - plane.y(0):g}h{2 * HALF}V{plane.y(0):g}z"
        marks.append(_mark(one, shape, last=number == len(past) - 1))
    return plane.drawn(_said(past, words), [_ground(plane), outlines(marks, ACCENT)], css="trend")


def shares(past: Sequence[Past], words: str) -> SafeString:
    """Draw shares (0-1) as dots on their intervals, the last one full."""
    plane = _plane(past, 1.0)
    marks = []
    for number, one in enumerate(past):
        if one.value is None:
            continue
        x, y = plane.x(number), plane.y(one.value)
        shape = f"M{x - 3:g} {y:g}a3 3 0 1 0 6 0a3 3 0 1 0-6 0"
        if one.low is not None and one.high is not None:
            shape = f"M{x:g} {plane.y(one.high):g}V{max(plane.y(one.high), y - 3):g}m0 6V{plane.y(one.low):g}" + shape
        marks.append(_mark(one, shape, last=number == len(past) - 1))
    return plane.drawn(_said(past, words), [_ground(plane), outlines(marks, ACCENT)], css="trend")


def _plane(past: Sequence[Past], most: float) -> Plane:
    return Plane(WIDE, HIGH, (0, len(past) - 1), (0.0, most), left=HALF + 1, right=HALF + 1, top=4, bottom=2)


def _ground(plane: Plane) -> SafeString:
    return format_html('<path d="M0 {}H{}" stroke="{}"/>', str(plane.y(0)), WIDE, LINE)


def _mark(one: Past, shape: str, *, last: bool) -> SafeString:
    full = format_html(' fill="{}"', ACCENT) if last else ""
    return format_html(
        '<a href="{}" tabindex="-1"><title>{}</title><path d="{}"{}/></a>', one.address, one.words, shape, full
    )


def _said(past: Sequence[Past], words: str) -> str:
    return _("%(words)s, the last periods: %(each)s") % {"words": words, "each": "; ".join(one.words for one in past)}
