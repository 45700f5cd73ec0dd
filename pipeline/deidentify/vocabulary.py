"""Which words of a description are words of ultrasound, and may stay?"""

import re
import tomllib
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

MOST_WORDS = 16

_BETWEEN = re.compile(r"[^a-z0-9]+")
_JOINED = str.maketrans({"œ": "oe", "Œ": "oe", "æ": "ae", "Æ": "ae", "ß": "ss"})


@dataclass(frozen=True)
class Description:
    """What of a text may stay, in the vocabulary's own spelling, and the words that may not."""

    kept: tuple[str, ...]
    dropped: tuple[str, ...]


@dataclass(frozen=True)
class Vocabulary:
    """The words of `vocabulary.toml`."""

    version: str
    words: frozenset[str]

    def description(self, text: str, names: Callable[[str], bool] = lambda _: False) -> Description:
        """Sort the words of a text, in their order; `names` says which words stand for somebody in the same file."""
        kept: list[str] = []
        dropped: list[str] = []
        for word in words_of(text):
            known = word in self.words and len(kept) < MOST_WORDS and not names(word)
            (kept if known else dropped).append(word)
        return Description(tuple(kept), tuple(dropped))


@cache
def vocabulary() -> Vocabulary:
    """Return the words of `vocabulary.toml`."""
    table = tomllib.loads(files(__package__).joinpath("vocabulary.toml").read_text(encoding="utf-8"))
    return Vocabulary(table["version"], frozenset(word for group in table["words"].values() for word in group.split()))


def folded(text: str) -> str:
    """Return the text in lower case and without accents."""
    if text.isascii():
        return text.lower()
    parts = unicodedata.normalize("NFKD", text.translate(_JOINED))
    return "".join(part for part in parts if not unicodedata.combining(part)).casefold()


def words_of(text: str) -> list[str]:
    """Return the words and numbers of a text, folded, in their order; other scripts count as spaces."""
    return [word for word in _BETWEEN.split(folded(text)) if word]
