"""Is the record of what happened here whole, and how is it shown to somebody who audits it?"""

import csv
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from pipeline.errors import Misconfigured
from pipeline.text import Text
from sonorelay import programme
from sonorelay.outcome import ANSWERED, FAILED, USAGE, fail, language, print_json

if TYPE_CHECKING:  # Django is not loaded yet when this file is read
    from storage.catalogue.audit import Head, Verdict

COLUMNS = ("number", "at", "what", "scan_digest", "person_number", "facts", "previous", "hash")
NO_HEAD = Text(
    "a head is number:hash, as sonorelay audit head prints it",
    "une tête s'écrit numéro:empreinte, comme l'imprime sonorelay audit head",
)
EMPTY = Text("Nothing has happened here yet.", "Il ne s'est encore rien passé ici.")
SOUND = Text(
    "The chain is whole: {sealed} events. Head: {head}", "La chaîne est entière : {sealed} événements. Tête : {head}"
)
WAITING = Text(
    "{count} events have waited more than a minute for their place in the chain.",
    "{count} événements attendent depuis plus d'une minute leur place dans la chaîne.",
)
PROBLEMS = {
    "missing": Text("Event {number} is missing.", "L'événement {number} manque."),
    "unlinked": Text(
        "Event {number} does not follow the one before: something was put in, or moved.",
        "L'événement {number} ne suit pas le précédent : quelque chose a été ajouté ou déplacé.",
    ),
    "changed": Text(
        "Event {number} was changed after it was sealed.", "L'événement {number} a été modifié après son scellement."
    ),
    "reassigned": Text(
        "Event {number} was hung on another scan or another person.",
        "L'événement {number} a été rattaché à un autre examen ou à une autre personne.",
    ),
    "cut": Text(
        "The head noted as number {number} is not part of the chain: its end was cut off, or it was made anew.",
        "La tête notée sous le numéro {number} ne fait pas partie de la chaîne : sa fin a été coupée, ou elle a été"
        " refaite.",
    ),
}
WRITTEN = Text("{count} events in {file}.", "{count} événements dans {file}.")


def verify(noted: str | None, *, as_json: bool) -> int:
    """Follow the chain of events; 1 where it is broken, an event waits too long, or a noted head is not in it."""
    programme.open_catalogue()
    from storage.catalogue import audit

    try:
        head = audit.head_of(noted) if noted is not None else None
    except ValueError:
        return fail(NO_HEAD, USAGE)
    now = datetime.now(UTC)
    found = audit.verify(now, head)
    if noted is None or found.problem is None:  # a head may also be misspelt
        audit.note(found, now)
    if as_json:
        print_json(_table(found))
    else:
        _tell(found)
    return ANSWERED if found.sound else FAILED


def head() -> int:
    """Print number and hash of the last event, to be noted where nobody who can write here can change it."""
    programme.open_catalogue()
    from storage.catalogue import audit

    last = audit.head()
    if last is None:
        return fail(EMPTY, FAILED)
    print(last)
    return ANSWERED


def export(to: Path | None, *, as_csv: bool) -> int:
    """Write all sealed events as JSON lines or CSV into a new file, or print them; that too is an event."""
    programme.open_catalogue()
    from storage.catalogue import audit
    from storage.catalogue.models import Event

    last: Head | None = audit.head()
    facts = {"events": last.number if last else 0, "format": "csv" if as_csv else "jsonl"}
    with _opened(to) as file:
        Event.objects.create(at=datetime.now(UTC), what="audit_exported", facts=facts)
        count = _write(file, _lines(last), as_csv=as_csv)
    if to is not None:
        print(WRITTEN.format(count=count, file=str(to)).say(language()))
    return ANSWERED


def _table(found: "Verdict") -> dict[str, object]:
    return {
        "sound": found.sound,
        "sealed": found.sealed,
        "head": str(found.head) if found.head else None,
        "first_bad": found.first_bad,
        "problem": found.problem.value if found.problem else None,
        "unsealed": found.unsealed,
    }


def _tell(found: "Verdict") -> None:
    speech = language()
    if found.problem is not None and found.first_bad is not None:
        fail(PROBLEMS[found.problem.value].format(number=found.first_bad), FAILED)
    elif found.head is None:
        print(EMPTY.say(speech))
    else:
        print(SOUND.format(sealed=found.sealed, head=str(found.head)).say(speech))
    if found.unsealed:
        fail(WAITING.format(count=found.unsealed), FAILED)


def _lines(last: "Head | None") -> Iterator[dict[str, object]]:
    """Yield the links up to `last`; what each hash covers stands in storage.catalogue.audit."""
    from storage.catalogue import audit

    for link, sealed in audit.links():
        if last is None or link.number > last.number:
            return
        yield dict(zip(COLUMNS, (*link.told(), sealed), strict=True))


def _write(file: TextIO, lines: Iterator[dict[str, object]], *, as_csv: bool) -> int:
    count = 0
    table = csv.DictWriter(file, COLUMNS) if as_csv else None
    if table is not None:
        table.writeheader()
    for line in lines:
        if table is not None:
            table.writerow(line | {"facts": json.dumps(line["facts"], ensure_ascii=False, sort_keys=True)})
        else:
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
        count += 1
    return count


@contextmanager
def _opened(to: Path | None) -> Iterator[TextIO]:
    if to is None:
        yield sys.stdout
        return
    to.parent.mkdir(parents=True, exist_ok=True)
    try:
        # newline="": the csv module ends its own lines
        with open(to, "x", encoding="utf-8", newline="", opener=_private) as file:
            yield file
    except FileExistsError:
        raise Misconfigured("file_there", file=str(to)) from None


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
