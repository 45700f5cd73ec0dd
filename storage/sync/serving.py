"""What do headquarters answer a field box?"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from pipeline.errors import Unavailable
from storage.catalogue import scope
from storage.catalogue.models import Peer, Person, Project, Wanted
from storage.objects import Area, ObjectStore
from storage.sync import applying, journal, objects, parts, sides
from storage.sync.link import Answer, Hello, Taken
from storage.sync.objects import Lacking
from storage.sync.parts import Came
from supervision.roles import Action

MOST_RECORDS = 200


class Serving:
    """One field box, by the token of a person; only what that person may exchange is told and taken."""

    def __init__(self, side: UUID, person: Person, store: ObjectStore, now: datetime) -> None:
        """side: the field box."""
        self.person, self.store, self.now = person, store, now
        self.peer: Peer = sides.field_box(side, person)
        mine = scope.projects_for(person, Action.SYNC).filter(active=True).select_related("organisation")
        self.projects: list[Project] = list(mine.order_by("pk"))

    def hello(self, told: dict[str, int]) -> Hello:
        """Note that it is there, and what it says of itself."""
        journal.write_up(self.now)
        self.peer.met_at, self.peer.told = self.now, told
        self.peer.save(update_fields=["met_at", "told"])
        applying.try_held(self.peer, self.projects, self.now)
        awaiting = journal.awaited(self.peer.sent, self.peer, self.projects)
        codes = tuple(project.code for project in self.projects)
        return Hello(sides.this_side().uuid, codes, self.peer.read, awaiting)

    def take(self, entries: list[dict[str, Any]], reached: int) -> Taken:
        """Apply its records; then we have all its changes up to `reached`."""
        outcomes: dict[str, int] = {}
        for one in entries[:MOST_RECORDS]:
            outcome = applying.apply(
                str(one.get("kind")), str(one.get("key")), one.get("record"), self.peer, self.projects, self.now
            )
            outcomes[outcome] = outcomes.get(outcome, 0) + 1
        self.peer.read = reached
        self.peer.save(update_fields=["read"])
        return Taken(outcomes)

    def answer(self, since: int, most: int) -> Answer:
        """Return what is new here; that it asks since a number says that it has everything before."""
        journal.write_up(self.now)
        Peer.objects.filter(pk=self.peer.pk).update(sent=since)
        entries, reached = journal.since(since, self.peer, self.projects, min(most, MOST_RECORDS))
        told = tuple({"kind": one.kind, "key": one.key, "record": one.record} for one in entries)
        return Answer(told, reached, more=journal.awaited(reached, self.peer, self.projects) > 0)

    def lacking(self) -> list[Lacking]:
        """Return which of its objects are lacking here."""
        return objects.lacking(self.peer)

    def offset(self, area: Area, digest: str) -> int | None:
        """Return how many bytes of an object have come; None if nothing of it is lacking."""
        if not Wanted.objects.filter(peer=self.peer, area=area, digest=digest).exists():
            return None
        if self.store.size(area, digest) is not None and parts.finish(area, digest, self.store, self.now) is Came.DONE:
            return None
        return parts.here(area, digest)

    def put(self, area: Area, digest: str, start: int, length: int, pieces: Iterator[bytes]) -> Came:
        """Take the next bytes of an object that is lacking; Unavailable("object_missing") for any other."""
        if not Wanted.objects.filter(peer=self.peer, area=area, digest=digest).exists():
            raise Unavailable("object_missing")
        count = parts.append(area, digest, start, pieces, length)
        return parts.finish(area, digest, self.store, self.now) if count == length else Came.MORE

    @contextmanager
    def get(self, area: Area, digest: str) -> Iterator[tuple[Any, int]]:
        """Open a released object that it may have; Unavailable("object_missing") for any other."""
        if not objects.may_give(area, digest, self.projects):
            raise Unavailable("object_missing")
        with objects.lying(self.store, area, digest) as lying:
            yield lying
