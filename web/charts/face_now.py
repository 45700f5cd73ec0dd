"""How does the probe's face hear now, against how it began, and where is a fault?"""

from collections.abc import Sequence

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from web.charts.drawing import ACCENT, INK, POOR, QUARTERS, SOFT, WIDTH, drawn

LEAST_RANGE = 4.0
Mark = tuple[float, float, str]
"""Where a fault begins and ends (shares of the face), and its name."""


def face_now(face: Sequence[float | None], faults: Sequence[Mark]) -> SafeString:
    """Draw the change in grey levels across the face; each fault as a bar beneath with its name."""
    import altair

    points = [{"place": 100 * (number + 0.5) / len(face), "change": change} for number, change in enumerate(face)]
    seen = [change for change in face if change is not None]
    low, high = min([-LEAST_RANGE, *seen]), max([LEAST_RANGE / 2, *seen])
    foot = low - (high - low) * 0.12
    marks = [
        {"from": 100 * begin, "to": 100 * end, "middle": 50 * (begin + end), "foot": foot, "name": name}
        for begin, end, name in faults
    ]
    across = altair.X(
        "place:Q",
        axis=altair.Axis(values=QUARTERS),
        title=_("% of the face, from its left edge"),
        scale=altair.Scale(domain=[0, 100]),
    )
    change = altair.Y("change:Q", title=_("change in grey levels"), scale=altair.Scale(domain=[foot, high]))
    begun = (
        altair.Chart(altair.InlineData(values=[{"change": 0}]))
        .mark_rule(color=SOFT, strokeDash=[3, 3])
        .encode(y=change)
    )
    line = altair.Chart(altair.InlineData(values=points)).mark_line(
        color=ACCENT, strokeWidth=1.5, invalid="break-paths-show-domains"
    )
    layers = [begun, line.encode(x=across, y=change)]
    if marks:
        data = altair.Chart(altair.InlineData(values=marks))
        layers.append(data.mark_bar(color=POOR, height=6).encode(x=altair.X("from:Q"), x2="to:Q", y=altair.Y("foot:Q")))
        text = data.mark_text(color=INK, dy=-10).encode(x=altair.X("middle:Q"), y=altair.Y("foot:Q"), text="name:N")
        layers.append(text)
    chart = altair.layer(*layers).properties(width=WIDTH - 60, height=150)
    return drawn(chart, _("The face of the probe now, in grey levels against its beginning, with its faults marked"))
