"""How much is a device used?"""

from collections.abc import Callable, Sequence
from datetime import date

from django.utils.formats import date_format
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from web.charts.drawing import ACCENT, WIDTH, drawn


def weekly_use(weeks: Sequence[tuple[date, int]], address: Callable[[date], str] | None = None) -> SafeString:
    """Draw scans per week; with `address` each column leads to the scans of its week."""
    import altair

    rows = [
        {"number": number, "scans": scans, "href": address(monday) if address else ""}
        for number, (monday, scans) in enumerate(weeks)
    ]
    shown = list(range(0, len(weeks), max(1, len(weeks) // 5)))
    names = {number: date_format(weeks[number][0], "j N") for number in shown}
    label = " : ".join(f"datum.value == {number} ? '{name}'" for number, name in names.items()) + " : ''"
    axis = altair.Axis(title=_("week from"), values=shown, labelExpr=label, labelAngle=0, grid=False)
    count, most = altair.Axis(tickMinStep=1, tickCount=4, format="d"), max([4, *(scans for _monday, scans in weeks)])
    columns = (
        altair.Chart(altair.InlineData(values=rows))
        .mark_bar(color=ACCENT)
        .encode(
            x=altair.X("number:O", axis=axis),
            y=altair.Y("scans:Q", title=_("scans"), axis=count, scale=altair.Scale(domain=[0, most])),
        )
    )
    if address:
        columns = columns.encode(href="href:N")
    return drawn(columns.properties(width=WIDTH - 50, height=110), _("Scans per week"))
