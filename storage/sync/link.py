"""What can a field box ask headquarters for? Whatever lies between the two."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from storage.objects import Area
from storage.sync.objects import Lacking
from storage.sync.parts import Came

PROTOCOL = 1


@dataclass(frozen=True)
class Hello:
    """What headquarters say first: who they are, for which projects the token speaks, up to where they have ours.

    awaiting: how many of their changes we have not got yet.
    """

    side: UUID
    projects: tuple[str, ...]
    read: int
    awaiting: int = 0


@dataclass(frozen=True)
class Answer:
    """Some of their changes, and up to which number these go; more: there are further ones."""

    entries: tuple[dict[str, Any], ...]
    reached: int
    more: bool


@dataclass(frozen=True)
class Taken:
    """What became of the records that were sent: how many were new there, known, and held."""

    outcomes: dict[str, int] = field(default_factory=dict)


class Link(Protocol):
    """Headquarters, as a field box reaches them. Raises Unavailable when the link is cut, Misconfigured if refused."""

    def hello(self, side: UUID, told: dict[str, int]) -> Hello:
        """Say who we are and what waits here."""

    def send(self, entries: list[dict[str, Any]], reached: int) -> Taken:
        """Send records; headquarters then have all our changes up to `reached`."""

    def ask(self, since: int, most: int) -> Answer:
        """Ask for what is new there."""

    def lacking(self) -> list[Lacking]:
        """Ask which objects are lacking there, in the order in which they should come."""

    def offset(self, area: Area, digest: str) -> int | None:
        """Ask from which byte to go on; None if nothing of it is lacking."""

    def put(self, area: Area, digest: str, start: int, length: int, pieces: Iterator[bytes], count: int) -> Came:
        """Send the next `count` bytes of an object of `length`; parts.WrongPlace if it does not go on there."""

    def get(self, area: Area, digest: str, start: int) -> AbstractContextManager[tuple[Iterator[bytes], int]]:
        """Ask for an object from this byte on: its bytes as they come, and its whole length."""
