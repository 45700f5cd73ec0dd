"""How is an installation kept elsewhere?"""

from datetime import UTC, datetime
from pathlib import Path

from pipeline.text import Text
from sonorelay import programme
from sonorelay.key import passphrase_of
from sonorelay.outcome import ANSWERED, USAGE, fail, language

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
