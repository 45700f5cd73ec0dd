"""How does one project's part of the chain of events leave, so that a verifier still sees that it was part of it?

`audit/chain.txt` holds the hash of every link of the giver's chain, a line each, in order: the last is the head that
was signed. `audit/events.jsonl` holds the project's events in full. The hash of each is computed anew; it must stand in
the line of its number, and the hash before it in the line above.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import Misconfigured
from storage.catalogue import audit
from storage.catalogue.audit import BEFORE_THE_FIRST, Head, Link
from storage.catalogue.models import Scan

EVENTS, CHAIN = "events.jsonl", "chain.txt"
HASH_LINE = len(BEFORE_THE_FIRST) + 1


@dataclass(frozen=True)
class Proven:
    """How many of the project's events are part of the chain that ends with this head."""

    events: int
    head: Head | None


def write(project: int, code: str, folder: Path, until: Head | None) -> int:
    """Write both files, up to a head; return how many events are the project's."""
    scans = frozenset(Scan.objects.filter(project=project).values_list("digest", flat=True))
    folder.mkdir(parents=True)
    count = 0
    with (folder / EVENTS).open("w", encoding="utf-8") as events, (folder / CHAIN).open("w", encoding="ascii") as chain:
        for link, sealed in audit.links():
            if until is None or link.number > until.number:
                break
            chain.write(f"{sealed}\n")
            if link.scan_digest in scans or (not link.scan_digest and link.facts.get("project") == code):
                line = asdict(link) | {"at": link.at.isoformat(), "hash": sealed}
                events.write(json.dumps(line, ensure_ascii=False, sort_keys=True) + "\n")
                count += 1
    return count


def check(folder: Path) -> Proven:
    """Follow the proof; Misconfigured (`bundle_damaged`) at the first event that is not where it says."""
    chain = folder / CHAIN
    size = chain.stat().st_size
    count, before = 0, 0
    with chain.open("rb") as hashes:
        for link, sealed in _events(folder / EVENTS):
            at_its_place = _line(hashes, link.number) == sealed == link.hash and link.number > before
            if not at_its_place or link.previous != _line(hashes, link.number - 1):
                raise Misconfigured("bundle_damaged", file=f"{EVENTS}: {link.number}")
            count, before = count + 1, link.number
        last = size // HASH_LINE
        return Proven(count, Head(last, _line(hashes, last)) if last else None)


def _events(file: Path) -> Iterator[tuple[Link, str]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            try:
                told = json.loads(line)
                sealed = str(told.pop("hash"))
                yield Link(**told | {"at": datetime.fromisoformat(told["at"])}), sealed
            except (ValueError, TypeError, KeyError):
                raise Misconfigured("bundle_damaged", file=EVENTS) from None


def _line(hashes: BinaryIO, number: int) -> str:
    """Return the hash of one link; the file has lines of one length."""
    if number <= 0:
        return BEFORE_THE_FIRST
    hashes.seek((number - 1) * HASH_LINE)
    return str(hashes.read(HASH_LINE), "ascii").rstrip("\n")
