"""What came in week by week, as columns that lead to their scans?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from supervision.report.figures import Stretch
from web.asked import Asked
from web.dashboards.linked import Linked, during, whole

HEIGHT = 100
WIDTH = 10


@dataclass(frozen=True)
class Bar:
    """A week in the chart, cut at the ends of its period: place and heights in SVG units, and its figures."""

    x: int
    tall: float
    reviewed: float
    first: date
    week: Linked


def weeks(counted: Sequence[Stretch], asked: Asked) -> dict[str, object]:
    """Return the columns of a period's weeks and the size of their drawing; no columns where nothing came."""
    most = max((one.counted.scans_in for one in counted), default=0)
    if not most:
        return {"bars": []}
    bars = [
        Bar(
            x=WIDTH * place + 1,
            tall=round(HEIGHT * one.counted.scans_in / most, 1),
            reviewed=round(HEIGHT * one.counted.reviewed / most, 1),
            first=one.days.first,
            week=whole(one.counted, during(asked, one.days)),
        )
        for place, one in enumerate(counted)
    ]
    return {"bars": bars, "most": most, "chart_width": WIDTH * len(bars)}
