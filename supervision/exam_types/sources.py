"""Where does a number of the exam catalogue come from?"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pipeline.text import Text

APART = ";"
"""Stands between several sources of one number."""


@cache
def known_sources() -> Mapping[str, Text]:
    """Return the sources that the catalogue names by a short code, in the order of sources.toml."""
    table = tomllib.loads(files("supervision.exam_types").joinpath("sources.toml").read_text(encoding="utf-8"))
    said = {code: Text(said, said) if isinstance(said, str) else Text(**said) for code, said in table.items()}
    return MappingProxyType(said)


def cited(sources: str, known: Mapping[str, Text] | None = None) -> Text:
    """Return `sources` in words: codes of known ones (the catalogue's) or own words, with semicolons between them."""
    words = [one.strip() for one in sources.split(APART) if one.strip()]
    said = [(known or known_sources()).get(one, Text(one, one)) for one in words]
    return Text("; ".join(one.en for one in said), " ; ".join(one.fr for one in said))
