"""Where do the scans behind a number stand, and the page of what it is about?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import get_language

from storage.catalogue.figures import Dimension, Figure
from supervision.period import Days, Period
from supervision.report.figures import Counted, Part
from web.asked import Asked

MOST_ROWS = 20
"""Of a table that may be long: those with the most scans."""

PAGES: dict[Dimension, str] = {
    "project": "overview-project",
    "exam_type": "overview-exam-type",
    "trainee": "overview-trainee",
    "device": "device",
}


@dataclass(frozen=True)
class Linked:
    """Figures with the address of the scans behind each; `page` is that of whom they are about, if there is one."""

    counted: Counted
    links: dict[str, str]
    key: str | int | None = None
    label: str = ""
    page: str = ""


@dataclass(frozen=True)
class Table:
    """One dimension's rows."""

    dimension: Dimension
    rows: list[Linked]


def whole(counted: Counted, asked: Asked) -> Linked:
    """Return the figures of all that is asked for."""
    return Linked(counted, links_of(asked))


def table_of(dimension: Dimension, parts: Iterable[Part], asked: Asked, period: Period, *, opens: bool = True) -> Table:
    """Return the parts of a dimension as rows, each leading to its scans and, if it `opens`, to its own page."""
    language = get_language() or "en"
    rows = [
        Linked(
            part.counted,
            links_of(asked.narrowed(dimension, part.key)),
            part.key,
            part.label.say(language),
            page_of(dimension, part.key, period) if opens else "",
        )
        for part in parts
    ]
    return Table(dimension, rows)


def most_active(parts: Sequence[Part]) -> list[Part]:
    """Return those with the most scans, at most so many, in the order in which they came."""
    least = sorted((part.counted.scans_in for part in parts), reverse=True)[:MOST_ROWS]
    enough = [part for part in parts if least and part.counted.scans_in >= least[-1]]
    return enough[:MOST_ROWS]


def page_of(dimension: Dimension, key: str | int | None, period: Period) -> str:
    """Return the address of the page about a part; empty where it is not known what it is."""
    if not key:
        return ""
    address = reverse(PAGES[dimension], args=[key])
    return address if dimension == "device" else f"{address}?period={period.code}"


def links_of(asked: Asked) -> dict[str, str]:
    """Return for each figure the address of the list of its scans."""
    return {figure.value: scans_behind(asked, figure) for figure in Figure}


def scans_behind(asked: Asked, figure: Figure) -> str:
    """Return the address of the list of the scans that a figure counts."""
    return f"{reverse('scans')}?{asked.counted(figure).query()}"


def during(asked: Asked, days: Days) -> Asked:
    """Return the same for some days."""
    return asked.during(days.first, days.last)
