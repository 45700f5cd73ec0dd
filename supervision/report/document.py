"""What stands in a report, whatever file it is printed to?

A report is one tree of values: sections of paragraphs, numbers, tables and charts, every word in both languages and
every number as a number. It is made once, kept, and printed to any format and language from there; so no two files of
a report can differ in a figure.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from pipeline.text import Text
from supervision.figures import Mean, Share
from supervision.report import canonical


class Kind(StrEnum):
    """What the value of a cell is, and so how it is printed."""

    TEXT = "text"
    COUNT = "count"
    NUMBER = "number"
    SHARE = "share"
    """0 to 1; printed as a percentage."""
    HOURS = "hours"
    """Printed in hours up to two days, then in days."""
    DATE = "date"
    MOMENT = "moment"


class Doubt(StrEnum):
    """Why a number is not printed as the others are."""

    NONE = ""
    FEW = "few"
    """Grey: too few cases to mean much."""
    SUPPRESSED = "suppressed"
    """Not told: so few that a patient could be recognised. The value itself is not in the cell."""
    PENDING = "pending"
    """Not known yet: what it is counted from is still open."""


KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")
MOST_NUMBERS = 8
Value = Text | str | int | float | date | datetime | None


@dataclass(frozen=True)
class Cell:
    """One value, with what it was counted from.

    value: None where there is nothing to tell. of: the denominator of a share, the number of values behind a mean.
    count: the numerator of a share that is a plain count. low, high: the interval, in the unit of the value.
    link: the page of the scans behind it, from the root of the site. decimals: of a NUMBER.
    """

    value: Value = None
    kind: Kind = Kind.TEXT
    of: int | None = None
    low: float | None = None
    high: float | None = None
    link: str = ""
    count: int | None = None
    doubt: Doubt = Doubt.NONE
    decimals: int = 1

    def __post_init__(self) -> None:
        """Refuse what no writer could print truly."""
        if self.doubt is Doubt.SUPPRESSED and not (
            self.value is self.count is self.of is self.low is self.high is None
        ):
            raise ValueError("a suppressed cell holds no number")
        if (self.low is None) != (self.high is None):
            raise ValueError("an interval has two ends")
        if self.kind is Kind.TEXT and not (self.value is None or isinstance(self.value, Text | str)):
            raise ValueError("a text cell holds a text")
        if self.kind is Kind.SHARE and self.value is not None and self.of is None and self.low is None:
            raise ValueError("no share without its denominator or its interval")

    @classmethod
    def text(cls, value: Text | str, link: str = "") -> "Cell":
        """Return words; a str is a name or a code, which is the same in both languages."""
        return cls(value, Kind.TEXT, link=link)

    @classmethod
    def number_of(cls, value: int | None, link: str = "") -> "Cell":
        """Return a count."""
        return cls(value, Kind.COUNT, link=link)

    @classmethod
    def share(cls, share: Share, link: str = "", *, few: int = 0) -> "Cell":
        """Return a share with its denominator and its Wilson interval; grey below `few` counted."""
        if share.value is None:
            return cls(None, Kind.SHARE, of=0, link=link)
        low, high = share.interval
        doubt = Doubt.FEW if share.total < few else Doubt.NONE
        return cls(share.value, Kind.SHARE, share.total, low, high, link, share.count, doubt)

    @classmethod
    def mean(cls, mean: Mean, link: str = "", *, decimals: int = 1) -> "Cell":
        """Return a mean with the number of values behind it."""
        return cls(mean.value, Kind.NUMBER, mean.total, link=link, decimals=decimals)

    @classmethod
    def suppressed(cls, kind: Kind = Kind.COUNT) -> "Cell":
        """Return what is printed where a number is so small that it must not leave."""
        return cls(None, kind, doubt=Doubt.SUPPRESSED)


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
        """Whether each column holds numbers."""
        places = range(len(self.columns))
        return tuple(any(row[place].kind is not Kind.TEXT for row in self.every) for place in places)


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
    are marked on the time axis, such as a training visit. target: a line to reach. ends: the least and the most that a
    value can be, where it has such. decimals: of values that are written into the picture.
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
        """Whether there is nothing to draw."""
        return all(point.value is None for series in self.series for point in series.points)


Block = Paragraph | Numbers | Table | Chart


@dataclass(frozen=True)
class Comment:
    """What a person wrote to a section, as written; it may stand there in one language only."""

    text: Text
    author: str
    at: datetime


@dataclass(frozen=True)
class Section:
    """A part of a report that has a heading.

    key: the same from report to report, so that a comment finds its section again. small_print: methods and
    definitions. follows: shows what was written here in the period before, such as recommendations to be followed up.
    """

    key: str
    title: Text
    blocks: tuple[Block, ...] = ()
    small_print: bool = False
    follows: bool = False
    comment: Comment | None = None
    before: Comment | None = None


@dataclass(frozen=True)
class Document:
    """A report: about whom, from when to when, known until when, counted by what.

    kind: weekly, monthly, quarterly, annual. scope: the code of a project or of an organisation, empty for the whole
    programme. first, last: the days of the period, both in it. period: its code, such as 2026-Q3. cut_off: nothing
    that was recorded later is in it. versions: what counted, such as the rules and the software. outside: whether it
    may leave the organisation, small cells suppressed.
    """

    kind: str
    scope: str
    scope_name: Text
    period: str
    period_name: Text
    first: date
    last: date
    cut_off: datetime
    title: Text
    sections: tuple[Section, ...]
    versions: tuple[tuple[str, str], ...] = ()
    outside: bool = False

    def __post_init__(self) -> None:
        """Refuse what would print two parts under one name."""
        for names in (
            [section.key for section in self.sections],
            [block.key for section in self.sections for block in section.blocks if not isinstance(block, Paragraph)],
        ):
            if len(set(names)) != len(names):
                raise ValueError("two parts of a document have the same key")
            if wrong := [name for name in names if not KEY.fullmatch(name)]:
                raise ValueError(f"'{wrong[0]}' is no key")  # it names files, places and lines

    def tables(self) -> Iterable[Table]:
        """Return all tables in order."""
        return (block for section in self.sections for block in section.blocks if isinstance(block, Table))

    def table(self, key: str) -> Table:
        """Return the table that has this key."""
        return next(table for table in self.tables() if table.key == key)

    def without_comments(self) -> "Document":
        """Return what was counted alone."""
        return replace(self, sections=tuple(replace(one, comment=None, before=None) for one in self.sections))

    def with_comments(self, said: Mapping[str, Comment], before: Mapping[str, Comment]) -> "Document":
        """Return it with what people wrote to its sections, by the keys of the sections."""
        return replace(
            self,
            sections=tuple(
                replace(one, comment=said.get(one.key), before=before.get(one.key) if one.follows else None)
                for one in self.sections
            ),
        )

    def digest(self) -> str:
        """Return the SHA-256 of what was counted, whatever the language and whatever was commented."""
        return canonical.digest(self.without_comments())
