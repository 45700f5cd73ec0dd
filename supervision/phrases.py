"""Which sentences of advice exist in both languages, and which of them fit what was wrong?

The trainee reads them in their own language, whatever the reviewer's.
"""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, get_args

from pipeline.text import Text
from supervision.rating import Cause, Component
from supervision.review_form import Advice

Kind = Literal["keep", "change", "next"]
KINDS: tuple[Kind, ...] = get_args(Kind)
MOST_SUGGESTED = 6
SHORTEST_EXERCISE, LONGEST_EXERCISE = 2, 5

FOR_CAUSE, FOR_MAIN_CAUSE, FOR_COMPONENT, FOR_ANY = 4, 6, 2, 1
ANY = "any"
"""What is said of every reading."""


@dataclass(frozen=True)
class Phrase:
    """One sentence: what to keep, what to change, or an exercise of `minutes` to do next.

    causes, components: what it helps against, the main one first (a `keep` praises the components); none of either: it
    fits anything.
    exam_types: codes of the only ones it speaks of, none: all.
    """

    code: str
    kind: Kind
    text: Text
    causes: tuple[Cause, ...] = ()
    components: tuple[Component, ...] = ()
    exam_types: tuple[str, ...] = ()
    minutes: int | None = None

    def __post_init__(self) -> None:
        """Refuse a kind that is not known, and an exercise without a length or of another than 2-5 minutes."""
        if self.kind not in KINDS:
            raise ValueError(f"{self.code}: kind must be one of {', '.join(KINDS)}")
        if (self.minutes is not None) != (self.kind == "next"):
            raise ValueError(f"{self.code}: an exercise, and nothing else, has minutes")
        if self.minutes is not None and not SHORTEST_EXERCISE <= self.minutes <= LONGEST_EXERCISE:
            raise ValueError(f"{self.code}: an exercise takes {SHORTEST_EXERCISE} to {LONGEST_EXERCISE} minutes")


@cache
def phrases() -> Mapping[str, Phrase]:
    """Return every phrase by its code, in the order of phrases.toml."""
    table = tomllib.loads(files("supervision").joinpath("phrases.toml").read_text(encoding="utf-8"))
    return MappingProxyType({row["code"]: _phrase(**row) for row in table["phrases"]})


def phrases_for(kind: Kind, exam_type: str) -> tuple[Phrase, ...]:
    """Return the phrases of a kind that may be said of an exam type: its own first, then the general."""
    known = [one for one in phrases().values() if one.kind == kind]
    own = [one for one in known if exam_type in one.exam_types]
    return *own, *(one for one in known if not one.exam_types)


def weights(phrase: Phrase) -> Mapping[str, int]:
    """Return what speaks for a phrase and how much: `cause.<code>`, `part.<code of the component>`, `any`.

    This is all there is to ranking: a phrase fits as much as the sum over what is said of a reading, and of equals the
    earlier one of `phrases_for` stands first. The page adds up the same numbers.
    """
    if not phrase.causes and not phrase.components:
        return {ANY: FOR_ANY}
    main = phrase.causes[:1]
    by_cause = {f"cause.{one}": FOR_MAIN_CAUSE if one in main else FOR_CAUSE for one in phrase.causes}
    return by_cause | {f"part.{one}": FOR_COMPONENT for one in phrase.components}


def suggested(kind: Kind, cause: Cause | None, worst: Collection[Component], exam_type: str = "") -> list[Phrase]:
    """Return at most six phrases of a kind, best first.

    worst: for `change` and `next` the components that were rated lowest, for `keep` those that were rated best.
    """
    said = {ANY, f"cause.{cause}", *(f"part.{one}" for one in worst)}
    fits = [
        (sum(points for what, points in weights(one).items() if what in said), one)
        for one in phrases_for(kind, exam_type)
    ]
    ranked = sorted((row for row in fits if row[0] > 0), key=lambda row: -row[0])
    return [one for _, one in ranked][:MOST_SUGGESTED]


def words_of(advice: Advice, language: str) -> str:
    """Return the advice in the reader's language: the phrase, and the reviewer's own words after it."""
    phrase = phrases().get(advice.phrase)
    said = (phrase.text.say(language) if phrase else "", advice.text.strip())
    return " ".join(part for part in said if part)


def _phrase(
    *,
    code: str,
    kind: Any,
    en: str,
    fr: str,
    causes: Collection[str] = (),
    components: Collection[str] = (),
    **more: Any,
) -> Phrase:
    fits = tuple(Cause(one) for one in causes), tuple(Component(one) for one in components)
    return Phrase(code, kind, Text(en, fr), *fits, exam_types=tuple(more.pop("exam_types", ())), **more)
