"""How does everything start with one command, and stop with one key?"""

import os
import signal
import time

from rich.console import Console

from pipeline.errors import Misconfigured, Unavailable
from pipeline.text import Text
from sonorelay.keeping import Keeper, running
from sonorelay.outcome import ANSWERED, language
from sonorelay.services import only_one, refuse_busy_ports, services
from storage.settings import settings

SECONDS_BETWEEN_LOOKS = 1.0
SECONDS_BETWEEN_TRIES = 5.0
STARTING = Text(
    "Starting the catalogue, the Prefect server and the web application ...",
    "Démarrage du catalogue, du serveur Prefect et de l'application web ...",
)
READY = Text(
    "Sonorelay is at {address}   (Ctrl-C stops everything)",
    "Sonorelay est à l'adresse {address}   (Ctrl-C arrête tout)",
)
DROP = Text(
    "Drop scans into {inbox}/<project>/<trainee>/<exam type>/",
    "Déposez des examens dans {inbox}/<projet>/<apprenant>/<type d'examen>/",
)
WAITING = Text(
    "{reason} It is tried again every {seconds} s (Ctrl-C stops).",
    "{reason} Un nouvel essai a lieu toutes les {seconds} s (Ctrl-C arrête).",
)
DIED = Text(
    "{name} died and is started again in {seconds} s; what it said last is in home/logs/{name}.log",
    "{name} s'est arrêté et redémarre dans {seconds} s ; ses derniers messages sont dans home/logs/{name}.log",
)
STOPPING = Text("Stopping ...", "Arrêt ...")


def up(*, with_demo: bool) -> int:
    """Run everything until Ctrl-C or SIGTERM; Misconfigured on a busy port, Unavailable if a program does not start."""
    if settings().work_pool is not None:
        raise Misconfigured("pool_elsewhere")
    if with_demo:
        os.environ["SONORELAY_DEMO"] = "true"  # for the web application too; refused unless on loopback
    with only_one():
        refuse_busy_ports()
        return _run(with_demo=with_demo)


def _run(*, with_demo: bool) -> int:
    screen, speech, here = Console(), language(), settings()
    screen.print(STARTING.say(speech))
    _wait_for_the_database(screen, speech)
    _prepare(with_demo=with_demo)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with running(services()) as kept:
            if with_demo:
                from sonorelay.demo import fill

                fill(screen)
            screen.print(f"\n[bold]{READY.format(address=here.base_url).say(speech)}[/bold]")
            if with_demo:
                from sonorelay.demo import print_accounts

                print_accounts(screen)
            screen.print(DROP.format(inbox=str(here.inbox)).say(speech), highlight=False, markup=False)
            _watch(kept, screen, speech)
    except KeyboardInterrupt:
        screen.print(STOPPING.say(speech))
    return ANSWERED


def _wait_for_the_database(screen: Console, speech: str) -> None:
    """Wait for a database server, which may start later than we do after a power cut."""
    from sonorelay.programme import open_catalogue

    waits = False
    while True:
        try:
            return open_catalogue()
        except Unavailable as error:
            if settings().database_url is None:
                raise
            if not waits:
                line = WAITING.format(reason=error.text.say(speech), seconds=round(SECONDS_BETWEEN_TRIES))
                screen.print(line.say(speech), highlight=False, soft_wrap=True)
        waits = True
        time.sleep(SECONDS_BETWEEN_TRIES)


def _prepare(*, with_demo: bool) -> None:
    """Bring catalogue, programme and inbox into the state that the services need."""
    from sonorelay.demo import write_programme
    from sonorelay.programme import apply_programme

    if with_demo:
        write_programme()
    apply_programme()


def _watch(kept: Keeper, screen: Console, speech: str) -> None:
    while True:
        time.sleep(SECONDS_BETWEEN_LOOKS)
        for name, seconds in kept.look():
            line = DIED.format(name=name, seconds=round(seconds))
            screen.print(line.say(speech), highlight=False, soft_wrap=True)
