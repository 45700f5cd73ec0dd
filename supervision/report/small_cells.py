"""Which numbers are so small that a patient could be recognised, and which others would give them away?

What leaves the organisation tells no count of patients from 1 to 4, and no share that tells one. Where a total could be
used to subtract it again, the smallest other number of that row or column is not told either: primary and secondary
suppression, Willenborg & de Waal, Elements of Statistical Disclosure Control, 2001, chapter 4.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from supervision.report.document import Cell, Kind, Row

SMALLEST_TOLD = 5
TINY = 1e-9
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
    return any(isinstance(number, int) and 0 < number < SMALLEST_TOLD for number in told)


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
    lines = [[(row, column) for row in range(len(grid))] for column in columns] if totalled else []
    for row in range(len(grid)):
        lines += [[*((row, part) for part in one.parts), (row, one.whole)] for one in sums]
    for line in lines:
        if found := _unprotected(grid, line, hidden):
            return {found}
    small = [place for place in _determined(lines, hidden) if is_small(grid[place[0]][place[1]])]
    around = [place for line in lines if set(small) & set(line) for place in line]
    for places in (around, [place for line in lines for place in line]):
        left = [place for place in places if place not in hidden and _amount(grid[place[0]][place[1]])]
        if small and left:
            return {min(left, key=lambda place: (_amount(grid[place[0]][place[1]]), place))}
    return set()


def _determined(lines: list[list[Place]], hidden: set[Place]) -> list[Place]:
    """Return the hidden places that all sums together determine, whatever the others are."""
    places = sorted(hidden & {place for line in lines for place in line})
    if not places:
        return []
    column = {place: number for number, place in enumerate(places)}
    equations = np.zeros((len(lines), len(places)))
    for number, line in enumerate(lines):
        for place in hidden.intersection(line):
            equations[number, column[place]] = -1.0 if place == line[-1] else 1.0
    # what the equations leave free is their null space: a place is determined where that is zero
    _, strengths, axes = np.linalg.svd(equations)
    free = axes[int((strengths > TINY).sum()) :]
    return [place for place in places if np.abs(free[:, column[place]]).max(initial=0.0) < TINY]


def _told_again(cells: list[Cell], row: int, hidden: set[Place], columns: tuple[int, ...]) -> set[Place]:
    """Return the shares and means whose denominator or numerator is a count that is hidden in the same row."""
    counts = {cells[column].value for column in columns if (row, column) in hidden and cells[column].kind is Kind.COUNT}
    rates = [column for column in columns if cells[column].kind is not Kind.COUNT and cells[column].value is not None]
    return {(row, column) for column in rates if counts & {cells[column].of, cells[column].count}}


def _unprotected(grid: list[list[Cell]], line: list[Place], hidden: set[Place]) -> Place | None:
    """Return the smallest place to hide where the others of a line, whose last is the sum, give a hidden one away."""
    gone = [place for place in line if place in hidden]
    if not gone:
        return None
    whole = line[-1] in hidden
    if len(gone) > 1 and (whole or sum(_amount(grid[row][column]) for row, column in gone) >= SMALLEST_TOLD):
        return None
    left = [place for place in line[:-1] if place not in hidden and _amount(grid[place[0]][place[1]])]
    if left:
        return min(left, key=lambda place: (_amount(grid[place[0]][place[1]]), place))
    return None if whole or grid[line[-1][0]][line[-1][1]].value is None else line[-1]


def _amount(cell: Cell) -> int:
    """Return how many patients a cell tells of."""
    if cell.kind is Kind.COUNT:
        return cell.value if isinstance(cell.value, int) else 0
    return cell.count if cell.count is not None else cell.of or 0
