"""Which services died since `sonorelay up` began, and were started again?"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.text import Text
from storage.health.check import Check, asks, bad, good, warn
from storage.settings import settings

STATE = "up.json"
TOO_OFTEN = 4
A_DAY = timedelta(days=1)

DIED = Text(
    "{name} died since sonorelay up was started (times: {deaths}, last at {at} UTC) and was started again.",
    "{name} s'est arrêté depuis le lancement de sonorelay up (fois : {deaths}, dernière à {at} UTC), puis a redémarré.",
)
AGAIN = Text(
    "{name} dies again and again ({deaths} times, last at {at} UTC).",
    "{name} s'arrête sans cesse ({deaths} fois, la dernière à {at} UTC).",
)
MEND = Text(
    "See the end of home/logs/{name}.log; often it is the memory or the disk that is full.",
    "Voir la fin de home/logs/{name}.log ; souvent la mémoire ou le disque est plein.",
)
NONE = Text("No service died within a day.", "Aucun service ne s'est arrêté depuis un jour.")


@dataclass(frozen=True)
class Deaths:
    """How often a service died, how often one time right after the other, and when last."""

    count: int
    in_a_row: int
    last: datetime | None


@asks("died")
def died(now: datetime) -> Iterator[Check]:
    """Read what `up` noted."""
    lately = {name: one for name, one in deaths().items() if one.last is not None and now - one.last < A_DAY}
    for name, one in lately.items():
        facts: dict[str, int | str] = {"name": name, "deaths": one.count, "at": f"{one.last:%Y-%m-%d %H:%M}"}
        if one.in_a_row >= TOO_OFTEN:
            yield bad(f"died.{name}", AGAIN, MEND, **facts)
        else:
            yield warn(f"died.{name}", DIED, MEND, **facts)
    if not lately:
        yield good("died", NONE)


def deaths() -> dict[str, Deaths]:
    """Return what the last `up` noted of each service; nothing where it noted nothing that can be read."""
    try:
        services = json.loads((settings().home / STATE).read_text(encoding="utf-8"))["services"]
        return {name: _deaths(said) for name, said in services.items()}
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}


def _deaths(said: dict[str, Any]) -> Deaths:
    last = said["last_death"]
    return Deaths(int(said["deaths"]), int(said["in_a_row"]), datetime.fromisoformat(last) if last else None)
