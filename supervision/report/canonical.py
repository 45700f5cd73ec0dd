"""How does a tree of values become the same bytes each time, and a tree again?"""

import hashlib
import json
import types
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from enum import Enum
from functools import cache
from typing import Any, TypeVar, Union, cast, get_args, get_origin, get_type_hints

T = TypeVar("T")
_CLASS = "is"


def written(value: object) -> bytes:
    """Return dataclasses, tuples, texts, numbers and dates as JSON with sorted keys and no spaces."""
    return json.dumps(
        _plain(value), ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(value: object) -> str:
    """Return the SHA-256 of the value as it is written, in hexadecimal digits."""
    return hashlib.sha256(written(value)).hexdigest()


def read(content: bytes, kind: type[T]) -> T:
    """Return the tree of class `kind` that was written; fields that it did not have yet keep their defaults."""
    return cast("T", _value(json.loads(content), kind))


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        # what is at its default is left out, so that a new field does not change what was kept before
        kept = {
            one.name: _plain(getattr(value, one.name))
            for one in fields(value)
            if getattr(value, one.name) != one.default
        }
        return {_CLASS: type(value).__name__, **kept}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    if isinstance(value, datetime):
        return {_CLASS: "datetime", "at": value.isoformat()}
    if isinstance(value, date):
        return {_CLASS: "date", "on": value.isoformat()}
    if value is None or isinstance(value, str | int | float):
        return value
    raise TypeError(f"{type(value).__name__} is not a value of a document")


def _value(given: Any, kind: Any) -> object:
    if isinstance(given, list):
        inner = get_args(_one_of(kind, tuple))
        several = [inner[0]] * len(given) if len(inner) == 2 and inner[1] is Ellipsis else inner
        return tuple(_value(one, part) for one, part in zip(given, several, strict=True))
    if isinstance(given, Mapping):
        name = given[_CLASS]
        if name == "datetime":
            return datetime.fromisoformat(given["at"])
        if name == "date":
            return date.fromisoformat(given["on"])
        found = next(one for one in _classes(kind) if one.__name__ == name)
        hints = _hints(found)
        return found(**{key: _value(one, hints[key]) for key, one in given.items() if key != _CLASS})
    for one in _classes(kind):
        if issubclass(one, Enum) and isinstance(given, str):
            return one(given)
    return given


def _parts(kind: Any) -> tuple[Any, ...]:
    return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)


def _classes(kind: Any) -> list[type]:
    return [one for one in _parts(kind) if isinstance(one, type)]


def _one_of(kind: Any, origin: type) -> Any:
    return next(one for one in _parts(kind) if get_origin(one) is origin)


@cache
def _hints(kind: type) -> dict[str, Any]:
    return get_type_hints(kind)
