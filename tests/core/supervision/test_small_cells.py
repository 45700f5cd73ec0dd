"""Can anybody who gets a table outside tell a number that is not shown, by adding and subtracting?"""

import numpy as np
from hypothesis import example, given
from hypothesis import strategies as st
from numpy.typing import NDArray

from supervision.figures import Share
from supervision.report.document import Cell, Doubt, Kind, Row
from supervision.report.small_cells import Sum, is_small, protected
from supervision.suppression import SMALLEST_TOLD

numbers = st.one_of(st.integers(0, 7), st.integers(0, 200))
grids = st.integers(1, 5).flatmap(
    lambda width: st.lists(st.lists(numbers, min_size=width, max_size=width), min_size=1, max_size=6)
)


def counted(grid: list[list[int]]) -> tuple[list[Row], Row]:
    """Return rows of counts with their sum at the end, and the total of the columns."""
    rows = [(Cell.text("a"), *map(Cell.number_of, line), Cell.number_of(sum(line))) for line in grid]
    sums = [sum(column) for column in zip(*grid, strict=True)]
    return rows, (Cell.text("all"), *map(Cell.number_of, sums), Cell.number_of(sum(sums)))


def hidden(row: Row) -> list[bool]:
    return [cell.doubt is Doubt.SUPPRESSED for cell in row[1:]]


@given(grids)
@example([[1, 9], [9, 9]])
@example([[1, 0], [0, 0]])
@example([[1, 1, 100]])
def test_what_is_hidden_cannot_be_worked_out(grid: list[list[int]]) -> None:
    rows, total = counted(grid)
    width = len(grid[0])
    sums = [Sum(width + 1, tuple(range(1, width + 1)))]
    shown, last = protected(rows, total, columns=range(1, width + 2), sums=sums)
    assert last is not None
    gone = np.array([hidden(row) for row in (*shown, last)])
    truth = np.array([[cell.value for cell in row[1:]] for row in (*rows, total)])
    assert gone[(truth > 0) & (truth < SMALLEST_TOLD)].all()
    assert not gone[truth == 0].any()
    for row, column in determined(gone):
        assert not 0 < truth[row, column] < SMALLEST_TOLD, (grid, gone)


def determined(gone: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the hidden cells that the sums of rows and columns determine."""
    places = [(int(row), int(column)) for row, column in np.argwhere(gone)]
    if not places:
        return []
    height, width = gone.shape
    lines = [[(row, column) for column in range(width)] for row in range(height)]
    lines += [[(row, column) for row in range(height)] for column in range(width)]
    equations = np.zeros((len(lines), len(places)))
    for number, line in enumerate(lines):
        for place in line:
            if place in places:
                last = place == line[-1]
                equations[number, places.index(place)] = -1 if last else 1
    rank = np.linalg.matrix_rank(equations)
    alone = [np.linalg.matrix_rank(np.vstack([equations, unit])) == rank for unit in np.eye(len(places))]
    return [place for place, told in zip(places, alone, strict=True) if told]


@given(st.integers(0, 60), st.integers(0, 60))
def test_a_share_tells_neither_its_count_nor_the_rest(one: int, other: int) -> None:
    share = Share(min(one, other), max(one, other))
    small = any(0 < number < SMALLEST_TOLD for number in (share.count, share.total, share.total - share.count))
    assert is_small(Cell.share(share)) == (small and share.total > 0)


def test_a_share_that_would_tell_a_hidden_count_is_hidden_too() -> None:
    rows = [
        (Cell.text("a"), Cell.number_of(3), Cell.share(Share(0, 3))),
        (Cell.text("b"), Cell.number_of(40), Cell.share(Share(20, 40))),
        (Cell.text("c"), Cell.number_of(50), Cell.share(Share(20, 50))),
    ]
    total = (Cell.text("all"), Cell.number_of(93), Cell.share(Share(40, 93)))
    shown, last = protected(rows, total, columns=(1, 2))
    assert [hidden(row) for row in shown] == [[True, True], [True, True], [False, False]]
    assert last == total
    assert all(cell.kind in (Kind.COUNT, Kind.SHARE) for row in shown for cell in row[1:])


def test_what_nobody_counts_as_patients_stays() -> None:
    rows = [(Cell.text("a"), Cell.number_of(1), Cell.number_of(2))]
    shown, _ = protected(rows, None, columns=(2,))
    assert hidden(shown[0]) == [False, True]
