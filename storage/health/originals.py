"""Are all stored files whole, is there a second copy of them, and is that looked after?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pipeline.text import Text
from storage.health.check import Check, asks, bad, good, warn
from storage.objects.second import second_copy
from storage.settings import settings

TOO_LONG_AGO = timedelta(days=3)

WHOLE = Text("No stored file is known to be lost.", "Aucun fichier stocké n'est connu comme perdu.")
LOST = Text(
    "{count} stored files are lost or damaged, and the second copy could not mend them.",
    "{count} fichiers stockés sont perdus ou endommagés, et la seconde copie n'a pas pu les réparer.",
)
LOST_MEND = Text(
    "Bring them back from the backup (sonorelay restore) or let the sender send them again; then run sonorelay scrub.",
    "Récupérez-les de la sauvegarde (sonorelay restore) ou faites-les renvoyer ; puis lancez sonorelay scrub.",
)
UNKNOWN = Text(
    "{count} originals lie in the store of which the catalogue knows no scan.",
    "{count} originaux sont dans le stockage sans que le catalogue connaisse leur examen.",
)
UNKNOWN_MEND = Text(
    "Was the catalogue restored from an older backup? sonorelay audit export names them (object_unknown).",
    "Le catalogue vient-il d'une sauvegarde plus ancienne ? sonorelay audit export les nomme (object_unknown).",
)
SCRUBBED = Text("Stored files were last looked after on {day}.", "Dernier contrôle des fichiers stockés : {day}.")
NEVER = Text(
    "Stored files were not looked after for {days} days.",
    "Les fichiers stockés n'ont pas été contrôlés depuis {days} jours.",
)
NEVER_MEND = Text(
    "Leave the machine and sonorelay up running at night (02:30 UTC).",
    "Laissez la machine et sonorelay up en marche la nuit (02:30 UTC).",
)
ONE_DISK = Text(
    "What this field box has not exchanged yet lies on one disk only.",
    "Ce que ce poste de terrain n'a pas encore échangé n'est que sur un seul disque.",
)
ONE_DISK_MEND = Text(
    "Plug in a stick or a disk and name a folder on it: SONORELAY_SECOND_COPY",
    "Branchez une clé ou un disque et nommez-en un dossier : SONORELAY_SECOND_COPY",
)
NO_SECOND = Text("There is no second copy of the stored files.", "Les fichiers stockés n'ont pas de seconde copie.")
SECOND = Text("The second copy is in its place.", "La seconde copie est à sa place.")


@asks("objects.whole", catalogue=True)
def whole(_now: datetime) -> Iterator[Check]:
    """Tell what the scrub flow could not mend."""
    from storage.catalogue import scrubbing

    count = scrubbing.lost()
    yield bad("objects.whole", LOST, LOST_MEND, count=count) if count else good("objects.whole", WHOLE)


@asks("objects.scrub", catalogue=True)
def looked_after(now: datetime) -> Iterator[Check]:
    """Tell when the scrub flow was last over, and what it found that nobody knows."""
    from storage.catalogue import scrubbing

    last = scrubbing.last_scrub()
    if last is None:
        return  # the first night is still to come
    at, counts = last
    if now - at > TOO_LONG_AGO:
        yield warn("objects.scrub", NEVER, NEVER_MEND, days=(now - at).days)
    else:
        yield good("objects.scrub", SCRUBBED, day=f"{at:%Y-%m-%d}")
    if counts.get("unknown"):
        yield warn("objects.unknown", UNKNOWN, UNKNOWN_MEND, count=counts["unknown"])


@asks("objects.second_copy")
def second(_now: datetime) -> Iterator[Check]:
    """Look whether the second copy is where the settings say; an error tells what is wrong."""
    if settings().second_copy is None and settings().sync_url is not None:
        yield warn("objects.second_copy", ONE_DISK, ONE_DISK_MEND)
    elif settings().second_copy is None:
        yield good("objects.second_copy", NO_SECOND)
    elif second_copy() is not None:
        yield good("objects.second_copy", SECOND)
