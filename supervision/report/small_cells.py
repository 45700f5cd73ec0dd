"""Which numbers are so small that a patient could be recognised, and which others would give them away?

What leaves the organisation tells no count of patients from 1 to 4, and no share that tells one. Where a total could be
used to subtract it again, the smallest other number of that row or column is not told either: primary and secondary
suppression (supervision.suppression).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from supervision import suppression
from supervision.report.document import Cell, Kind, Row
from supervision.suppression import Line, next_to_hide

TELLS_PATIENTS = (Kind.COUNT, Kind.SHARE, Kind.NUMBER, Kind.HOURS)

Place = tuple[int, int]


@dataclass(frozen=True)
class Sum:
    """Columns of a table that add up to another one of the same row."""

    whole: int
    parts: tuple[int, ...]


def is_small(cell: Cell) -> bool:
    """Tell whether a cell tells a number from 1 to 4: itself, its denominator, its numerator, or what is left."""
    if cell.kind not in TELLS_PATIENTS or cell.value is None:
        return False
    told = [cell.value] if cell.kind is Kind.COUNT else [cell.of]
    if cell.count is not None and cell.of is not None:
        told += [cell.count, cell.of - cell.count]
    return any(isinstance(number, int) and suppression.is_small(number) for number in told)


def told_or_not(cell: Cell) -> Cell:
    """Return the cell where it may be told, else that it may not."""
    return Cell.suppressed(cell.kind) if is_small(cell) else cell


def protected(
    rows: Sequence[Row], total: Row | None, *, columns: Iterable[int], sums: Iterable[Sum] = ()
) -> tuple[tuple[Row, ...], Row | None]:
    """Return the rows and their total without what must not be told.

    columns: those that count patients. total: the sum of the rows in each of these, if there is one.
    """
    grid = [list(row) for row in (*rows, *([total] if total else []))]
    wanted, related = tuple(columns), tuple(sums)
    hidden = {(row, column) for row, cells in enumerate(grid) for column in wanted if is_small(cells[column])}
    while more := _next(grid, hidden, wanted, related, totalled=total is not None):
        hidden |= more
    for row, column in hidden:
        grid[row][column] = Cell.suppressed(grid[row][column].kind)
    done = tuple(tuple(row) for row in grid)
    return (done[:-1], done[-1]) if total else (done, None)


def _next(
    grid: list[list[Cell]], hidden: set[Place], columns: tuple[int, ...], sums: tuple[Sum, ...], *, totalled: bool
) -> set[Place]:
    """Return what must be hidden besides, by one rule after the other; nothing where all is protected."""
    more = {place for row in range(len(grid)) for place in _told_again(grid[row], row, hidden, columns)} - hidden
    if more:
        return more
    last = len(grid) - 1
    lines = [Line((last, column), tuple((row, column) for row in range(last))) for column in columns if totalled]
    for row in range(len(grid)):
        lines += [Line((row, one.whole), tuple((row, part) for part in one.parts)) for one in sums]
    amounts = {(row, column): _amount(cell) for row, cells in enumerate(grid) for column, cell in enumerate(cells)}
    small = [(row, column) for row, column in hidden if is_small(grid[row][column])]
    told = [line for line in lines if grid[line.whole[0]][line.whole[1]].value is not None]
    found = next_to_hide(told, amounts, small, hidden)
    return set() if found is None else {found}


def _told_again(cells: list[Cell], row: int, hidden: set[Place], columns: tuple[int, ...]) -> set[Place]:
    """Return the shares and means whose denominator or numerator is a count that is hidden in the same row."""
    counts = {cells[column].value for column in columns if (row, column) in hidden and cells[column].kind is Kind.COUNT}
    rates = [column for column in columns if cells[column].kind is not Kind.COUNT and cells[column].value is not None]
    return {(row, column) for column in rates if counts & {cells[column].of, cells[column].count}}


def _amount(cell: Cell) -> int:
    """Return how many patients a cell tells of."""
    if cell.kind is Kind.COUNT:
        return cell.value if isinstance(cell.value, int) else 0
    return cell.count if cell.count is not None else cell.of or 0
