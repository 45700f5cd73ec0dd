"""Do two ways of writing a name mean the same person, and could it be the patient's?

Devices, folders and people write names in any order, with or without accents, in capitals, with the carets of DICOM.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from difflib import SequenceMatcher

LONGEST = 64
"""Characters of a name; the DICOM standard allows a person's name no more (PS3.5 6.2)."""

_BETWEEN = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d{5,}")
_LETTERS = {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th", "ı": "i"}


def words_of(name: str) -> tuple[str, ...]:
    """Return the words of a name without case and accents, in the order of the alphabet."""
    plain = "".join(_LETTERS.get(letter, letter) for letter in name.casefold())
    bare = "".join(one for one in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(one))
    return tuple(sorted(word for word in _BETWEEN.split(bare.casefold()) if word))


def key_of(name: str) -> str:
    """Return what is the same for all ways of writing a name; empty for what has no letter or digit."""
    return " ".join(words_of(name))[:LONGEST]


def tidied(said: str) -> str:
    """Return a name as people read it, in one line and of bounded length."""
    return " ".join(said.replace("^", " ").split())[:LONGEST].strip()


def is_a_name(said: str) -> bool:
    """Tell whether somebody could be called so: with a letter, and no long number, which could be a patient's."""
    return any(letter.isalpha() for letter in said) and not _NUMBER.search(said)


def could_name_a_patient(said: str, of_patient: Iterable[str]) -> bool:
    """Tell whether a name given for the author could be the patient's, by what the file says of the patient.

    A name that has all words of the patient's, or only such, is taken for it; so is what is no name at all.
    """
    words = set(words_of(said))
    if not is_a_name(said):
        return True
    for one in of_patient:
        others = set(words_of(one))
        if others and (words <= others or others <= words):
            return True
    return False


def likeness(said: str, called: Sequence[str]) -> float:
    """Return how much a name looks like the most similar of the names that somebody is called by, 0 to 1."""
    key = key_of(said)
    return max((SequenceMatcher(None, key, key_of(one)).ratio() for one in called), default=0.0)
