"""What does the receipt of an installation say that restored the bundle of a project?"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from pipeline.text import Text
from supervision.certificate import Signed
from supervision.certificates.handover import DIGEST, day, numbers
from supervision.certificates.project_bundle import summed
from supervision.certificates.sheet import NBSP

KIND = "project_receipt"
WHAT = Text(
    "{organisation} restored a bundle of the project {project} ({code}) of {giver} on {day} and counted {rows} rows in "
    "{tables} tables, {objects} files, {events} events of the record.",
    "{organisation} a restauré un paquet du projet {project} ({code}) de {giver} le {day} et a compté {rows} lignes "
    "dans {tables} tables, {objects} fichiers, {events} événements du registre.",
)
SAME = Text("It counted what the bundle says; no digest is unmatched.", "Tout concorde avec ce que dit le paquet.")
OTHERWISE = Text("It counted otherwise than the bundle says:", f"Le compte diffère de ce que dit le paquet{NBSP}:")
COUNTED = Text("{name}: {here} of {said}", f"{{name}}{NBSP}: {{here}} sur {{said}}")
NUMBER = Text("{name}: {count}", f"{{name}}{NBSP}: {{count}}")
LOST, UNMATCHED, CHAIN = "missing at the giver", "unmatched digests", "chain of events"
NAMES: Mapping[str, Text] = MappingProxyType(
    {
        "objects": Text("stored files", "fichiers stockés"),
        "events": Text("events of the record", "événements du registre"),
        LOST: Text("files that the giver has lost", "fichiers perdus chez le cédant"),
        UNMATCHED: Text("digests without a match", "empreintes sans correspondance"),
        CHAIN: Text("the record of events is not whole", "le registre des événements n'est pas intact"),
    }
)
"""What is counted that is not a table."""


def told(certificate: Signed) -> tuple[Text, ...]:
    """Return who restored what, and what was counted otherwise."""
    says, by = certificate.document["says"], certificate.document["organisation"]
    counted = WHAT.format(
        organisation=by["name"],
        project=says["project"]["name"],
        code=says["project"]["code"],
        giver=says["giver"]["name"],
        day=day(says["restored_at"]),
        **numbers(summed(says["counts"])),
    )
    found = tuple(difference_said(str(one)) for one in says["differences"])
    return (counted, *((OTHERWISE, *found) if found else (SAME,)), DIGEST.format(digest=says["bundle"]))


def differences(said: Mapping[str, Any], here: Mapping[str, Any]) -> tuple[str, ...]:
    """Name what was counted otherwise than it was said; nothing where all of it is the same."""
    tables = sorted({*said["tables"], *here["tables"]})
    found = [
        f"{name}: {here['tables'].get(name, 0)} of {said['tables'].get(name, 0)}"
        for name in tables
        if said["tables"].get(name) != here["tables"].get(name)
    ]
    found += [
        f"{name}: {here.get(name)} of {said[name]}" for name in ("objects", "events") if said[name] != here.get(name)
    ]
    found += [f"{LOST}: {said['missing']}"] if said["missing"] else []
    found += [] if here.get("unmatched") == 0 else [f"{UNMATCHED}: {here.get('unmatched')}"]
    return tuple(found + ([] if here.get("chain") is True else [CHAIN]))


def difference_said(difference: str) -> Text:
    """Return a difference as people read it: a table keeps the name that it has in the bundle."""
    name, _, numbers_told = difference.partition(": ")
    here, apart, said = numbers_told.partition(" of ")
    named = NAMES.get(name, Text(name, name))
    if apart:
        return COUNTED.format(name=named, here=here, said=said)
    return NUMBER.format(name=named, count=here) if here else named
