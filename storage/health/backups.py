"""Would anything be left if this machine were lost tonight?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pipeline.text import Text
from storage.health.check import Check, asks, good, warn

SHOULD_BACK_UP = timedelta(days=7)

RECENT = Text("The last backup is {days} days old.", "La dernière sauvegarde date de {days} jours.")
NEVER = Text("No backup was made here yet.", "Aucune sauvegarde n'a encore été faite ici.")
MEND = Text(
    "sonorelay backup --to a folder on another disk, each night by cron or a timer",
    "sonorelay backup --to un dossier sur un autre disque, chaque nuit par cron ou un minuteur",
)


@asks("backup", catalogue=True)
def backed_up(now: datetime) -> Iterator[Check]:
    """Tell when the last backup was made, once there is something to lose."""
    from storage.catalogue.models import Event, Scan

    last = Event.objects.filter(what="backed_up").order_by("-at").first()
    if last is not None:
        days = (now - last.at) // timedelta(days=1)
        recent = now - last.at <= SHOULD_BACK_UP
        yield good("backup", RECENT, days=days) if recent else warn("backup", RECENT, MEND, days=days)
    elif Scan.objects.filter(received_at__lt=now - SHOULD_BACK_UP).exists():
        yield warn("backup", NEVER, MEND)
