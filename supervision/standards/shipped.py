"""Which standards come with the software?"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from supervision.standards.sources import FILE
from supervision.standards.standard import Standard

DEFAULT = "own"


@cache
def standards() -> Mapping[str, Standard]:
    """Return every shipped standard by its code, the default first."""
    folder = files("supervision.standards")
    texts = [
        one.read_text(encoding="utf-8") for one in folder.iterdir() if one.name.endswith(".toml") and one.name != FILE
    ]
    read = [Standard.model_validate(tomllib.loads(text)) for text in texts]
    read.sort(key=lambda one: (one.code != DEFAULT, one.code))
    return MappingProxyType({one.code: one for one in read})


def standard_named(code: str) -> Standard:
    """Return the standard of this code; LookupError for one that is not known."""
    return standards()[code]
