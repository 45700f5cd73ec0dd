"""What does the signed statement beside a bundle say: whose project it holds, of which moment, and how much of it?"""

from collections.abc import Mapping
from typing import Any

from pipeline.text import Text
from supervision.certificate import Signed
from supervision.certificates.handover import DIGEST, day, numbers
from supervision.certificates.sheet import NBSP

KIND = "project_bundle"
WHAT = Text(
    "{organisation} made this bundle of the project {project} ({code}) on {day}: {rows} rows in {tables} tables, "
    "{objects} files, {events} events of the record.",
    f"{{organisation}} a produit ce paquet du projet {{project}} ({{code}}) le {{day}}{NBSP}: {{rows}} lignes dans "
    "{tables} tables, {objects} fichiers, {events} événements du registre.",
)
ORIGINALS = Text("The originals are in it.", "Il contient les originaux.")
NO_ORIGINALS = Text("No original is in it.", "Il ne contient aucun original.")
KEYS = Text("The keys are in it, locked by a passphrase.", "Il contient les clés, verrouillées par une phrase secrète.")
NO_KEYS = Text(
    "No key is in it: pseudonyms of later scans will be others.",
    f"Il ne contient aucune clé{NBSP}: les pseudonymes des examens à venir seront différents.",
)
MISSING = Text(
    "Files that its rows name and the giver has lost: {count}.",
    f"Fichiers nommés par ses lignes et perdus chez le cédant{NBSP}: {{count}}.",
)


def told(certificate: Signed) -> tuple[Text, ...]:
    """Return whose project it is, what was counted, and what of it goes along."""
    says, by = certificate.document["says"], certificate.document["organisation"]
    counted = WHAT.format(
        organisation=by["name"],
        project=says["project"]["name"],
        code=says["project"]["code"],
        day=day(says["made_at"]),
        **numbers(summed(says["counts"])),
    )
    missing = says["counts"]["missing"]
    return (
        counted,
        ORIGINALS if says["originals"] else NO_ORIGINALS,
        KEYS if says["keys"] else NO_KEYS,
        *([MISSING.format(count=missing)] if missing else []),
        DIGEST.format(digest=says["bundle"]),
    )


def summed(counts: Mapping[str, Any]) -> dict[str, int]:
    """Return the counts of a bundle with all of its tables as one."""
    rows = counts["tables"].values()
    return {"rows": sum(rows), "tables": len(rows), "objects": counts["objects"], "events": counts["events"]}
