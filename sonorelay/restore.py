"""How does a new installation come of what was kept elsewhere: of a backup, or of the bundle of a project?

What lies there is looked at, and taken for what it is.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import Misconfigured
from pipeline.text import Text
from sonorelay import programme
from sonorelay.key import passphrase_of
from sonorelay.outcome import ANSWERED, FAILED, USAGE, fail, language, print_json
from supervision.certificates import told
from supervision.certificates.project_bundle import summed
from supervision.certificates.project_receipt import difference_said
from supervision.codes import CODE
from supervision.plain_text import one_line

if TYPE_CHECKING:  # Django is not loaded yet when this file is read
    from pipeline.wrapping import Keys
    from storage.handover.arriving import Arrived, Opened, Owner

COMPARED = Text(
    "Every file of the backup of {time} is as it was written.",
    "Chaque fichier de la sauvegarde du {time} est tel qu'il fut écrit.",
)
RESTORED = Text(
    "Restored and counted again: {rows} of {rows_said} rows, {objects} of {objects_said} objects ({mb} MB), each opened"
    " and compared.",
    "Restauré et recompté : {rows} lignes sur {rows_said}, {objects} objets sur {objects_said} ({mb} Mo), chacun ouvert"
    " et comparé.",
)
CHAIN = Text("The record of events is whole: {head}", "Le journal des événements est intact : {head}")
CHAIN_BROKEN = Text(
    "The record of events is not whole, or not the one of the backup. See sonorelay audit verify.",
    "Le journal des événements n'est pas intact, ou n'est pas celui de la sauvegarde. Voir sonorelay audit verify.",
)
WHOSE = Text(
    "This is the bundle of a project. Say whose it is from now on, with --organisation CODE and --name NAME.",
    "Ceci est le paquet d'un projet. Dites à qui il est désormais, avec --organisation CODE et --name NOM.",
)
NO_BUNDLE = Text(
    "--organisation, --name, --receipt and --json are for the bundle of a project; here is a backup.",
    "--organisation, --name, --receipt et --json sont pour le paquet d'un projet ; ceci est une sauvegarde.",
)
AS_SIGNED = Text(
    "Every file of the bundle is as it was signed, with the key {key}.",
    "Chaque fichier du paquet est tel qu'il fut signé, avec la clé {key}.",
)
TAKEN_OVER = Text(
    "Restored and counted again: {rows} of {rows_said} rows in {tables} of {tables_said} tables, {objects} of"
    " {objects_said} stored files, {events} of {events_said} events. Digests without a match: {unmatched}.",
    "Restauré et recompté : {rows} lignes sur {rows_said} dans {tables} tables sur {tables_said}, {objects} fichiers"
    " stockés sur {objects_said}, {events} événements sur {events_said}. Empreintes sans correspondance : {unmatched}.",
)
DIFFERS = Text("Not as the bundle says: {differences}", "Le compte diffère : {differences}")
RECEIPT = Text(
    "Send the receipt to {giver}: {file}. It was signed with the key {key}: tell them that another way.",
    "Envoyez l'accusé à {giver} : {file}. Il est signé avec la clé {key} : communiquez-la par une autre voie.",
)
ACCOUNTS = Text(
    "All accounts are closed. Open the first one: sonorelay administrator USERNAME --organisation {organisation}",
    "Tous les comptes sont fermés. Ouvrez le premier : sonorelay administrator COMPTE --organisation {organisation}",
)
MB = 1_000_000


def restore(
    source: Path,
    passphrase_file: Path | None,
    *,
    organisation: str | None,
    name: str | None,
    receipt: Path | None,
    as_json: bool,
) -> int:
    """Make an installation, where nothing is yet, of a backup or of a bundle."""
    programme.open_catalogue()
    from storage.handover import coming
    from storage.objects.chosen import object_store
    from storage.restoring import refuse_unless_empty

    if not coming.is_bundle(source):
        if organisation or name or receipt or as_json:
            return fail(NO_BUNDLE, USAGE)
        return _of_backup(source, passphrase_file)
    if not (organisation and name):
        return fail(WHOSE, USAGE)
    if not re.fullmatch(CODE, organisation):
        raise Misconfigured("code_invalid")
    if receipt is not None and receipt.exists():
        raise Misconfigured("file_there", file=str(receipt))
    from storage.handover.arriving import Owner, locked_keys

    owner = Owner(organisation, name)
    refuse_unless_empty(object_store())
    with coming.lying(source) as folder:
        passphrase = None if locked_keys(folder) is None else passphrase_of(passphrase_file, twice=False)
        if isinstance(passphrase, Text):
            return fail(passphrase, USAGE)
        return _of_bundle(folder, owner, passphrase, receipt, as_json=as_json)


def _of_backup(source: Path, passphrase_file: Path | None) -> int:
    passphrase = passphrase_of(passphrase_file, twice=False)
    if isinstance(passphrase, Text):
        return fail(passphrase, USAGE)
    from storage import restoring
    from storage.objects.chosen import object_store

    folder = restoring.newest(source)
    restoring.refuse_unless_empty(object_store())
    manifest, keys = restoring.verified(folder, passphrase)
    print(COMPARED.format(time=manifest.made_at[:16]).say(language()))
    done = restoring.write(folder, object_store(), manifest, keys, datetime.now(UTC))
    said = sum(table.rows for table in manifest.catalogue.tables)
    counts = {"rows": done.rows, "rows_said": said, "objects": done.objects, "objects_said": manifest.objects}
    print(RESTORED.format(**counts, mb=done.bytes // MB).say(language()))
    if not done.audit.sound:
        return fail(CHAIN_BROKEN, FAILED)
    print(CHAIN.format(head=manifest.audit_head or "-").say(language()))
    return ANSWERED


def _of_bundle(folder: Path, owner: "Owner", passphrase: str | None, receipt: Path | None, *, as_json: bool) -> int:
    from storage.durable import replace_file
    from storage.handover import arriving
    from storage.objects.chosen import object_store
    from storage.settings import settings

    keys: Keys | None = arriving.keys_in(folder, passphrase)
    opened = arriving.opened(folder)
    if not as_json:
        print(AS_SIGNED.format(key=opened.signed.fingerprint).say(language()))
        for line in told(opened.signed):
            print(one_line(line.say(language())))
    arrived = arriving.restore(opened, owner, keys, object_store(), datetime.now(UTC))
    place = receipt or settings().home / f"receipt-{opened.said['project']['code']}.json"
    place.parent.mkdir(parents=True, exist_ok=True)
    replace_file(place, arrived.receipt.as_json().decode())
    return _tell(opened, arrived, owner, place, as_json=as_json)


def _tell(opened: "Opened", arrived: "Arrived", owner: "Owner", place: Path, *, as_json: bool) -> int:
    key = arrived.receipt.fingerprint
    if as_json:
        counted = {"said": arrived.said, "counted": arrived.here, "differences": list(arrived.differences)}
        print_json({"bundle": opened.digest, **counted, "receipt": str(place), "key": key})
        return FAILED if arrived.differences else ANSWERED
    said = {f"{what}_said": count for what, count in summed(arrived.said).items()}
    print(TAKEN_OVER.format(**summed(arrived.here), **said, unmatched=arrived.here["unmatched"]).say(language()))
    giver = one_line(str(opened.said["organisation"]["name"]))
    print(RECEIPT.format(giver=giver, file=str(place), key=key).say(language()))
    if arrived.differences:
        found = "; ".join(difference_said(one).say(language()) for one in arrived.differences)
        return fail(DIFFERS.format(differences=one_line(found)), FAILED)
    print(ACCOUNTS.format(organisation=owner.code).say(language()))
    return ANSWERED
