"""In which letters, and in which bytes, could a text stand in a file?

Base64 and hexadecimal are not among them: no value of a released header is copied, each is made anew from numbers,
terms and words of a vocabulary, so that nothing encoded that way can pass.
"""

import re
from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from pipeline.deidentify.vocabulary import folded

ALWAYS = ("utf-8", "latin-1", "utf-16-le", "utf-16-be")
MONTHS = (
    ("jan", "january", "janv", "janvier"),
    ("feb", "february", "févr", "février"),
    ("mar", "march", "mars"),
    ("apr", "april", "avr", "avril"),
    ("may", "mai"),
    ("jun", "june", "juin"),
    ("jul", "july", "juil", "juillet"),
    ("aug", "august", "août"),
    ("sep", "september", "sept", "septembre"),
    ("oct", "october", "octobre"),
    ("nov", "november", "novembre"),
    ("dec", "december", "déc", "décembre"),
)
# Python's names of the character sets of PS3.3 C.12.1.1.2
CHARACTER_SETS = {
    "6": "ascii", "100": "iso8859-1", "101": "iso8859-2", "109": "iso8859-3", "110": "iso8859-4", "144": "iso8859-5",
    "127": "iso8859-6", "126": "iso8859-7", "138": "iso8859-8", "148": "iso8859-9", "203": "iso8859-15",
    "166": "iso8859-11", "13": "shift_jis", "87": "iso2022_jp", "159": "iso2022_jp_2", "149": "euc_kr", "58": "gb2312",
    "192": "utf-8",
}  # fmt: skip
NAMED_SETS = {"GB18030": "gb18030", "GBK": "gbk"}

_LOWER = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in range(256))
_ESCAPES = re.compile(rb"\x1b(?:\$[()]?.|[()].)", re.DOTALL)


def encodings_of(character_sets: Iterable[str]) -> tuple[str, ...]:
    """Return Python's names of the encodings that SpecificCharacterSet declares; what it does not know is left out."""
    found = []
    for name in character_sets:
        number = re.fullmatch(r"ISO[ _](?:IR|2022[ _]IR)[ _](\d{1,3})", name.strip().upper())
        known = CHARACTER_SETS.get(number[1]) if number else NAMED_SETS.get(name.strip().upper())
        if known is not None:
            found.append(known)
    return tuple(dict.fromkeys(found))


@lru_cache(maxsize=256)
def spellings(day: date) -> tuple[str, ...]:
    """Return the ways in which people and devices write a date, English and French."""
    y, m, d = f"{day.year:04}", f"{day.month:02}", f"{day.day:02}"
    found = [y + m + d, d + m + y, f"{day.day}/{day.month}/{y}", f"{day.month}/{day.day}/{y}"]
    months = [name for spelled in MONTHS[day.month - 1] for name in dict.fromkeys((spelled, folded(spelled)))]
    for mark in "-/. ":
        found += [mark.join(parts) for parts in ((y, m, d), (d, m, y), (m, d, y), (d, m, y[2:]))]
        found += [mark.join((number, name, y)) for name in months for number in dict.fromkeys((d, str(day.day)))]
    found += [f"{name} {day.day}, {y}" for name in months]
    return tuple(dict.fromkeys(found))


def needles_of(texts: Iterable[str], encodings: Iterable[str] = ()) -> set[bytes]:
    """Return the bytes that the texts are in every encoding, whatever their case; ASCII letters are in lower case.

    A text with other letters also as it is, in lower and upper case, with capitals, and without accents.
    """
    plain, found = [], set[bytes]()
    for text in texts:
        if text.isascii():
            plain.append(text.lower().replace("\n", " "))
        else:
            found |= _in_other_letters(text, encodings)
    lines = "\n".join(plain).encode("ascii")
    found.update(lines.split(b"\n"))
    # between the first letter and the last both byte orders of UTF-16 are the same bytes
    found.update(line.strip(b"\0") for line in lines.decode("ascii").encode("utf-16-le").split(b"\n\0"))
    return found - {b""}


def _in_other_letters(text: str, encodings: Iterable[str]) -> set[bytes]:
    found: set[bytes] = set()
    for variant in {text, text.lower(), text.upper(), text.title(), text.capitalize(), folded(text)}:
        for encoding in dict.fromkeys((*ALWAYS, *encodings)):
            try:
                raw = variant.encode(encoding)
            except UnicodeEncodeError:
                continue
            # escape sequences depend on what stands before the text; what stands between them does not
            found.update(part.translate(_LOWER) for part in _ESCAPES.split(raw) if part)
    return found
