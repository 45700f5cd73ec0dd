"""What became of what somebody sent, in the words of the reader?"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import get_language

from storage.catalogue.arrivals import answers_for
from supervision.receipts import Answer, Answered, what_to_do, words


@dataclass(frozen=True)
class Told:
    """The answer to one arrival as a person reads it. final: it does not change by itself any more."""

    arrival: int
    scan: str
    answer: Answer
    word: str
    text: str
    since: str
    final: bool


def told_of(project: str, arrivals: Sequence[int]) -> list[Told]:
    """Return the answers to these arrivals of a project, in the order of their numbers."""
    found = answers_for(project, arrivals)
    return [_told(number, found[number]) for number in sorted(found)]


def _told(number: int, answered: Answered) -> Told:
    language = get_language() or "en"
    return Told(
        arrival=number,
        scan=answered.scan,
        answer=answered.answer,
        word=words(answered.answer).say(language),
        text=what_to_do(answered).say(language),
        since=answered.since.isoformat(),
        final=_final(answered),
    )


def _final(answered: Answered) -> bool:
    if answered.before is not None:
        return _final(answered.before)
    return answered.answer is not Answer.READING
