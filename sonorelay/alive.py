"""Do the programs that `sonorelay up` runs answer, and have they died?"""

from collections.abc import Iterator

from pipeline.text import Text
from sonorelay.services import answers, are_up, services
from storage.health import Check, bad, good, warn

ANSWERS = Text("{name} answers.", "{name} répond.")
SILENT = Text("{name} does not answer.", "{name} ne répond pas.")
SILENT_MEND = Text(
    "sonorelay up runs: see home/logs/{name}.log. It is started again by itself; else stop and start.",
    "sonorelay up tourne : voir home/logs/{name}.log. Il relance {name} de lui-même ; sinon, arrêtez et relancez.",
)
STOPPED_MEND = Text(
    "Start it: sonorelay up, or its service (see deploy/).", "Lancez-le : sonorelay up, ou son service (voir deploy/)."
)


def checks() -> Iterator[Check]:
    """Ask every service that has an address whether it is ready."""
    ours = are_up()
    for service in services():
        if service.ready_at is None:
            continue
        name, facts = f"services.{service.name}", {"name": service.name}
        if answers(service.ready_at):
            yield good(name, ANSWERS, **facts)
        elif ours:
            yield bad(name, SILENT, SILENT_MEND, **facts)
        else:
            yield warn(name, SILENT, STOPPED_MEND, **facts)
