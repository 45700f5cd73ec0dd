"""Which attributes may stay, in which form, and why?

The table itself is `allowed.toml`; here it is read once and its values are checked against it.
"""

import math
import re
import tomllib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from pydicom.datadict import dictionary_VR
from pydicom.tag import BaseTag, Tag

MODEL_NUMBER = re.compile(r"[A-Za-z]{0,3}-?\d{1,4}[A-Za-z]{0,2}|[A-Za-z]")
MOST_MODEL_WORDS = 5
PROBE = re.compile(r"[A-Za-z]{1,3}\d{1,2}(?:[-_]\d{1,2})?[A-Za-z]{0,2}")
EXAM_CODE = re.compile(r"\d{1,4}")


@dataclass(frozen=True)
class Allowed:
    """One attribute that may stay, and how."""

    keyword: str
    action: str
    reason: str
    of: str = ""
    value: str = ""
    low: float = -math.inf
    high: float = math.inf
    most: int = 1
    terms: tuple[str, ...] = ()
    steps: tuple[tuple[float, float], ...] = ()
    empty: bool = False

    @cached_property
    def tag(self) -> BaseTag:
        """The attribute's tag."""
        return Tag(self.keyword)

    @cached_property
    def value_type(self) -> str:
        """The attribute's value representation."""
        return dictionary_VR(self.tag)

    def numbers(self, value: object) -> list[float] | None:
        """Return the value's numbers where there are 1 to `most` of them, all within bounds; else None."""
        return _numbers(value, self.most, self.low, self.high)

    def coarse(self, value: object) -> float | None:
        """Return a number within bounds, rounded to the step of its band; else None."""
        numbers = self.numbers(value)
        if numbers is None:
            return None
        for below, step in self.steps:
            if numbers[0] < below:
                return round(round(numbers[0] / step) * step, 2)
        return self.steps[-1][0]

    def probe(self, value: object, identifies: Callable[[str], bool]) -> str | None:
        """Return the first value where it is the type of a transducer and identifies nobody in the same file."""
        parts = list(value) if not isinstance(value, str) and isinstance(value, Iterable) else [value]
        first = str(parts[0]).strip() if parts else ""
        return first if PROBE.fullmatch(first) and not identifies(first) else None

    def term(self, value: object) -> str | None:
        """Return the value where it is one of the terms, else None."""
        text = str(value).strip().upper()
        return text if text in self.terms else None

    def model(self, value: object, identifies: Callable[[str], bool]) -> str | None:
        """Return the words of the value that name makes and models and identify nobody in the same file, else None."""
        known = allow_list().models
        words = [word for word in re.split(r"[\s,;_/()]+", str(value)) if word]
        kept = [word for word in words if word.lower().strip(".") in known or MODEL_NUMBER.fullmatch(word)]
        kept = [word for word in kept if not identifies(word)][:MOST_MODEL_WORDS]
        return " ".join(kept) if any(word.lower().strip(".") in known or len(word) > 1 for word in kept) else None


@dataclass(frozen=True)
class AllowList:
    """The whole table."""

    edition: str
    attributes: tuple[Allowed, ...]
    region: tuple[Allowed, ...]
    exams: tuple[str, ...]
    models: frozenset[str]
    sop_classes: dict[str, str]
    method: str
    codes: dict[str, str]


@cache
def allow_list() -> AllowList:
    """Return the table of `allowed.toml`."""
    table = tomllib.loads(files(__package__).joinpath("allowed.toml").read_text(encoding="utf-8"))
    return AllowList(
        edition=table["edition"],
        attributes=tuple(_allowed(keyword, entry) for keyword, entry in table["attributes"].items()),
        region=tuple(
            _allowed(keyword, entry | {"action": "number", "reason": "PS3.3 C.8.5.5"})
            for keyword, entry in table["region"].items()
        ),
        exams=tuple(table["image_type"]["exams"]),
        models=frozenset(table["models"]["words"]),
        sop_classes=table["sop_classes"],
        method=table["method"]["text"],
        codes=table["method"]["codes"],
    )


def image_type(value: object) -> list[str]:
    """Return DERIVED and PRIMARY, then the exam and its code where the standard defines them."""
    parts = [str(part) for part in value] if not isinstance(value, str) and hasattr(value, "__iter__") else []
    kept = ["DERIVED", "PRIMARY"]
    if len(parts) > 2 and parts[2] in allow_list().exams:
        kept.append(parts[2])
        if len(parts) > 3 and EXAM_CODE.fullmatch(parts[3]):
            kept.append(parts[3])
    return kept


def _allowed(keyword: str, entry: dict[str, Any]) -> Allowed:
    steps = tuple((float(below), float(step)) for below, step in entry.get("steps", ()))
    return Allowed(keyword, **(entry | {"terms": tuple(entry.get("terms", ())), "steps": steps}))


def _numbers(value: object, most: int, low: float, high: float) -> list[float] | None:
    parts = list(value) if not isinstance(value, str | bytes) and hasattr(value, "__iter__") else [value]
    if not 1 <= len(parts) <= most:
        return None
    found = []
    for part in parts:
        try:
            number = float(str(part).strip())
        except ValueError:
            return None
        if not low <= number <= high:  # also refuses what is not a number
            return None
        found.append(number)
    return found
