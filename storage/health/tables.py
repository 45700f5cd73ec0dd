"""Does the catalogue answer, take what is written, hold today's tables, and is it whole?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pipeline.text import Text
from storage.catalogue import setup
from storage.health.check import Check, asks, bad, good

A_LITTLE = timedelta(minutes=2)
"""An event is stamped before it is written, and clocks of several machines are never quite the same."""

ANSWERS = Text("The catalogue ({kind}) answers.", "Le catalogue ({kind}) répond.")
SILENT = Text("The catalogue ({kind}) does not answer.", "Le catalogue ({kind}) ne répond pas.")
SILENT_MEND = Text(
    "See that the database runs and that SONORELAY_DATABASE_URL is right; without it, that the home folder is mounted.",
    "Vérifiez que la base tourne et que SONORELAY_DATABASE_URL est juste ; sans lui, que le dossier home est monté.",
)
OLD = Text(
    "{count} steps of the update of the tables are missing.", "{count} étapes de mise à jour des tables manquent."
)
OLD_MEND = Text(
    "Make a backup, then start the services or ask sonorelay status: the tables are brought up to date.",
    "Faites une sauvegarde, puis lancez les services ou sonorelay status : les tables seront mises à jour.",
)
CURRENT = Text("The tables are those of this version.", "Les tables sont celles de cette version.")
TAKES = Text("The catalogue takes what is written.", "Le catalogue accepte les écritures.")
READ_ONLY = Text("Nothing can be written into the catalogue.", "Rien ne peut être écrit dans le catalogue.")
READ_ONLY_MEND = Text(
    "See that its disk is mounted for writing and not full, and that the file or database belongs to this account.",
    "Vérifiez que son disque est monté en écriture et n'est pas plein, et que la base appartient à ce compte.",
)
WHOLE = Text("The file of the catalogue is whole.", "Le fichier du catalogue est intact.")
BROKEN = Text("The file of the catalogue is damaged.", "Le fichier du catalogue est endommagé.")
BROKEN_MEND = Text(
    "Stop the services, keep the damaged file, and restore the last backup (sonorelay restore).",
    "Arrêtez les services, gardez le fichier endommagé et restaurez la dernière sauvegarde (sonorelay restore).",
)
ON_TIME = Text(
    "The clock says {clock} UTC, after all that was noted.", "L'horloge indique {clock} UTC, après tout événement noté."
)
BACK = Text(
    "The clock says {clock} UTC, which is before the last event ({minutes} minutes): it was set back.",
    "L'horloge indique {clock} UTC, avant le dernier événement ({minutes} minutes) : elle a reculé.",
)
BACK_MEND = Text(
    "Set the clock of this machine, best by NTP (timedatectl set-ntp true); a flat battery makes it forget the date.",
    "Réglez l'horloge, de préférence par NTP (timedatectl set-ntp true) ; une pile vide fait oublier la date.",
)


@asks("catalogue.answers")
def answers(_now: datetime) -> Iterator[Check]:
    """Connect, and ask how many steps of the update are missing."""
    setup.prepare()
    from django.db import DatabaseError, connection
    from django.db.migrations.executor import MigrationExecutor

    kind = connection.vendor
    try:
        connection.ensure_connection()
        executor = MigrationExecutor(connection)
        lacking = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    except DatabaseError:
        yield bad("catalogue.answers", SILENT, SILENT_MEND, kind=kind)
        return
    yield good("catalogue.answers", ANSWERS, kind=kind)
    if lacking:
        yield bad("catalogue.tables", OLD, OLD_MEND, count=lacking)
    else:
        yield good("catalogue.tables", CURRENT)


@asks("catalogue_writable", catalogue=True)
def writable(_now: datetime) -> Iterator[Check]:
    """Write a row that is there as it is, in a transaction that is then taken back."""
    from django.db import DatabaseError, transaction

    from storage.catalogue.models import Project

    try:
        with transaction.atomic():
            Project.objects.filter(code="-").update(code="-")
            transaction.set_rollback(True)
    except DatabaseError:
        yield bad("catalogue_writable", READ_ONLY, READ_ONLY_MEND)
    else:
        yield good("catalogue_writable", TAKES)


@asks("catalogue_whole")
def whole(_now: datetime) -> Iterator[Check]:
    """Let SQLite look through its file; PostgreSQL sees to its own pages."""
    setup.prepare()
    from django.db import DatabaseError, OperationalError, connection

    if connection.vendor != "sqlite":
        return
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA quick_check(1)")
            sound = cursor.fetchone() == ("ok",)
    except OperationalError:
        return  # it cannot be opened at all, which is another question's answer
    except DatabaseError:
        sound = False
    yield good("catalogue_whole", WHOLE) if sound else bad("catalogue_whole", BROKEN, BROKEN_MEND)


@asks("clock", catalogue=True)
def clock(now: datetime) -> Iterator[Check]:
    """Look whether anything happened later than now."""
    from storage.catalogue.models import Event

    last = Event.objects.order_by("-at").values_list("at", flat=True).first()
    said = f"{now:%Y-%m-%d %H:%M}"
    if last is not None and last > now + A_LITTLE:
        yield bad("clock", BACK, BACK_MEND, clock=said, minutes=round((last - now).total_seconds() / 60))
    else:
        yield good("clock", ON_TIME, clock=said)
