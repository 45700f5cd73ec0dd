"""How do the figures of parts become tables, charts and key numbers that may, or may not, leave the organisation?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from pipeline.text import Text
from supervision.figures import Estimate, Mean, Share
from supervision.period import Days
from supervision.report.document import (
    Cell,
    Chart,
    Column,
    Doubt,
    Form,
    Kind,
    Number,
    Numbers,
    Paragraph,
    Point,
    Prose,
    Row,
    Series,
    Table,
)
from supervision.report.figures import Figures
from supervision.report.series import ScopeKind
from supervision.report.small_cells import Sum, protected, told_or_not
from supervision.suppression import SMALLEST_TOLD, is_small

ALL = Text("All", "Ensemble")
HIDDEN = Text(
    "Numbers of 1 to 4 patients, and those from which they could be told, are not shown.",
    "Les effectifs de 1 à 4 patients, et ceux qui permettraient de les retrouver, ne sont pas montrés.",
)
SCANS = "/scans/"


@dataclass(frozen=True)
class Audience:
    """The figures, and who will read them.

    Within the organisation numbers lead to their scans; outside nobody is named, and small numbers are not told.
    """

    figures: Figures
    outside: bool

    def link(self, figure: str, days: Days | None = None, **part: object) -> str:
        """Return the page of the scans behind a figure, of the whole scope and period or of a part of it."""
        if self.outside:
            return ""
        scope, asked = self.figures.scope, days or self.figures.period
        here = {"project": scope.code} if scope.kind is ScopeKind.PROJECT else {}
        query = here | part | {"since": asked.first, "until": asked.last, "figure": figure}
        return f"{SCANS}?{urlencode({name: str(value) for name, value in query.items()})}"

    def table(
        self,
        key: str,
        title: Text,
        columns: Mapping[str, Text],
        rows: Sequence[Row],
        total: Row | None = None,
        *,
        patients: Sequence[str] | None = None,
        sums: Mapping[str, Sequence[str]] | None = None,
        note: Text | None = None,
    ) -> Table:
        """Return a table. patients: the columns that count patients, all but the first where it is not said.

        sums: columns of which several add up to one, as whole: parts.
        """
        names = list(columns)
        shown, last, said = tuple(rows), total, note
        if self.outside:
            counted = [names.index(one) for one in (names[1:] if patients is None else patients)]
            added = [Sum(names.index(one), tuple(map(names.index, some))) for one, some in (sums or {}).items()]
            shown, last = protected(rows, total, columns=counted, sums=added)
            said = _with_hidden(note, [*shown, *([last] if last else [])])
        return Table(key, title, tuple(Column(name, word) for name, word in columns.items()), shown, last, said)

    def numbers(self, key: str, title: Text, numbers: Sequence[Number]) -> Numbers:
        """Return key figures."""
        if self.outside:
            numbers = [
                replace(one, cell=told_or_not(one.cell), before=one.before and told_or_not(one.before))
                for one in numbers
            ]
        return Numbers(key, title, tuple(numbers))

    def about_patients(self, count: int) -> Text:
        """Return a count of patients as it may stand in a sentence."""
        if self.outside and is_small(count):
            return Text(f"fewer than {SMALLEST_TOLD}", f"moins de {SMALLEST_TOLD}")
        return Text(str(count), str(count))


@dataclass(frozen=True)
class Drawn:
    """Which columns of a table a chart shows, and how."""

    form: Form
    columns: Sequence[str]
    title: Text
    alternative: Text
    target: float | None = None
    marks: tuple[tuple[date, Text], ...] = field(default=())


def chart_of(table: Table, drawn: Drawn) -> Chart:
    """Return a chart of columns of a table, against its first column; what the table does not tell is not drawn."""
    places = {column.key: place for place, column in enumerate(table.columns)}
    cells = [place for key, place in places.items() if key in drawn.columns]
    series = tuple(Series(table.columns[place].title, tuple(_points(table, place))) for place in cells)
    kind = next((row[cells[0]].kind for row in table.rows), Kind.COUNT)
    return Chart(
        key=f"{table.key}_chart",
        title=drawn.title,
        alternative=drawn.alternative,
        form=drawn.form,
        series=series,
        kind=kind,
        marks=drawn.marks,
        target=drawn.target,
    )


def text(words: Text | str, link: str = "") -> Cell:
    """Return words."""
    return Cell.text(words, link)


def count(number: int, link: str = "") -> Cell:
    """Return a count; what is zero leads nowhere."""
    return Cell.number_of(number, link if number else "")


def share(value: Share, link: str = "", *, few: int = 0) -> Cell:
    """Return a share with its denominator and interval; grey below `few` cases."""
    return Cell.share(value, link if value.count else "", few=few)


def estimate(value: Estimate) -> Cell:
    """Return an estimated share with its interval."""
    if value.value is None:
        return Cell(None, Kind.SHARE, of=0)
    return Cell(value.value, Kind.SHARE, of=value.total, low=value.low, high=value.high)


def mean(value: Mean, link: str = "", *, decimals: int = 1) -> Cell:
    """Return a mean with the number of values behind it."""
    return Cell.mean(value, link, decimals=decimals)


def hours(value: timedelta | None, of: int | None = None) -> Cell:
    """Return a time."""
    if value is None:
        return Cell(None, Kind.HOURS, of=of, doubt=Doubt.PENDING if of else Doubt.NONE)
    return Cell(value.total_seconds() / 3600, Kind.HOURS, of=of)


def day(value: date) -> Cell:
    """Return a date."""
    return Cell(value, Kind.DATE)


def point(english: str, french: str) -> Paragraph:
    """Return one of a list of sentences."""
    return Paragraph(Text(english, french), Prose.POINT)


def _points(table: Table, place: int) -> list[Point]:
    found = []
    for row in table.rows:
        label, cell = row[0].value, row[place]
        value = float(cell.value) if isinstance(cell.value, int | float) else None
        known = label if isinstance(label, Text | str | date) else str(label)
        found.append(Point(known, value, cell.low, cell.high))
    return found


def _with_hidden(note: Text | None, rows: Sequence[Row]) -> Text | None:
    """Return the note of a table, with why something is hidden where something is."""
    if not any(cell.doubt is Doubt.SUPPRESSED for row in rows for cell in row):
        return note
    return HIDDEN if note is None else Text(f"{note.en} {HIDDEN.en}", f"{note.fr} {HIDDEN.fr}")
