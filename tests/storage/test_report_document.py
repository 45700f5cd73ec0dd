"""Does a report tell the figures of the catalogue, the same ones twice, and nothing that must not leave?"""

from collections.abc import Collection, Iterable
from datetime import date

import pytest

from benchmarks.reports_season import Season
from storage.catalogue.models import Person, Project
from storage.catalogue.reporting import counted_of, programme_scope, project_scope, reach_of
from storage.catalogue.reporting.document import counted
from supervision.period import Period, PeriodKind
from supervision.report.composing import parts
from supervision.report.document import Cell, Chart, Document, Doubt, Number, Numbers, Table
from supervision.report.small_cells import is_small
from tests.storage.hundred_days import NOW, QUARTER, hundred_days

STRETCHES = {"activity_by_week", "activity_by_month", "activity_by_quarter"}
NOT_OF_PATIENTS = {"projects_context", "ladder", "sessions", "requests", "faults", "devices", "handovers", "components"}


@pytest.fixture
def season(db: None) -> Season:
    """Fill a hundred days with what makes counting hard."""
    return hundred_days()


@pytest.mark.parametrize("kind", PeriodKind)
def test_a_report_has_its_sections_and_is_the_same_twice(season: Season, kind: PeriodKind) -> None:
    period = Period.holding(kind, date(2026, 3, 18))
    found = counted(programme_scope(), period, NOW, outside=False)
    assert found.digest() == counted(programme_scope(), period, NOW, outside=False).digest()
    assert {"summary", "activity", "refused_and_waiting", "methods"} <= {one.key for one in found.sections}
    if kind in (PeriodKind.QUARTER, PeriodKind.YEAR):
        assert len(found.sections) == sum(kind in part.kinds for part in parts()) == 14
    for words in _words(found):
        assert "\u202f" not in words
        for sign in "\u00bb:;?!":
            assert f" {sign}" not in words, words  # a no-break space stands there


def test_the_tables_of_a_report_add_up_to_the_figures(season: Season) -> None:
    found = counted(programme_scope(), QUARTER, NOW, outside=False)
    whole = counted_of(reach_of(programme_scope()), QUARTER, NOW)
    for key in ("activity_by_week", "activity_by_month", "activity_by_project", "activity_by_exam_type"):
        table = found.table(key)
        assert table.total is not None
        for name, expected in (("scans", whole.scans_in), ("exams", whole.exams), ("read", whole.rated)):
            place = [column.key for column in table.columns].index(name)
            assert sum(int(str(row[place].value)) for row in table.rows) == table.total[place].value == expected
    crossed = found.table("exams_by_project_and_type")
    assert crossed.total is not None
    assert crossed.total[-1].value == whole.exams == sum(int(str(row[-1].value)) for row in crossed.rows)
    readings = {row[0].value: row for row in found.table("reviewers").rows}
    assert len(readings) == len(season.reviewers)
    people = {row.label.en: row.cell.value for row in _numbers_of(found, "people")}
    trainees = reach_of(programme_scope()).exams_in(QUARTER, NOW).values("trainee").exclude(trainee=None).distinct()
    assert trainees.count() == people["of these scanned"] <= people["People who learn"]  # whatever their roles are


def test_what_leaves_names_nobody_and_tells_no_small_number(season: Season) -> None:
    names = {person.display_name for person in Person.objects.all()}
    few = project_scope(season.projects[3])
    for kind in PeriodKind:
        period = Period.holding(kind, date(2026, 3, 18))
        for scope in (few, programme_scope()):
            found = counted(scope, period, NOW, outside=True)
            told = [str(cell.value) for cell in _cells(found)] + list(_words(found))
            assert not [name for name in names if any(name in one for one in told)]
            assert not [cell for cell in _cells(found) if cell.link]
            assert not [cell for cell in _cells(found, but=NOT_OF_PATIENTS) if is_small(cell)]
            # stretches that lie in each other would tell what is hidden in one of them
            assert len({one.key for one in found.tables()} & STRETCHES) <= 1
    month = counted(few, Period.named("2026-03"), NOW, outside=True)
    assert any(cell.doubt is Doubt.SUPPRESSED for cell in _cells(month))


def test_where_nothing_came_nothing_is_drawn_and_nothing_hidden(season: Season) -> None:
    new = Project.objects.create(code="new", name="New", organisation=season.projects[0].organisation)
    found = counted(project_scope(new), QUARTER, NOW, outside=True)
    blocks = [block for section in found.sections for block in section.blocks]
    assert all(block.empty for block in blocks if isinstance(block, Chart))
    cells = [cell for table in found.tables() for row in table.every for cell in row]
    assert not [cell for cell in cells if cell.doubt is Doubt.SUPPRESSED]


def _numbers_of(found: Document, key: str) -> Iterable[Number]:
    blocks = (block for section in found.sections for block in section.blocks)
    return next(block.numbers for block in blocks if isinstance(block, Numbers) and block.key == key)


def _cells(found: Document, but: Collection[str] = ()) -> Iterable[Cell]:
    """Return the cells of a report, but of some of its tables."""
    for section in found.sections:
        for block in section.blocks:
            if isinstance(block, Numbers):
                yield from (number.cell for number in block.numbers)
            if isinstance(block, Table) and block.key not in but:
                yield from (cell for row in block.every for cell in row)


def _words(found: Document) -> Iterable[str]:
    """Return what stands in the report in French."""
    for section in found.sections:
        yield section.title.fr
        for block in section.blocks:
            if isinstance(block, Table):
                yield from (column.title.fr for column in block.columns)
                yield from (block.note.fr,) if block.note else ()
            elif not isinstance(block, Numbers) and hasattr(block, "text"):
                yield block.text.fr
