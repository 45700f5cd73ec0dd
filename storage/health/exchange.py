"""Does this field box meet headquarters, and does anything wait for a person there or here?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pipeline.reasons import REASONS
from pipeline.text import Text
from storage.health.check import Check, asks, bad, good, warn
from storage.settings import settings

LONG_AGO = timedelta(days=3)
NAME = "exchange.headquarters"
MEET = Text(
    "Bring it where there is a link, then: sonorelay sync --once",
    "Amenez-le là où il y a une liaison, puis : sonorelay sync --once",
)
CHOOSE = Text("Choose on the pages of these exams; see the page Exchange.", "Choisissez sur les pages de ces examens.")
LOOK = Text("See the page Exchange for what each waits for.", "Voyez la page Échange : ce que chacun attend y figure.")


@asks("exchange", catalogue=True)
def exchange(now: datetime) -> Iterator[Check]:
    """Say when headquarters were met last, and what waits for a person."""
    from storage.catalogue.models import Held, Peer, SheetConflict

    if settings().sync_url is not None:
        yield _met(Peer.objects.filter(headquarters=True).order_by("-met_at").first(), now)
    if differing := SheetConflict.objects.filter(settled_at=None).count():
        text = Text("{count} exams have two worksheets.", "{count} examens ont deux fiches d'examen.")
        yield warn("exchange.conflicts", text, CHOOSE, count=differing)
    if held := Held.objects.filter(since__lt=now - LONG_AGO).count():
        text = Text(
            "{count} records of another installation could not be taken over for three days.",
            "{count} enregistrements d'une autre installation n'ont pu être repris depuis trois jours.",
        )
        yield warn("exchange.held", text, LOOK, count=held)


def _met(peer: object, now: datetime) -> Check:
    from storage.catalogue.models import Peer

    if not isinstance(peer, Peer) or peer.met_at is None:
        return warn(NAME, Text("Headquarters were never met.", "Le siège n'a jamais été joint."), MEET)
    days = (now - peer.met_at).days
    if peer.problem in ("headquarters_refused", "headquarters_differ"):
        return bad(NAME, REASONS[peer.problem].format(answer="401/403"), Text("Do as it says.", "Suivez l'indication."))
    if now - peer.met_at > LONG_AGO:
        text = Text("Headquarters were met {days} days ago.", "Le siège a été joint il y a {days} jours.")
        return warn(NAME, text, MEET, days=days)
    text = Text("Headquarters were met within {days} days.", "Le siège a été joint il y a moins de {days} jours.")
    return good(NAME, text, days=days + 1)
