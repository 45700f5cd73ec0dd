"""Is the record of what happened here sealed, and when was it last looked through?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from pipeline.text import Text
from storage.health.check import Check, asks, bad, good, warn

SHOULD_VERIFY = timedelta(days=7)
"""Every night it is looked through by itself (flows.chain); where that stops, somebody is told within a week."""

SEALED = Text("Every event has its place in the chain.", "Chaque événement a sa place dans la chaîne.")
UNSEALED = Text(
    "{count} events have waited more than a minute for their place in the chain.",
    "{count} événements attendent depuis plus d'une minute leur place dans la chaîne.",
)
UNSEALED_MEND = Text(
    "The next event seals them; sonorelay status does it now. If they stay: sonorelay audit verify",
    "Le prochain événement les scelle ; sonorelay status le fait maintenant. S'ils restent : sonorelay audit verify",
)
NEVER = Text("The chain of events was never looked through.", "La chaîne des événements n'a jamais été vérifiée.")
LONG_AGO = Text(
    "The chain of events was last looked through {days} days ago.",
    "La chaîne des événements a été vérifiée il y a {days} jours.",
)
VERIFY = Text("sonorelay audit verify", "sonorelay audit verify")
CUT = Text(
    "Event {number}, the head when the chain was last looked through, is no longer part of it.",
    "L'événement {number}, tête de la chaîne à sa dernière vérification, n'en fait plus partie.",
)
CUT_MEND = Text(
    "Somebody cut the record off or an older catalogue was put back: keep a copy, then sonorelay audit verify",
    "Le registre a été coupé ou un ancien catalogue remis en place : gardez une copie, puis sonorelay audit verify",
)
BROKEN = Text(
    "The chain of events was found broken at number {number} on {date} ({problem}).",
    "La chaîne des événements a été trouvée rompue au numéro {number} le {date} ({problem}).",
)
BROKEN_MEND = Text(
    "Somebody changed the record, or a disk did: keep a copy of the catalogue now, then sonorelay audit verify",
    "Le registre a été modifié, par quelqu'un ou par un disque : copiez le catalogue tout de suite, puis"
    " sonorelay audit verify",
)


@asks("chain", catalogue=True)
def chain(now: datetime) -> Iterator[Check]:
    """Look for events without a place, and for the head that the last verification noted."""
    from storage.catalogue import audit
    from storage.catalogue.models import Event

    waiting = audit.overdue(now)
    if waiting:
        yield bad("chain.sealed", UNSEALED, UNSEALED_MEND, count=waiting)
    else:
        yield good("chain.sealed", SEALED)
    broken = audit.last_broken()
    if broken is not None:
        facts = {"number": broken.number, "problem": broken.problem.value, "date": f"{broken.at:%Y-%m-%d}"}
        yield bad("chain.verified", BROKEN, BROKEN_MEND, **facts)
        return
    last = audit.last_verified()
    if last is None:
        if Event.objects.exists():
            yield warn("chain.verified", NEVER, VERIFY)
        return
    days = (now - last.at) // timedelta(days=1)
    if not Event.objects.filter(number=last.head.number, hash=last.head.hash).exists():
        yield bad("chain.verified", CUT, CUT_MEND, number=last.head.number)
    elif now - last.at > SHOULD_VERIFY:
        yield warn("chain.verified", LONG_AGO, VERIFY, days=days)
    else:
        yield good("chain.verified", LONG_AGO, days=days)
