"""Of what is a section made: words, key figures, tables, charts?"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from pipeline.text import Text
from supervision.report.document.cell import Cell, Kind

MOST_NUMBERS = 8


class Prose(StrEnum):
    """What a paragraph is for."""

    BODY = "body"
    POINT = "point"
    """One of a list: something to do, something that happened."""
    NOTE = "note"
    """Small print: how something was counted."""
    HEADING = "heading"
    """A heading within a section."""


@dataclass(frozen=True)
class Paragraph:
    """Words."""

    text: Text
    prose: Prose = Prose.BODY


@dataclass(frozen=True)
class Number:
    """One key figure: what it is called, what it is, and what it was in the period before."""

    label: Text
    cell: Cell
    before: Cell | None = None


@dataclass(frozen=True)
class Numbers:
    """A few key figures side by side, at most eight."""

    key: str
    title: Text
    numbers: tuple[Number, ...]

    def __post_init__(self) -> None:
        """Refuse more than can be taken in at a glance."""
        if len(self.numbers) > MOST_NUMBERS:
            raise ValueError(f"'{self.key}' holds more than {MOST_NUMBERS} key figures")


@dataclass(frozen=True)
class Column:
    """A column of a table; `key` is its name in csv files and for programs."""

    key: str
    title: Text


Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """Rows of cells under columns; `total` closes it where adding up makes sense.

    key: unique in its document. note: how it was counted, in small print below it.
    """

    key: str
    title: Text
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    total: Row | None = None
    note: Text | None = None

    def __post_init__(self) -> None:
        """Refuse rows that do not fit the columns."""
        if any(len(row) != len(self.columns) for row in self.every):
            raise ValueError(f"a row of table '{self.key}' does not fit its columns")

    @property
    def every(self) -> tuple[Row, ...]:
        """The rows, the total last."""
        return self.rows if self.total is None else (*self.rows, self.total)

    @property
    def numeric(self) -> tuple[bool, ...]:
        """Whether each column holds numbers, which stand to the right; dates do not."""
        places, words = range(len(self.columns)), (Kind.TEXT, Kind.DATE, Kind.MOMENT)
        return tuple(any(row[place].kind not in words for row in self.every) for place in places)


class Form(StrEnum):
    """How a chart shows its series."""

    BARS = "bars"
    """Side by side, from zero."""
    STACKED = "stacked"
    """On top of each other: parts of a whole."""
    LINES = "lines"
    """Over time; breaks where a value is missing."""
    DOTS = "dots"
    """A dot with its interval for each label, one below the other."""
    HEAT = "heat"
    """A grid: labels across, series down; the value is written into each field."""


@dataclass(frozen=True)
class Point:
    """A value at a label; a date is a place on a time axis."""

    label: Text | str | date
    value: float | None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Series:
    """Points of one thing; the name stands in the legend where there is more than one."""

    name: Text
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Chart:
    """A picture of numbers that also stand in a table.

    alternative: what it shows, in a sentence, for who cannot see it. kind: what its values are. marks: dates that
    are marked on the time axis, such as a training visit. target: a line to reach. ends: which values are the palest
    and the darkest of a heat map; what lies beyond looks like them. decimals: of values that are written into the
    picture.
    """

    key: str
    title: Text
    alternative: Text
    form: Form
    series: tuple[Series, ...]
    kind: Kind = Kind.COUNT
    marks: tuple[tuple[date, Text], ...] = ()
    target: float | None = None
    note: Text | None = None
    ends: tuple[float, float] | None = None
    decimals: int = 1

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw: no value, or of counts nothing but zeros."""
        values = [point.value for series in self.series for point in series.points]
        return not any(values) if self.kind is Kind.COUNT else all(value is None for value in values)


Block = Paragraph | Numbers | Table | Chart
