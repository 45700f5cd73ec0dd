"""Which copies of these files identify nobody, and where do they lie? Without Prefect, Django or any server."""

import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pipeline.deidentify import Key
from pipeline.errors import Misconfigured, Rejected, SonorelayError, Withheld
from pipeline.text import Text
from qa_rules import walk_in_child
from sonorelay import copies, programme
from sonorelay.copies import Copy
from sonorelay.inspect import answered
from sonorelay.layouts import Drawn, read_layouts
from sonorelay.outcome import ANSWERED, USAGE, absent, fail, files_below, language, print_json
from storage.settings import settings
from supervision.codes import CODE

OUTCOMES = {
    "released": Text("released", "libéré"),
    "withheld": Text("withheld", "retenu"),
    "rejected": Text("rejected", "refusé"),
}
SUMMARY = Text(
    "{released} released ({there} of them there already), {withheld} withheld, {rejected} rejected",
    "{released} libérés (dont {there} déjà présents), {withheld} retenus, {rejected} refusés",
)
AT_WORK = Text("De-identifying", "Désidentification")


@dataclass(frozen=True)
class Held:
    """A file that has no copy since something is in doubt, and the screen that it comes from."""

    withheld: Withheld
    screen: dict[str, object]


Answer = Copy | Held | Rejected


def deidentify(
    files: list[Path], *, to: Path, project: str, as_json: bool, layouts: Path | None = None, again: bool = False
) -> int:
    """Write de-identified copies below `to` and print the outcome of each file, and how many ended how.

    layouts: what a person drew. again: also what has a copy already.
    """
    complaint = absent(files)
    if complaint is not None:
        return fail(complaint, USAGE)
    drawn = read_layouts(layouts)
    to.mkdir(parents=True, exist_ok=True)
    key = Key.load_or_create(settings().key_file(_organisation(project)))
    wanted = list(files_below(files))
    answers = _watched(answered(partial(_answer, key=key, to=to, drawn=drawn, again=again), wanted), len(wanted))
    counts = _print_json(answers) if as_json else _print_table(answers)
    said = SUMMARY.format(**{name: counts[name] for name in (*OUTCOMES, "there")}).say(language())
    print(said, file=sys.stderr if as_json else sys.stdout)
    return ANSWERED


def _organisation(project: str) -> str:
    """Return whose key it is: the organisation that programme.toml names, or the project itself where there is none.

    Misconfigured for a code that is none, or that programme.toml does not know: a typing error must not make a key.
    """
    if settings().programme_file.is_file():
        return programme.known_project(project).organisation
    if not re.fullmatch(CODE, project):
        raise Misconfigured("code_invalid")
    return project


def _answer(path: Path, *, key: Key, to: Path, drawn: Drawn, again: bool) -> Answer:
    place = copies.place_of(path, key, to)
    there = None if again else copies.found(place)
    if there is not None:
        return there
    # not below `to`: what is written of a file that is withheld shows who it is
    with tempfile.TemporaryDirectory(prefix="sonorelay-") as folder:
        try:
            walked = walk_in_child(path, key, Path(folder), drawn.guidance_for(path), settings().layouts_read)
        except Rejected as refusal:
            copies.withdraw(place)
            return refusal
        if walked.release is not None:
            return copies.publish(walked, walked.release, place)
    copies.withdraw(place)
    return Held(walked.withheld or Withheld("cannot_clean"), copies.screen_of(walked))


def _watched(answers: Iterator[tuple[Path, Answer]], total: int) -> Iterator[tuple[Path, Answer]]:
    """Show on the error stream how far the work is, where somebody sits before it."""
    if not sys.stderr.isatty():
        yield from answers
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as shown:
        yield from shown.track(answers, total=total, description=AT_WORK.say(language()))


def _print_json(answers: Iterator[tuple[Path, Answer]]) -> Counter[str]:
    counts: Counter[str] = Counter()
    for path, answer in answers:
        _count(answer, counts)
        print_json(_as_json(path, answer))
    return counts


def _print_table(answers: Iterator[tuple[Path, Answer]]) -> Counter[str]:
    from sonorelay.tables import print_deidentified

    counts: Counter[str] = Counter()
    rows = []
    for path, answer in answers:
        _count(answer, counts)
        rows.append((path, *_as_row(answer, language())))
    print_deidentified(rows, language())
    return counts


def _count(answer: Answer, counts: Counter[str]) -> None:
    counts[_outcome(answer)] += 1
    counts["there"] += isinstance(answer, Copy) and answer.already_there


def _outcome(answer: Answer) -> str:
    if isinstance(answer, Copy):
        return "released"
    return "rejected" if isinstance(answer, Rejected) else "withheld"


def _reason(answer: Answer) -> SonorelayError | None:
    if isinstance(answer, Held):
        return answer.withheld
    return answer if isinstance(answer, Rejected) else None


def _as_json(path: Path, answer: Answer) -> dict[str, object]:
    copy, reason = answer if isinstance(answer, Copy) else None, _reason(answer)
    return {
        "file": str(path),
        "outcome": _outcome(answer),
        "reason": reason.code if reason else None,
        "outputs": [str(output) for output in copy.outputs] if copy else [],
        "kept_polygons": copy.kept_polygons if copy else None,
        "report": str(copy.report) if copy else None,
        "already_there": copy is not None and copy.already_there,
        "screen": None if isinstance(answer, Rejected) else answer.screen,
    }


def _as_row(answer: Answer, speech: str) -> tuple[str, str]:
    outcome, reason = OUTCOMES[_outcome(answer)].say(speech), _reason(answer)
    if reason is not None:
        return outcome, reason.text.say(speech)
    outputs = answer.outputs if isinstance(answer, Copy) else ()
    return outcome, ", ".join(f"{output.parent.name}/{output.name}" for output in outputs)
