"""When did which part of the probe's face begin to hear less?"""

from collections.abc import Iterator, Sequence
from datetime import date
from itertools import groupby

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from supervision.device_health import DEAD_DIP, LEAST_DIP
from web.charts.drawing import LINE, POOR, QUARTERS, WEAK, WIDTH, drawn

Face = Sequence[float | None]
ROW = 15
HEIGHTS = {"seen": 0.3, "weak": 0.62, "dead": 1.0}
"""A stretch is told by its height too, not by colour alone."""


def level_of(change: float | None) -> str:
    """Name how a place hears against its beginning: not seen, as it began, clearly less, hardly anything."""
    if change is None:
        return ""
    return "dead" if change <= -DEAD_DIP else "weak" if change <= -LEAST_DIP else "seen"


def stretches(face: Face) -> Iterator[tuple[float, float, str]]:
    """Yield the stretches of one level from the left edge of the face, as percentages; unseen ones are left out."""
    levels = list(enumerate(map(level_of, face)))
    for level, group in groupby(levels, key=lambda one: one[1]):
        numbers = [number for number, _level in group]
        if level:
            yield 100 * numbers[0] / len(face), 100 * (numbers[-1] + 1) / len(face), level


def elements_over_time(months: Sequence[tuple[date, Face]]) -> SafeString:
    """Draw a row per month, the oldest above, from the left edge of the face to the right."""
    import altair

    order = [date_format(month, "N Y") for month, _face in months]
    rows = [
        {"month": name, "from": begin, "to": end, "level": level}
        for name, (_month, face) in zip(order, months, strict=True)
        for begin, end, level in stretches(face)
    ]
    across = altair.X(
        "from:Q",
        axis=altair.Axis(values=QUARTERS),
        title=_("% of the face, from its left edge"),
        scale=altair.Scale(domain=[0, 100]),
    )
    layers = [
        altair.Chart(altair.InlineData(values=[one for one in rows if one["level"] == level]))
        .mark_bar(color=color, height=altair.RelativeBandSize(HEIGHTS[level] * 0.9))
        .encode(x=across, x2="to:Q", y=altair.Y("month:N", sort=None, title=None, scale=altair.Scale(domain=order)))
        for level, color in (("seen", LINE), ("weak", WEAK), ("dead", POOR))
    ]
    chart = altair.layer(*layers).properties(width=WIDTH - 90, height=max(2, len(order)) * ROW)
    return drawn(chart, _("Map of elements: a row per month, from the left edge of the face to the right"))
