"""What does a look at one thing say, and how is a question asked that may itself fail?"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipeline.errors import SonorelayError
from pipeline.text import Text

Fact = int | float | str
NOTHING_TO_MEND = Text("", "")
NO_ANSWER = Text("It could not be looked at: {kind}.", "L'examen a échoué : {kind}.")
NO_ANSWER_MEND = Text(
    "See the other lines first; if they are well, report this one.",
    "Traiter d'abord les autres lignes ; si elles vont bien, signaler celle-ci.",
)
AS_IT_SAYS = Text("Do as it says, then ask again.", "Suivre cette indication, puis relancer l'examen.")


class Verdict(StrEnum):
    """How it is: well; soon not, or worth knowing; or something does not work or is not safe."""

    GOOD = "good"
    WARN = "warn"
    BAD = "bad"


@dataclass(frozen=True)
class Check:
    """What a look at one thing found. `what` and `mend` hold counts, codes, paths and names of settings: no secret,
    nobody's name, nothing of a scan.
    """

    name: str
    verdict: Verdict
    what: Text
    mend: Text = NOTHING_TO_MEND
    facts: Mapping[str, Fact] = field(default_factory=dict)


@dataclass(frozen=True)
class Question:
    """One function of the time that gives checks; `name` stands for it where it fails."""

    name: str
    ask: Callable[[datetime], Iterable[Check]]
    needs_catalogue: bool


def asks(name: str, *, catalogue: bool = False) -> Callable[[Callable[[datetime], Iterable[Check]]], Question]:
    """Make a function of a module of this folder a question; with `catalogue` it is asked only while that answers."""
    return lambda function: Question(name, function, catalogue)


def good(name: str, what: Text, /, **facts: Fact) -> Check:
    """Say that all is well."""
    return Check(name, Verdict.GOOD, what.format(**facts), facts=facts)


def warn(name: str, what: Text, mend: Text, /, **facts: Fact) -> Check:
    """Say what will not stay well, and what to do."""
    return Check(name, Verdict.WARN, what.format(**facts), mend.format(**facts), facts)


def bad(name: str, what: Text, mend: Text, /, **facts: Fact) -> Check:
    """Say what does not work or is not safe, and what to do."""
    return Check(name, Verdict.BAD, what.format(**facts), mend.format(**facts), facts)


def asked(question: Question, now: datetime) -> Iterator[Check]:
    """Give the answers; a question that fails for a reason outside of it is itself an answer."""
    from django.db import DatabaseError

    try:
        yield from question.ask(now)
    except SonorelayError as error:
        yield Check(question.name, Verdict.BAD, error.text, AS_IT_SAYS, {"code": error.code})
    except (OSError, DatabaseError) as error:
        yield bad(question.name, NO_ANSWER, NO_ANSWER_MEND, kind=type(error).__name__)
