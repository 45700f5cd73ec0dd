"""What is left of one value once it can identify nobody?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydicom.valuerep import DSfloat

from pipeline.deidentify.allow_list import Allowed
from pipeline.deidentify.harvest import as_date
from pipeline.deidentify.identifiers import Identifiers
from pipeline.deidentify.vocabulary import vocabulary
from pipeline.key import Key

MOST_LETTERS = {"SH": 16, "LO": 64}


@dataclass(frozen=True)
class Subject:
    """Whose values these are: the file's digest, the key, whom the pseudonym stands for, and what names somebody."""

    digest: str
    key: Key
    patient: str
    days: int
    identifiers: Identifiers


def clean_value(entry: Allowed, old: Any, subject: Subject) -> object | None:
    """Return the value that may stay in the form that the allow-list asks for; None where none may."""
    if old is None or old == "":
        missing = ABSENT.get(entry.action)
        value = missing(entry, subject) if missing else None
    else:
        value = CLEAN[entry.action](entry, old, subject)
    return "" if value is None and entry.empty else value


def shifted(value: str, days: int) -> str | None:
    """Return the day of a DA or DT value moved by `days`, as YYYYMMDD; None where it is no date."""
    day = as_date(value)
    if day is None:
        return None
    try:
        return (day + timedelta(days=days)).strftime("%Y%m%d").zfill(8)
    except OverflowError:
        return None


def age_band(age: str) -> str | None:
    """Return the lower end of the age's band as AS: 90 and over together, 5 years, below five 1, below one 3 months."""
    number, unit = age.strip()[:3], age.strip()[3:].upper()
    if not number.isdecimal() or unit not in ("D", "W", "M", "Y"):
        return None
    months = int(int(number) * {"D": 12 / 365.25, "W": 12 / 52.18, "M": 1, "Y": 12}[unit])
    years = months // 12
    if years < 1:
        return f"{months // 3 * 3:03}M"
    return f"{min(90, years if years < 5 else years // 5 * 5):03}Y"


def as_written(entry: Allowed, old: object) -> object | None:
    """Return the numbers anew, in the type of their attribute; None where one is out of bounds."""
    numbers = entry.numbers(old)
    if numbers is None:
        return None
    # seven digits are more than a scale needs, and too few to hide a record number in
    rounded = [float(f"{number:.7g}") for number in numbers]
    written: list[Any]
    if entry.value_type == "DS":
        written = [DSfloat(number, auto_format=True) for number in rounded]
    elif entry.value_type in ("FD", "FL"):
        written = rounded
    else:
        written = [int(number) for number in numbers]
    return written[0] if len(written) == 1 else written


def _described(entry: Allowed, old: Any, subject: Subject) -> str | None:
    text = old if isinstance(old, str) else " ".join(map(str, old))
    kept = " ".join(vocabulary().description(text, subject.identifiers.is_name).kept)
    most = MOST_LETTERS.get(entry.value_type, 64)
    return (kept if len(kept) <= most else kept[: most + 1].rpartition(" ")[0]) or None


def _coarse(entry: Allowed, old: Any, _: Subject) -> object | None:
    rounded = entry.coarse(old)
    return None if rounded is None else DSfloat(rounded, auto_format=True)


def _pseudonym(entry: Allowed, old: Any, subject: Subject) -> str:
    if entry.of == "patient":
        return subject.key.pseudonym("patient", subject.patient)
    return subject.key.pseudonym(entry.of, str(old).strip(), length=12)


Cleaner = Callable[[Allowed, Any, Subject], object | None]
CLEAN: dict[str, Cleaner] = {
    "fixed": lambda entry, _, __: entry.value,
    "empty": lambda entry, _, __: entry.value,
    "pseudonym": _pseudonym,
    "uid": lambda _, old, subject: subject.key.uid(str(old).strip()),
    "instance": lambda _, old, subject: subject.key.uid(f"{str(old).strip()}/{subject.digest}"),
    "date": lambda _, old, subject: shifted(str(old).strip(), subject.days),
    "age": lambda _, old, __: age_band(str(old)),
    "coarse": _coarse,
    "term": lambda entry, old, _: entry.term(old),
    "words": _described,
    "model": lambda entry, old, subject: entry.model(old, subject.identifiers.inside),
    "probe": lambda entry, old, subject: entry.probe(old, subject.identifiers.inside),
    "number": lambda entry, old, _: as_written(entry, old),
}
# what a file that does not have the attribute gets all the same
ABSENT: dict[str, Callable[[Allowed, Subject], object | None]] = {
    "fixed": lambda entry, _: entry.value,
    "empty": lambda entry, _: entry.value,
    "pseudonym": lambda entry, subject: _pseudonym(entry, "", subject) if entry.of == "patient" else None,
    "uid": lambda entry, subject: subject.key.uid(f"{entry.keyword}/{subject.digest}"),
    "instance": lambda entry, subject: subject.key.uid(f"{entry.keyword}/{subject.digest}"),
}
