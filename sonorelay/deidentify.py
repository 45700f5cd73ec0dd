"""Which copies of these files identify nobody, and where do they lie? Without Prefect, Django or any server."""

import hashlib
import re
import shutil
import tempfile
from functools import partial
from pathlib import Path

from pipeline.deidentify import Key
from pipeline.errors import Misconfigured, Rejected
from pipeline.text import Text
from qa_rules import Walk, walk_in_child
from sonorelay import programme
from sonorelay.inspect import answered, polygon_as_json
from sonorelay.outcome import ANSWERED, USAGE, absent, fail, files_below, language, print_json
from storage.settings import settings

CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,38}[a-z0-9]")
OUTCOMES = {
    "released": Text("released", "libéré"),
    "withheld": Text("withheld", "retenu"),
    "rejected": Text("rejected", "refusé"),
}
Answer = tuple[Walk | Rejected, list[Path]]


def deidentify(files: list[Path], *, to: Path, project: str, as_json: bool) -> int:
    """Write de-identified copies below `to` and print the outcome of each file."""
    complaint = absent(files)
    if complaint is not None:
        return fail(complaint, USAGE)
    to.mkdir(parents=True, exist_ok=True)
    key = Key.load_or_create(settings().key_file(_organisation(project)))
    answers = answered(partial(_deidentify_one, key=key, to=to), files_below(files))
    if as_json:
        for path, answer in answers:
            print_json(_as_json(path, answer))
        return ANSWERED
    from sonorelay.tables import print_deidentified

    speech = language()
    print_deidentified(((path, *_as_row(answer, speech)) for path, answer in answers), speech)
    return ANSWERED


def _organisation(project: str) -> str:
    """Return whose key it is: the organisation that programme.toml names, or the project itself where there is none.

    Misconfigured for a code that is none, or that programme.toml does not know: a typing error must not make a key.
    """
    if settings().programme_file.is_file():
        return programme.known_project(project).organisation
    if not CODE.fullmatch(project):
        raise Misconfigured("code_invalid")
    return project


def _deidentify_one(path: Path, *, key: Key, to: Path) -> Answer:
    with tempfile.TemporaryDirectory(dir=to, prefix=".writing-") as folder:
        try:
            walked = walk_in_child(path, key, Path(folder))
        except Rejected as refusal:
            return refusal, []
        if walked.release is None:
            return walked, []
        place = to / _folder_name(path, key)
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        return walked, [Path(shutil.move(output.path, place)) for output in walked.release.outputs]


def _folder_name(path: Path, key: Key) -> str:
    """Name the copy by a pseudonym of the bytes: the file's own name may hold the patient's."""
    with path.open("rb") as file:
        return key.pseudonym("file", hashlib.file_digest(file, "sha256").hexdigest())


def _outcome(answer: Answer) -> tuple[str, str | None, Text | None]:
    walked, _ = answer
    if isinstance(walked, Rejected):
        return "rejected", walked.code, walked.text
    if walked.withheld is not None:
        return "withheld", walked.withheld.code, walked.withheld.text
    return "released", None, None


def _as_json(path: Path, answer: Answer) -> dict[str, object]:
    walked, outputs = answer
    outcome, reason, _ = _outcome(answer)
    kept = walked.release.kept.polygons if isinstance(walked, Walk) and walked.release is not None else None
    return {
        "file": str(path),
        "outcome": outcome,
        "reason": reason,
        "outputs": [str(output) for output in outputs],
        "kept_polygons": None if kept is None else [polygon_as_json(polygon) for polygon in kept],
    }


def _as_row(answer: Answer, speech: str) -> tuple[str, str]:
    outcome, _, text = _outcome(answer)
    known = text.say(speech) if text else ", ".join(f"{output.parent.name}/{output.name}" for output in answer[1])
    return OUTCOMES[outcome].say(speech), known
