"""Does the Prefect server hold runs that died without a word, or that nobody begins?"""

import base64
import json
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pipeline.text import Text
from storage.health.check import Check, asks, good, warn
from storage.settings import Settings, settings

LONGEST_RUN = timedelta(hours=6)
SHOULD_BEGIN = timedelta(hours=1)
SECONDS_TO_ANSWER = 5.0

SOUND = Text(
    "The Prefect server holds no dead run and none that nobody begins.", "Aucun traitement mort ou oublié chez Prefect."
)
SILENT = Text("The Prefect server does not answer.", "Le serveur Prefect ne répond pas.")
SILENT_MEND = Text(
    "Start it: sonorelay up, or its service (see deploy/).", "Lancez-le : sonorelay up, ou son service (voir deploy/)."
)
ZOMBIES = Text(
    "{count} runs are called running for more than {hours} hours.",
    "{count} traitements sont dits en cours depuis plus de {hours} heures.",
)
ZOMBIES_MEND = Text(
    "They died without a word and hold nothing: the next run takes up their scans. Cancel them on Prefect's page.",
    "Ils sont morts sans un mot et ne retiennent rien : le prochain reprend leurs examens. Annulez-les dans Prefect.",
)
FORGOTTEN = Text(
    "{count} runs should have begun more than an hour ago.",
    "{count} traitements auraient dû commencer il y a plus d'une heure.",
)
FORGOTTEN_MEND = Text(
    "Nobody takes them: see that the schedules of sonorelay up, or the workers, run.",
    "Personne ne les prend : vérifiez que les planifications de sonorelay up, ou les workers, tournent.",
)


@asks("prefect")
def flow_runs(now: datetime) -> Iterator[Check]:
    """Ask the Prefect server for what it believes to be running and what it has been waiting for."""
    try:
        dead = _count(
            {"type": {"any_": ["RUNNING", "CANCELLING"]}}, {"start_time": {"before_": _before(now, LONGEST_RUN)}}
        )
        late = _count(
            {"type": {"any_": ["SCHEDULED", "PENDING"]}},
            {"expected_start_time": {"before_": _before(now, SHOULD_BEGIN)}},
        )
    except (OSError, ValueError):
        yield warn("prefect", SILENT, SILENT_MEND)
        return
    if dead:
        yield warn("prefect.dead", ZOMBIES, ZOMBIES_MEND, count=dead, hours=LONGEST_RUN // timedelta(hours=1))
    if late:
        yield warn("prefect.late", FORGOTTEN, FORGOTTEN_MEND, count=late)
    if not dead and not late:
        yield good("prefect", SOUND)


def _count(state: dict[str, Any], more: dict[str, Any]) -> int:
    here = settings()
    wanted = json.dumps({"flow_runs": {"state": state, **more}}).encode()
    request = urllib.request.Request(  # noqa: S310 - our own server, or the one that the settings name
        f"{_address(here)}/flow_runs/count", wanted, {"Content-Type": "application/json", **_authorisation(here)}
    )
    with urllib.request.urlopen(request, timeout=SECONDS_TO_ANSWER) as answer:  # noqa: S310  # nosec B310
        return int(answer.read())


def _address(here: Settings) -> str:
    return (here.prefect_url or f"http://{here.host}:{here.prefect_port}/api").rstrip("/")


def _authorisation(here: Settings) -> dict[str, str]:
    if here.prefect_auth is None:
        return {}
    return {"Authorization": "Basic " + base64.b64encode(here.prefect_auth.get_secret_value().encode()).decode()}


def _before(now: datetime, age: timedelta) -> str:
    return (now - age).isoformat()
