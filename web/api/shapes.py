"""In which shapes do answers come that several operations share: failures, pages of a list, numbers, moments?"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Annotated, Any, Generic, TypeVar

from django.db.models import QuerySet
from django.utils.translation import get_language
from ninja import Path, Query, Schema
from pydantic import AwareDatetime, Field

from pipeline.text import Text

LARGEST = 2**63 - 1
Row = TypeVar("Row")
Item = TypeVar("Item")

Number = Annotated[int, Path(ge=1, le=LARGEST)]
"""The number of a thing in the address."""

Key = Annotated[int, Field(ge=1, le=LARGEST)]
"""The same inside of a body."""

Code = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,40}$")]
"""A code in the address."""

Words = Annotated[str, Field(pattern=r"^[^\x00]*$")]
"""Text without control code 0, which databases refuse."""

Moment = AwareDatetime


class Wrong(Schema):
    """What in the request is not valid: the path to it, and why."""

    where: str
    why: str


class Failure(Schema):
    """Why it did not go through: a code, a sentence in the reader's language, and the places that are not valid."""

    code: str
    text: str
    wrong: list[Wrong] = []


class Done(Schema):
    """It is done."""

    done: bool = True


class Page(Schema, Generic[Item]):
    """Some of a list, in its order; count: how many there are in all."""

    items: list[Item]
    count: int


class Paged(Schema):
    """Which part of a list is wanted."""

    limit: int = Field(50, ge=1, le=200)
    offset: int = Field(0, ge=0, le=1_000_000)


Part = Annotated[Paged, Query()]


def page_of(rows: QuerySet[Any], part: Paged, shown: Callable[[list[Any]], Iterable[Any]]) -> dict[str, object]:
    """Return the part of `rows` that is wanted, as `shown` makes it of the rows."""
    wanted = list(rows[part.offset : part.offset + part.limit])
    return {"items": list(shown(wanted)), "count": rows.count()}


def said(text: Text) -> str:
    """Return a text in the reader's language."""
    return text.say(get_language() or "en")


def plain(facts: Any) -> dict[str, Any]:
    """Return facts as JSON can say them: moments in ISO 8601."""
    return {key: value.isoformat() if isinstance(value, datetime) else value for key, value in dict(facts).items()}
