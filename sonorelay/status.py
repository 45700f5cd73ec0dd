"""What waits where, and what is running?"""

from collections import Counter
from datetime import UTC, datetime

from rich.console import Console
from rich.table import Table

from pipeline.text import Text
from sonorelay import programme
from sonorelay.outcome import ANSWERED, language, print_json
from sonorelay.services import answers, are_up, services
from storage.health.inbox import scans_below
from storage.settings import settings
from supervision.programme import ProjectEntry
from supervision.states import State

STATES = {
    State.RECEIVED: Text("reading", "lecture"),
    State.AWAITING_INFO: Text("details missing", "à compléter"),
    State.QUEUED: Text("to review", "à relire"),
    State.FINAL: Text("reviewed", "relus"),
    State.WITHHELD: Text("held back", "retenus"),
    State.REJECTED: Text("refused", "refusés"),
    State.FAILED: Text("failed", "échecs"),
}
INBOX = Text("inbox", "boîte")
PROJECT = Text("Project", "Projet")
UP, DOWN = Text("running", "en marche"), Text("not running", "à l'arrêt")
LEFT = Text(
    "{project}: {count} scans still bear pseudonyms of an old key ({refused} of them cannot be made anew)",
    "{project} : {count} examens portent encore les pseudonymes d'une ancienne clé ({refused} impossibles à refaire)",
)
STRAY = Text(
    "Files in the inbox outside of any project's folder: {count}. The projects are: {projects}",
    "Fichiers dans la boîte hors du dossier d'un projet : {count}. Les projets sont : {projects}",
)


def status(*, as_json: bool) -> int:
    """Print per project how many scans are in which state, and which services answer."""
    wanted = programme.read()
    programme.apply_programme()
    from storage.catalogue.models import Scan

    codes = [project.code for project in wanted.projects]
    counts = Counter(Scan.objects.values_list("project__code", "state"))
    inbox = {code: _files_in(code) for code in codes}
    stray = _stray(set(codes))
    old_key = {project.code: _of_an_old_key(project) for project in wanted.projects}
    ours = are_up() or settings().work_pool is not None  # of a pool each service runs alone
    running = {service.name: ours and answers(service.ready_at) for service in services() if service.ready_at}
    if as_json:
        projects = {
            code: {
                "inbox": inbox[code],
                **{state.value: counts[(code, state.value)] for state in State},
                "old_key": old_key[code][0],
                "old_key_refused": old_key[code][1],
            }
            for code in codes
        }
        at = datetime.now(UTC).isoformat(timespec="seconds")
        print_json({"at": at, "projects": projects, "stray_files": stray, "services": running})
        return ANSWERED
    _print(codes, counts, inbox, running)
    for code, (left, refused) in old_key.items():
        if left:
            print(LEFT.format(project=code, count=left, refused=refused).say(language()))
    if stray:
        print(STRAY.format(count=stray, projects=", ".join(codes)).say(language()))
    return ANSWERED


def _print(codes: list[str], counts: Counter[tuple[str, str]], inbox: dict[str, int], running: dict[str, bool]) -> None:
    speech, screen = language(), Console()
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column(PROJECT.say(speech))
    for text in (INBOX, *STATES.values()):
        table.add_column(text.say(speech), justify="right")
    for code in codes:
        table.add_row(code, str(inbox[code]), *(str(counts[(code, state.value)]) for state in STATES))
    screen.print(table)
    for name, answering in running.items():
        screen.print(f"{name}: {(UP if answering else DOWN).say(speech)}")


def _of_an_old_key(project: ProjectEntry) -> tuple[int, int]:
    """Return how many scans still bear pseudonyms of another key than today's, and how many of them for good."""
    from pipeline.deidentify import Key
    from storage.catalogue import rekeying

    file = settings().key_file(project.organisation)
    if not file.exists():
        return 0, 0
    name = Key.load_or_create(file).fingerprint
    left = rekeying.of_another_key(project.code, name)
    return left.count(), left.filter(rekey_refused=name).count()


def _files_in(project: str) -> int:
    return sum(1 for _ in scans_below(settings().inbox / project))


def _stray(known: set[str]) -> int:
    inbox = settings().inbox
    return sum(path.relative_to(inbox).parts[0] not in known for path in scans_below(inbox))
