"""How is an installation kept elsewhere, and made again from there?"""

from datetime import UTC, datetime
from pathlib import Path

from pipeline.text import Text
from sonorelay import programme
from sonorelay.key import passphrase_of
from sonorelay.outcome import ANSWERED, FAILED, USAGE, fail, language

KEPT = Text(
    "Backup {folder}: {rows} rows in {tables} tables, {objects} objects ({mb} MB), of which {new} are new.",
    "Sauvegarde {folder} : {rows} lignes dans {tables} tables, {objects} objets ({mb} Mo), dont {new} nouveaux.",
)
KEYS_APART = Text(
    "The keys in it are locked by the passphrase. Without that nothing can be restored: keep it elsewhere.",
    "Les clés y sont verrouillées par la phrase secrète. Sans elle, rien ne se restaure : gardez-la ailleurs.",
)
ONE_AT_LEAST = Text("--keep takes 1 or more", "--keep demande 1 ou plus")
LEFT = Text(
    "Backups that are left: {newest} at most. Objects in none of them, removed: {count}.",
    "Sauvegardes conservées : {newest} au plus. Objets d'aucune d'elles, supprimés : {count}.",
)
COMPARED = Text(
    "Every file of the backup of {time} is as it was written.",
    "Chaque fichier de la sauvegarde du {time} est tel qu'il fut écrit.",
)
RESTORED = Text(
    "Restored and counted again: {rows} of {rows_said} rows, {objects} of {objects_said} objects ({mb} MB), each opened"
    " and compared.",
    "Restauré et recompté : {rows} lignes sur {rows_said}, {objects} objets sur {objects_said} ({mb} Mo), chacun ouvert"
    " et comparé.",
)
CHAIN = Text("The record of events is whole: {head}", "Le journal des événements est intact : {head}")
CHAIN_BROKEN = Text(
    "The record of events is not whole, or not the one of the backup. See sonorelay audit verify.",
    "Le journal des événements n'est pas intact, ou n'est pas celui de la sauvegarde. Voir sonorelay audit verify.",
)
MB = 1_000_000


def backup(to: Path, passphrase_file: Path | None, *, newest: int | None) -> int:
    """Add a backup to a folder, while everything goes on; then leave the newest ones only, if that is asked for."""
    if newest is not None and newest < 1:
        return fail(ONE_AT_LEAST, USAGE)
    passphrase = passphrase_of(passphrase_file, twice=True)
    if isinstance(passphrase, Text):
        return fail(passphrase, USAGE)
    programme.apply_programme()
    from storage import backup as keeping
    from storage.catalogue.models import Event
    from storage.objects.chosen import object_store

    made = keeping.write(to, object_store(), passphrase, datetime.now(UTC))
    tables = made.catalogue.tables
    facts = {"rows": sum(table.rows for table in tables), "tables": len(tables), "objects": made.objects}
    Event.objects.create(at=datetime.now(UTC), what="backed_up", facts=facts)  # sonorelay doctor asks for it
    print(KEPT.format(folder=str(to), mb=made.bytes // MB, new=made.new, **facts).say(language()))
    if newest is not None:
        print(LEFT.format(newest=newest, count=keeping.leave(to, newest)).say(language()))
    print(KEYS_APART.say(language()))
    return ANSWERED


def restore(source: Path, passphrase_file: Path | None) -> int:
    """Make this installation, where nothing is yet, what it was at the time of a backup."""
    passphrase = passphrase_of(passphrase_file, twice=False)
    if isinstance(passphrase, Text):
        return fail(passphrase, USAGE)
    programme.open_catalogue()
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
