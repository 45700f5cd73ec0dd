"""What does the certificate of a hand-over say: from whom to whom a project passed, by which steps, with what proof?"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pipeline.text import Text
from supervision.certificate import Signed
from supervision.certificates.sheet import NBSP, Sheet, Table, alike, day_said
from supervision.handover import STAGES, HandoverStage, Side

KIND = "handover"
NARROW = "\N{NARROW NO-BREAK SPACE}"
WHO = Text(
    "{organisation} certifies: the project {project} ({code}) has passed to {receiver} ({receiver_code}).",
    f"{{organisation}} atteste{NBSP}: le projet {{project}} ({{code}}) a été transmis à {{receiver}} "
    "({receiver_code}).",
)
STEP = Text("{stage}: {day}, by {by}", f"{{stage}}{NBSP}: {{day}}, par {{by}}")
READ_BY_BOTH = Text(
    "Exams read first by the receiving side and again by the giving side: {count}",
    f"Examens lus d'abord par le repreneur, puis relus par le cédant{NBSP}: {{count}}",
)
BUNDLE = Text(
    "{receiver} restored the last bundle on {day} and counted the same: {rows} rows in {tables} tables, {objects} "
    "files, {events} events of the record; no difference.",
    f"{{receiver}} a restauré le dernier paquet le {{day}} et a compté la même chose{NBSP}: {{rows}} lignes dans "
    f"{{tables}} tables, {{objects}} fichiers, {{events}} événements du registre{NBSP}; aucun écart.",
)
DIGEST = Text("Fingerprint of the bundle: {digest}", f"Empreinte du paquet{NBSP}: {{digest}}")
RECEIPT = Text("Receipt signed with the key {key}", "Accusé signé avec la clé {key}")
TITLE = Text("Certificate of hand-over", "Attestation de transmission")
LEAD = Text("{organisation} certifies that it has handed over", "{organisation} atteste avoir transmis")
TO = Text("to {receiver} ({code})", "à {receiver} ({code})")
SINCE = Text("Since {day} its access to the project is revoked.", "Depuis le {day}, son accès au projet est retiré.")
BOTH = Text("Read by both sides", "Lus des deux côtés")
COUNT = Text("{count} exams", "{count} examens")
ALONG = Text("Gone with the project", "Parties avec le projet")
PEOPLE = Text("{count} people", "{count} personnes")
RESTORED = Text("Restored there", "Restauré là-bas")
ON = Text("{day}, without a difference", "le {day}, sans écart")
HELD = Text("The bundle holds", "Le paquet contient")
NUMBERS = Text(
    "{rows} rows in {tables} tables, {objects} files, {events} events of the record",
    "{rows} lignes dans {tables} tables, {objects} fichiers, {events} événements du registre",
)
PRINT = Text("Fingerprint of the bundle", "Empreinte du paquet")
THEIR_KEY = Text("Key of the receipt", "Clé de l'accusé")
STEPS = Text("Steps", "Étapes")
COLUMNS = (Text("Step", "Étape"), Text("Day", "Jour"), Text("Taken by", "Faite par"))
SIDES: Mapping[Side, Text] = {
    Side.GIVING: Text("giving side", "cédant"),
    Side.RECEIVING: Text("receiving side", "repreneur"),
}
BY = Text("{name} ({side})", "{name} ({side})")


def told(certificate: Signed) -> tuple[Text, ...]:
    """Return from whom to whom it passed, by which steps, and what was counted there."""
    says, by = certificate.document["says"], certificate.document["organisation"]
    project, receiver = says["project"], says["receiver"]
    who = WHO.format(
        organisation=by["name"],
        project=project["name"],
        code=project["code"],
        receiver=receiver["name"],
        receiver_code=receiver["code"],
    )
    return (who, *_steps_told(says), READ_BY_BOTH.format(count=says["read_by_both"]), *bundle_told(says))


def sheet(certificate: Signed) -> Sheet:
    """Return the page: project and receiver large, then what was counted, then the steps."""
    says, by = certificate.document["says"], certificate.document["organisation"]
    receiver = says["receiver"]
    about = (
        TO.format(receiver=receiver["name"], code=receiver["code"]),
        SINCE.format(day=day(says["at"])),
    )
    return Sheet(
        title=TITLE,
        lead=LEAD.format(organisation=str(by["name"])),
        name=f"{says['project']['name']} ({says['project']['code']})",
        about=about,
        facts=_facts(says),
        tables=(Table(STEPS, COLUMNS, tuple(map(_row, steps_of(says)))),),
    )


def steps_of(says: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return all steps, the one that is signed here last."""
    by = says["by"]
    return [*says["before"], {"stage": says["stage"], "at": says["at"], "by": by["name"], "side": by["side"]}]


def bundle_told(says: Mapping[str, Any]) -> tuple[Text, ...]:
    """Return what the receiver counted of the last bundle, nothing where none was restored."""
    one = says["bundle"]
    if one is None:
        return ()
    return (
        BUNDLE.format(receiver=one["restored_by"]["name"], day=day(one["restored_at"]), **numbers(one)),
        DIGEST.format(digest=one["digest"]),
        RECEIPT.format(key=one["receipt_key"]),
    )


def stage_said(code: str) -> Text:
    """Name a stage; one that this version does not know by its code."""
    return STAGES[HandoverStage(code)] if code in set(HandoverStage) else alike(code)


def day(at: str) -> Text:
    """Return the day of a moment in words."""
    return day_said(datetime.fromisoformat(at).date())


def numbers(one: Mapping[str, Any]) -> dict[str, Text]:
    """Return what a bundle holds, each number as it is written in either language."""
    told = {name: f"{one[name]:,}" for name in ("rows", "tables", "objects", "events")}
    return {name: Text(said, said.replace(",", NARROW)) for name, said in told.items()}


def _steps_told(says: Mapping[str, Any]) -> tuple[Text, ...]:
    return tuple(
        STEP.format(stage=stage_said(one["stage"]), day=day(one["at"]), by=one["by"]) for one in steps_of(says)
    )


def _row(one: Mapping[str, Any]) -> tuple[Text, ...]:
    by = BY.format(name=one["by"], side=SIDES[Side(one["side"])])
    return stage_said(one["stage"]), day(one["at"]), by


def _facts(says: Mapping[str, Any]) -> tuple[tuple[Text, Text], ...]:
    one = says["bundle"]
    found = [(BOTH, COUNT.format(count=says["read_by_both"])), (ALONG, PEOPLE.format(count=len(says["going_along"])))]
    if one is not None:
        found += [
            (HELD, NUMBERS.format(**numbers(one))),
            (RESTORED, ON.format(day=day(one["restored_at"]))),
            (PRINT, alike(one["digest"])),
            (THEIR_KEY, alike(one["receipt_key"])),
        ]
    return tuple(found)
