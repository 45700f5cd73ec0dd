"""How does a trainee's share of successes develop, exam by exam, how sure are we of it, and what is asked?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.formats import number_format
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from supervision.competence.curves import Curve, Point
from web.charts.drawing import ACCENT, INK, POOR, SOFT, WEAK, WIDTH
from web.charts.plane import Plane, Spot, outlines, round_numbers
from web.templatetags.sonorelay import percent

HIGH, LOW, TOP = 180, 130, 24
MARKED = 40
"""Of how many exams, the last ones, the outcome is marked and leads to the exam."""


@dataclass(frozen=True)
class Visit:
    """A training visit: its number on the curves, what it was, and when it ended."""

    number: int
    words: str
    at: datetime


def learning_curve(
    curve: Curve, visits: Sequence[Visit], words: str, address: Callable[[int], str] | None = None
) -> SafeString:
    """Draw the present share with its interval; with `address` the last outcomes are marked and lead to their exams."""
    plane = _plane(curve, (0.0, 1.0), HIGH)
    spots = [(point.number, point.level) for point in curve.points]
    last = curve.points[-1]
    said = _("%(words)s: %(level)s now, 90%% interval %(low)s to %(high)s, after %(exams)s; target %(target)s") % {
        "words": words,
        "level": percent(last.level),
        "low": percent(last.low),
        "high": percent(last.high),
        "exams": ngettext("%(count)d exam", "%(count)d exams", len(curve.points)) % {"count": len(curve.points)},
        "target": percent(curve.target),
    }
    low = [(point.number, point.low) for point in curve.points]
    high = [(point.number, point.high) for point in curve.points]
    parts = [
        plane.grid([(share, percent(share)) for share in (0, 0.5, 1)], _numbers(curve)),
        plane.band(low, high, ACCENT),
        plane.level(curve.target, _("target %(share)s") % {"share": percent(curve.target)}, WEAK),
        *_visits(plane, curve, visits),
        plane.line(spots, ACCENT),
    ]
    if address:
        parts += _outcomes(plane, curve.points[-MARKED:], address)
    return plane.drawn(said, parts)


def evidence_line(curve: Curve, visits: Sequence[Visit]) -> SafeString:
    """Draw the LC-CUSUM: it rises with successes, and at its limit competence is shown."""
    spots = [(point.number, point.learned) for point in curve.points]
    level = _("competence shown at %(limit)s") % {"limit": number_format(curve.limit)}
    return _sum_line(curve, visits, spots, (curve.limit, level, SOFT), _("Evidence of competence (LC-CUSUM)"))


def watch_line(curve: Curve, visits: Sequence[Visit]) -> SafeString | None:
    """Draw the CUSUM after sign-off: it rises with failures, and at its limit there is an alarm; None before."""
    spots = [(point.number, point.watch) for point in curve.points if point.watch is not None]
    if not spots:
        return None
    level = _("alarm at %(limit)s") % {"limit": number_format(curve.alarm)}
    return _sum_line(curve, visits, spots, (curve.alarm, level, POOR), _("Watch after sign-off (CUSUM)"))


def _sum_line(
    curve: Curve, visits: Sequence[Visit], spots: Sequence[Spot], limit: tuple[float, str, str], words: str
) -> SafeString:
    value, name, color = limit
    most = max(value * 1.25, *(spot[1] for spot in spots))
    plane = _plane(curve, (0.0, most), LOW)
    said = _("%(words)s: %(value)s now, %(limit)s") % {
        "words": words,
        "value": number_format(spots[-1][1], 1),
        "limit": name,
    }
    parts = [
        plane.grid([(0, "0"), (value, str(number_format(value)))], _numbers(curve)),
        *_visits(plane, curve, visits),
        plane.level(value, name, color, at="start"),  # a sum begins at 0, far from its limit
        plane.steps(spots, ACCENT),
    ]
    return plane.drawn(said, parts)


def _plane(curve: Curve, up: tuple[float, float], high: float) -> Plane:
    return Plane(WIDTH, high, (1, curve.points[-1].number), up, top=TOP)


def _numbers(curve: Curve) -> list[tuple[float, str]]:
    return [(number, str(number)) for number in round_numbers(1, curve.points[-1].number)]


def _visits(plane: Plane, curve: Curve, visits: Sequence[Visit]) -> list[SafeString]:
    """Mark each visit between the last exam before it and the first one after it."""
    marks = []
    for visit in visits:
        before = sum(point.at < visit.at for point in curve.points)
        if 0 < before < len(curve.points):
            middle = (curve.points[before - 1].number + curve.points[before].number) / 2
            marks.append(plane.upright(middle, f"▼{visit.number}", visit.words, INK))
    return marks


def _outcomes(plane: Plane, points: Sequence[Point], address: Callable[[int], str]) -> list[SafeString]:
    """Mark exams: a ring above where one succeeded, a cross below where it did not."""
    rings = [
        _outcome(point, format_html('<circle cx="{}" cy="{}" r="2.5"/>', *_at(plane, point, 1, -6)), address)
        for point in points
        if point.outcome
    ]
    crosses = [
        _outcome(point, format_html('<path d="M{} {}l5 5m0-5l-5 5"/>', *_at(plane, point, 0, -2.5, -2.5)), address)
        for point in points
        if not point.outcome
    ]
    return [outlines(rings, ACCENT, width=1.5), outlines(crosses, POOR, width=1.5)]


def _outcome(point: Point, form: SafeString, address: Callable[[int], str]) -> SafeString:
    said = _("success") if point.outcome else _("no success")
    words = f"{point.number} · {said}"
    return format_html('<a href="{}" tabindex="-1"><title>{}</title>{}</a>', address(point.exam), words, form)


def _at(plane: Plane, point: Point, level: float, down: float, across: float = 0.0) -> tuple[str, str]:
    return f"{plane.x(point.number) + across:g}", f"{plane.y(level) + down:g}"
