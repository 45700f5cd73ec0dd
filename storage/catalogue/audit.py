"""Is the record of what happened here whole? Every event becomes a link of one chain, right after its transaction.

A link's hash covers all that the event says and the hash before it, so that nothing can be changed, taken out, put in
or moved unseen. Who can write into the database could still cut off the end, or make the whole chain anew: against that
the head (number and hash) is noted elsewhere now and then, and `verify` is asked whether it is still part of the chain.
"""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from storage.catalogue.models import Event, Person, Scan
from storage.catalogue.models.audit import written
from storage.durable import replace_file
from storage.settings import settings

BEFORE_THE_FIRST = "0" * 64
MAY_WAIT = timedelta(minutes=1)
AT_A_TIME = 1000
NOTED, BROKEN = "audit-verified.json", "audit-broken.json"
ONE_AT_A_TIME = 0x536F6E6F  # the number of the lock by which PostgreSQL lets in one process after the other

_LINK = (
    "UPDATE catalogue_event SET number = %s, previous = %s, hash = %s, scan_digest = %s, person_number = %s"
    " WHERE id = %s AND number IS NULL"
)


@dataclass(frozen=True)
class Head:
    """The last link at some time."""

    number: int
    hash: str

    def __str__(self) -> str:
        """Return what `head_of` reads."""
        return f"{self.number}:{self.hash}"


class Problem(StrEnum):
    """What is wrong where the chain breaks."""

    MISSING = "missing"  # a link was taken out
    UNLINKED = "unlinked"  # it does not follow the one before: put in, or moved
    CHANGED = "changed"  # it says something else than when it was sealed
    REASSIGNED = "reassigned"  # it was hung on another scan or person
    CUT = "cut"  # the noted head is not part of the chain


@dataclass(frozen=True)
class Broken:
    """When the chain was found broken, how, and at which number first."""

    at: datetime
    problem: Problem
    number: int


@dataclass(frozen=True)
class Verdict:
    """What became of the chain: how many links are sound, and the number of the first that is not.

    unsealed: events that have waited longer for their place in the chain than a transaction can take.
    """

    sealed: int
    head: Head | None
    first_bad: int | None = None
    problem: Problem | None = None
    unsealed: int = 0

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong, and nothing waits."""
        return self.problem is None and not self.unsealed


@dataclass(frozen=True)
class Verified:
    """When the chain was last found whole, and its head at that time."""

    at: datetime
    head: Head


@dataclass(frozen=True)
class Link:
    """One event as the chain holds it."""

    number: int
    at: datetime
    what: str
    scan_digest: str
    person_number: int | None
    facts: dict[str, Any]
    previous: str

    def told(self) -> list[object]:
        """Return what the hash covers."""
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        return [self.number, at, self.what, self.scan_digest, self.person_number, self.facts, self.previous]

    @property
    def hash(self) -> str:
        """SHA-256 of `told` as JSON in UTF-8: keys in order, no spaces."""
        text = json.dumps(self.told(), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        return hashlib.sha256(text.encode()).hexdigest()


def head_of(text: str) -> Head:
    """Return the head that was noted as `number:hash`; ValueError for anything else."""
    number, _, noted = text.strip().partition(":")
    if not number.isdecimal() or len(noted) != len(BEFORE_THE_FIRST):
        raise ValueError("a head is number:hash")
    return Head(int(number), noted)


def listen() -> None:
    """Seal what is written from now on."""
    written.connect(_after_commit, dispatch_uid="audit")


def _after_commit(**_: object) -> None:
    # robust: what the transaction did is done; an event that could not be sealed now is sealed with the next one
    transaction.on_commit(seal, robust=True)


def seal() -> int:
    """Give every event that has none a place at the end of the chain; return how many.

    In short transactions of its own, one process after the other: advisory lock on PostgreSQL, write lock on SQLite.
    """
    sealed = 0
    while _unsealed().exists():
        sealed += _seal_some()
    return sealed


def head() -> Head | None:
    """Return the last link, None before there is any."""
    last = Event.objects.filter(number__isnull=False).order_by("-number").values_list("number", "hash").first()
    return None if last is None else Head(last[0] or 0, last[1])


def verify(now: datetime, noted: Head | None = None) -> Verdict:
    """Follow the chain from its first link; also ask whether a head that was noted earlier is still part of it."""
    waiting = overdue(now)
    sound, before, found = 0, BEFORE_THE_FIRST, noted is None
    for row in _rows():
        problem = _problem(row, sound + 1, before)
        if problem is not None:
            return Verdict(sound, _head(sound, before), sound + 1, problem, waiting)
        sound, before = row["number"], row["hash"]
        found = found or noted == Head(sound, before)
    if noted is not None and not found:
        return Verdict(sound, _head(sound, before), noted.number, Problem.CUT, waiting)
    return Verdict(sound, _head(sound, before), unsealed=waiting)


def overdue(now: datetime) -> int:
    """Return how many events have waited longer for their place in the chain than a transaction can take."""
    return _unsealed().filter(at__lt=now - MAY_WAIT).count()


def note(found: Verdict, now: datetime) -> None:
    """Keep beside the catalogue what a look through the chain found: until it is found whole again, doctor says so."""
    if found.problem is not None:
        told = {"at": now.isoformat(), "problem": found.problem.value, "number": found.first_bad}
        replace_file(settings().home / BROKEN, json.dumps(told))
    elif found.head is not None:
        note_verified(found.head, now)


def note_verified(head: Head, now: datetime) -> None:
    """Keep beside the catalogue when the chain was found whole, and its head; who cuts the chain off leaves this."""
    replace_file(settings().home / NOTED, json.dumps({"at": now.isoformat(), "head": str(head)}))
    (settings().home / BROKEN).unlink(missing_ok=True)


def last_broken() -> Broken | None:
    """Return what was found broken and not found whole since, None where nothing was."""
    try:
        kept = json.loads((settings().home / BROKEN).read_text(encoding="ascii"))
        return Broken(datetime.fromisoformat(kept["at"]), Problem(kept["problem"]), int(kept["number"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def last_verified() -> Verified | None:
    """Return what `note_verified` kept last, None where there is nothing that can be read."""
    try:
        kept = json.loads((settings().home / NOTED).read_text(encoding="ascii"))
        return Verified(datetime.fromisoformat(kept["at"]), head_of(kept["head"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def links() -> Iterator[tuple[Link, str]]:
    """Yield every link with the hash that it was given, in the order of the chain."""
    for row in _rows():
        yield _link(row), row["hash"]


def saw(person: Person, what: str, scan: Scan, now: datetime, **facts: int | str) -> None:
    """Note that a person was shown something by which a patient could be known; before it is shown."""
    Event.objects.create(at=now, what=what, scan=scan, person=person, facts=facts)


def _unsealed() -> QuerySet[Event]:
    return Event.objects.filter(number=None)


def _seal_some() -> int:
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
        last = head() or Head(0, BEFORE_THE_FIRST)
        waiting = _unsealed().order_by("pk").values("pk", "at", "what", "facts", "scan__digest", "person_id")
        rows = []
        for event in waiting[:AT_A_TIME]:
            digest, person = event["scan__digest"] or "", event["person_id"]
            link = Link(last.number + 1, event["at"], event["what"], digest, person, event["facts"], last.hash)
            last = Head(link.number, link.hash)
            rows.append((link.number, link.previous, last.hash, digest, person, event["pk"]))
        with connection.cursor() as cursor:
            cursor.executemany(_LINK, rows)
    return len(rows)


def _rows() -> Iterator[dict[str, Any]]:
    own = ("number", "at", "what", "scan_digest", "person_number", "facts", "previous", "hash")
    rows = Event.objects.filter(number__isnull=False).order_by("number")
    yield from rows.values(*own, "person_id", "scan__digest").iterator(chunk_size=AT_A_TIME)


def _link(row: dict[str, Any]) -> Link:
    return Link(
        row["number"],
        row["at"],
        row["what"],
        row["scan_digest"],
        row["person_number"],
        row["facts"],
        row["previous"],
    )


def _problem(row: dict[str, Any], expected: int, before: str) -> Problem | None:
    if row["number"] != expected:
        return Problem.MISSING
    if row["previous"] != before:
        return Problem.UNLINKED
    if _link(row).hash != row["hash"]:
        return Problem.CHANGED
    # a scan or an account that is gone leaves an empty reference behind; another one is a lie
    scan, person = row["scan__digest"], row["person_id"]
    if scan not in (None, row["scan_digest"]) or person not in (None, row["person_number"]):
        return Problem.REASSIGNED
    return None


def _head(number: int, hashed: str) -> Head | None:
    return Head(number, hashed) if number else None
