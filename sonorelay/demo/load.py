"""How does the demonstration come to life: files into the inbox, through the real flow, then weeks of reviews?"""

import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from pipeline.text import Text
from sonorelay.demo.helping import help_history
from sonorelay.demo.people import invite_people
from sonorelay.demo.probes import device_history, probe_history
from sonorelay.demo.programme import PROJECTS, write_programme
from sonorelay.demo.registers import register_history
from sonorelay.demo.reviews import mark_simulated, review_history
from sonorelay.demo.scans import Dropped, drop_into_inbox, drops
from sonorelay.outcome import language

LOADED = "demonstration_loaded"
SECONDS_FOR_THE_FLOW = 1800.0
WRITING = Text("Writing scans", "Écriture des examens")
INGESTING = Text("Ingesting through the flow", "Passage dans le flux")
THERE = Text("The demonstration is loaded already.", "La démonstration est déjà chargée.")
SUMMARY = Text(
    "{scans} scans: {queued} to review, {reviewed} reviewed (simulated), {withheld} withheld, {rejected} refused, "
    "{awaiting} awaiting information",
    "{scans} examens : {queued} à relire, {reviewed} relus (simulés), {withheld} retenus, {rejected} refusés, "
    "{awaiting} en attente d'informations",
)


def load() -> None:
    """Load the demonstration without any server beside: the same flow, run in this process."""
    from sonorelay.ingest import reach_prefect
    from sonorelay.programme import apply_programme

    write_programme()
    apply_programme()
    reach_prefect()

    def run_flows() -> None:
        from flows.ingest import ingest

        for project in PROJECTS:
            ingest(project)

    _fill(Console(), run_flows)


def fill(screen: Console) -> None:
    """Load the demonstration into the running services: their schedules do the work, started at once."""
    from sonorelay.programme import open_catalogue
    from sonorelay.services import start_schedules_now

    open_catalogue()
    _fill(screen, lambda: start_schedules_now(PROJECTS))


def _fill(screen: Console, run_flows: Callable[[], None]) -> None:
    from flows.sources.watched_folder import SETTLED_SECONDS
    from storage.catalogue.models import Event

    invite_people()
    if Event.objects.filter(what=LOADED).exists():
        screen.print(THERE.say(language()))
        return
    now = datetime.now(UTC)
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), console=screen
    )
    with bar:
        dropped = [drop_into_inbox(one) for one in bar.track(drops(now), description=WRITING.say(language()))]
        time.sleep(SETTLED_SECONDS)  # a run leaves younger files for the next one
        run_flows()
        _wait_for(bar, {one.digest for one in dropped})
    mark_simulated(dropped)
    review_history(dropped)
    probe_history(dropped, now)
    device_history(now)
    register_history(now)
    help_history(now)
    Event.objects.create(at=now, what=LOADED, facts={"scans": len(dropped)})
    screen.print(_summary(dropped).say(language()))


def _wait_for(bar: Progress, digests: set[str]) -> None:
    """Show how many of the scans have left the state `received`, until all have."""
    from storage.catalogue.models import Scan
    from supervision.states import State

    task = bar.add_task(INGESTING.say(language()), total=len(digests))
    until = time.monotonic() + SECONDS_FOR_THE_FLOW
    while time.monotonic() < until:
        known = Scan.objects.filter(digest__in=digests).exclude(state=State.RECEIVED).count()
        bar.update(task, completed=known)
        if known == len(digests):
            return
        time.sleep(0.5)


def _summary(dropped: Iterable[Dropped]) -> Text:
    from collections import Counter

    from storage.catalogue.models import Scan
    from supervision.states import State

    digests = {one.digest for one in dropped}
    states = Counter(Scan.objects.filter(digest__in=digests).values_list("state", flat=True))
    return SUMMARY.format(
        scans=sum(states.values()),
        queued=states[State.QUEUED],
        reviewed=states[State.FINAL],
        withheld=states[State.WITHHELD],
        rejected=states[State.REJECTED],
        awaiting=states[State.AWAITING_INFO],
    )
