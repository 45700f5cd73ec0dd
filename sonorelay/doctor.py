"""What is wrong with this installation, and how is it mended?"""

import os
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime

from rich.console import Console

from pipeline.errors import Misconfigured
from pipeline.text import Text
from sonorelay.outcome import ANSWERED, FAILED, USAGE, fail, language, print_json
from storage.health import Check, Verdict, checks
from storage.settings import settings

MARKS = {
    Verdict.BAD: Text("[red bold]BAD [/]", "[red bold]MAL [/]"),
    Verdict.WARN: Text("[yellow bold]WARN[/]", "[yellow bold]NOTE[/]"),
    Verdict.GOOD: Text("[green]good[/]", "[green]bon [/]"),
}
MEND = Text("to do: ", "à faire : ")
ALL_WELL = Text("All {good} checks are well.", "Les {good} contrôles sont bons.")
SUM = Text("{bad} bad, {warn} to watch, {good} good.", "{bad} en défaut, {warn} à surveiller, {good} bons.")


def doctor(*, as_json: bool, speech: str | None = None) -> int:
    """Print what was found, the worst first; 1 if anything is bad, 2 if the settings themselves are not valid."""
    speech = speech or language()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")
    try:
        settings()
    except Misconfigured as error:
        return fail(error.text, USAGE)
    now = datetime.now(UTC)
    found = sorted((*checks(now), *_services()), key=lambda check: list(MARKS).index(check.verdict))
    if as_json:
        print_json({"at": now.isoformat(timespec="seconds"), "checks": [_table(check) for check in found]})
    else:
        _print(found, speech)
    return FAILED if any(check.verdict is Verdict.BAD for check in found) else ANSWERED


def _services() -> Iterable[Check]:
    from sonorelay import alive, places

    return (*alive.checks(), *places.checks())


def _table(check: Check) -> dict[str, object]:
    texts = {"what": vars(check.what), "mend": vars(check.mend)}
    return {"name": check.name, "verdict": check.verdict.value, **texts, "facts": dict(check.facts)}


def _print(found: list[Check], speech: str) -> None:
    screen = Console(highlight=False, soft_wrap=True)
    for check in found:
        screen.print(f"{MARKS[check.verdict].say(speech)}  {check.name:<20} ", end="")
        screen.print(check.what.say(speech), markup=False)
        if check.mend.en:
            screen.print(f"{'':<27}{MEND.say(speech)}{check.mend.say(speech)}", markup=False)
    counts = Counter(check.verdict for check in found)
    by_name = {verdict.value: counts[verdict] for verdict in Verdict}
    summary = ALL_WELL if counts[Verdict.GOOD] == len(found) else SUM
    screen.print(summary.format(**by_name).say(speech), markup=False)
