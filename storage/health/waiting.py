"""Does anything wait longer than it should: scans, runs, schedules, files that nobody takes in?"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from time import time
from typing import NamedTuple

from pipeline.text import Text
from storage.health.check import Check, asks, bad, good, warn
from storage.health.inbox import handed_over
from storage.held import held
from storage.settings import settings
from supervision.schedule import last_times
from supervision.states import State

CYCLES = 4
"""A run that takes longer than its schedule lets the next ones fall out; this many of them is no such case."""
LONGEST_RUN = timedelta(hours=6)


class Limit(NamedTuple):
    """How many days a scan may be in a state, what to say of those that are for longer, and what to do."""

    days: int
    what: Text
    mend: Text


LIMITS = {
    State.RECEIVED: Limit(
        1,
        Text(
            "{count} scans have waited for more than a day to be read by the software (projects: {projects}).",
            "{count} examens attendent depuis plus d'un jour d'être lus par le logiciel (projets : {projects}).",
        ),
        Text(
            "See that the schedules run, then: sonorelay ingest", "Vérifiez les planifications, puis : sonorelay ingest"
        ),
    ),
    State.FAILED: Limit(
        0,
        Text(
            "The software failed on {count} scans (projects: {projects}); they are kept.",
            "Le logiciel a échoué sur {count} examens (projets : {projects}) ; ils sont conservés.",
        ),
        Text(
            "Update the software or report the fault, then: sonorelay ingest --again",
            "Mettez le logiciel à jour ou signalez le défaut, puis : sonorelay ingest --again",
        ),
    ),
    State.WITHHELD: Limit(
        7,
        Text(
            "{count} scans have been held back for more than a week (projects: {projects}).",
            "{count} examens sont retenus depuis plus d'une semaine (projets : {projects}).",
        ),
        Text(
            "A data officer should decide on the page of scans held back.",
            "Un responsable des données doit décider sur la page des examens retenus.",
        ),
    ),
    State.AWAITING_INFO: Limit(
        14,
        Text(
            "{count} scans have lacked details for more than two weeks (projects: {projects}).",
            "{count} examens sont incomplets depuis plus de deux semaines (projets : {projects}).",
        ),
        Text(
            "Somebody of the project should say who scanned or what exam it is.",
            "Quelqu'un du projet doit dire qui a fait l'examen ou de quel type il s'agit.",
        ),
    ),
}
IN_TIME = Text("No scan waits for longer than it should.", "Aucun examen n'attend plus qu'il ne faut.")
LATE = Text(
    "{count} readings are late, {urgent} of them urgent (P0, P1).",
    "{count} relectures sont en retard, dont {urgent} urgentes (P0, P1).",
)
LATE_MEND = Text(
    "Ask the reviewers; the page of staffing says who is missing for which exam type.",
    "Sollicitez les relecteurs ; la page des effectifs dit qui manque pour quel type d'examen.",
)
ON_TIME = Text("No reading is late.", "Aucune relecture n'est en retard.")
RUNS = Text("The ingest of {project} runs on its schedule.", "La collecte de {project} suit sa planification.")
STOPPED = Text(
    "No run of the ingest of {project} came to its end for more than {cycles} cycles ({minutes} minutes).",
    "Aucune collecte de {project} n'est allée à son terme depuis plus de {cycles} cycles ({minutes} minutes).",
)
STOPPED_MEND = Text(
    "See that sonorelay up (or the worker) runs; then home/logs/schedules.log. By hand:"
    " sonorelay ingest --project {project}",
    "Vérifiez que sonorelay up (ou le worker) tourne ; puis home/logs/schedules.log. À la main :"
    " sonorelay ingest --project {project}",
)
PASSED = Text(
    "{project} was handed over: nothing is taken in here any more.",
    "{project} a été transmis : plus rien n'est reçu ici.",
)
NEVER = Text("The ingest of {project} has not run yet.", "La collecte de {project} n'a pas encore eu lieu.")
DEAD = Text(
    "{count} runs died on this machine and what they had taken is still theirs.",
    "{count} traitements sont morts sur cette machine et gardent encore ce qu'ils avaient pris.",
)
DEAD_MEND = Text(
    "The next run frees it; by hand: sonorelay ingest", "Le prochain le libère ; à la main : sonorelay ingest"
)
STUCK = Text(
    "{count} runs have been at work for more than {hours} hours.",
    "{count} traitements durent depuis plus de {hours} heures.",
)
STUCK_MEND = Text(
    "If home/logs/schedules.log has no news of them, stop and start sonorelay up: nothing is lost.",
    "Si home/logs/schedules.log n'en dit rien de neuf, arrêtez et relancez sonorelay up : rien n'est perdu.",
)
ALIVE = Text("No run is dead or stuck.", "Aucun traitement n'est mort ni bloqué.")


@asks("scans", catalogue=True)
def scans(now: datetime) -> Iterator[Check]:
    """Count what is in a state for longer than it should; nobody may do anything about what was handed over."""
    from storage.catalogue.handovers import at_work
    from storage.catalogue.models import Project, Scan

    in_time, ours = True, Scan.objects.filter(project__in=Project.objects.filter(at_work()))
    for state, limit in LIMITS.items():
        left = ours.filter(state=state, received_at__lte=now - timedelta(days=limit.days))
        projects = sorted(set(left.values_list("project__code", flat=True)))
        if projects:
            in_time = False
            yield warn(f"scans.{state}", limit.what, limit.mend, count=left.count(), projects=", ".join(projects))
    if in_time:
        yield good("scans", IN_TIME)


@asks("readings", catalogue=True)
def readings(now: datetime) -> Iterator[Check]:
    """Count the readings whose clock has run out, where they may still be given."""
    from storage.catalogue.handovers import at_work
    from storage.catalogue.models import Project, ReviewItem
    from supervision.priority import URGENT

    ours = ReviewItem.objects.filter(exam__project__in=Project.objects.filter(at_work()))
    late = ours.filter(done_at=None, due_at__lt=now)
    count = late.count()
    if count:
        yield warn("readings", LATE, LATE_MEND, count=count, urgent=late.filter(clock__in=URGENT).count())
    else:
        yield good("readings", ON_TIME)


@asks("schedules", catalogue=True)
def schedules(now: datetime) -> Iterator[Check]:
    """Compare when each project's ingest last came to its end with when it should have begun."""
    from storage.catalogue.models import Project
    from storage.catalogue.programme import current

    passed = handed_over()
    ended = dict(Project.objects.filter(active=True).values_list("code", "ingested_at"))
    for project in current().projects:
        last, due = ended.get(project.code), last_times(project.schedule, now, CYCLES)
        name, facts = f"schedules.{project.code}", {"project": project.code}
        if project.code in passed:
            yield good(name, PASSED, **facts)
        elif last is None:
            yield warn(name, NEVER, STOPPED_MEND, **facts)
        elif due and last < due[-1]:
            minutes = round((now - last).total_seconds() / 60)
            yield bad(name, STOPPED, STOPPED_MEND, cycles=CYCLES - 1, minutes=minutes, **facts)
        else:
            yield good(name, RUNS, **facts)


@asks("runs")
def runs(_now: datetime) -> Iterator[Check]:
    """Look which runs of this machine are dead, or alive for too long."""
    dead, alive = _dead_and_alive()
    stuck = sum(time() - began > LONGEST_RUN.total_seconds() for began in alive)
    if dead:
        yield warn("runs.dead", DEAD, DEAD_MEND, count=dead)
    if stuck:
        yield warn("runs.stuck", STUCK, STUCK_MEND, count=stuck, hours=LONGEST_RUN // timedelta(hours=1))
    if not dead and not stuck:
        yield good("runs", ALIVE)


def dead_and_alive() -> tuple[int, int]:
    """Return how many runs of this machine died and were not buried yet, and how many are at work."""
    dead, alive = _dead_and_alive()
    return dead, len(alive)


def _dead_and_alive() -> tuple[int, list[float]]:
    """Return how many runs died, and when each of those at work began (see flows.presence)."""
    dead, alive = 0, list[float]()
    folder = settings().home / "running"
    for file in folder.glob("[!.]*") if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # it has just come to its end
            began, is_run = file.stat().st_mtime, file.is_file()
            if is_run and held(file):
                alive.append(began)
            else:
                dead += is_run and file.exists()
    return dead, alive
