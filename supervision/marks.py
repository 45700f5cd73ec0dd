"""What did the expert draw on which frame of which clip?"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from supervision.plain_text import is_plain_text

LONGEST_REMARK = 300
MOST_MARKS = 40


class Shape(StrEnum):
    """What is drawn; a pin is a remark on a frame without a place."""

    ARROW = "arrow"
    BOX = "box"
    LINE = "line"
    PIN = "pin"


CORNERS = {Shape.ARROW: 2, Shape.BOX: 2, Shape.LINE: 2, Shape.PIN: 0}


@dataclass(frozen=True)
class Mark:
    """A drawing pinned to one frame (counted from 0) of one clip, named by the scan's number in the catalogue.

    points: (x, y) as shares (0-1) of the picture's width and height; an arrow's second point is its head. ValueError
    names what is not valid.
    """

    clip: int
    frame: int
    shape: Shape
    points: tuple[tuple[float, float], ...] = ()
    text: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be drawn."""
        if self.frame < 0:
            raise ValueError("frame counts from 0")
        if len(self.points) != CORNERS[self.shape]:
            raise ValueError(f"a {self.shape} has {CORNERS[self.shape]} points")
        if not all(0 <= share <= 1 for point in self.points for share in point):
            raise ValueError("a point lies between 0 and 1")
        if not is_plain_text(self.text, LONGEST_REMARK):
            raise ValueError(f"a remark has at most {LONGEST_REMARK} characters")
        if self.shape is Shape.PIN and not self.text:
            raise ValueError("a pin without a remark says nothing")

    def as_json(self) -> dict[str, Any]:
        """Return the mark as `mark_of` reads it."""
        points = [list(point) for point in self.points]
        return {"clip": self.clip, "frame": self.frame, "shape": self.shape.value, "points": points, "text": self.text}


def mark_of(table: Mapping[str, Any]) -> Mark:
    """Return the mark of such a table; ValueError for anything else."""
    try:
        points = tuple((float(x), float(y)) for x, y in table.get("points", ()))
        return Mark(int(table["clip"]), int(table["frame"]), Shape(table["shape"]), points, str(table.get("text", "")))
    except (KeyError, TypeError, AttributeError, OverflowError) as error:
        raise ValueError("a mark has clip, frame, shape, points and text") from error
