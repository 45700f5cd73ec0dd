"""Where does a number of a standard come from?"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pipeline.text import Text

FILE = "sources.toml"


@cache
def known_sources() -> Mapping[str, Text]:
    """Return the sources that the standards name by a short code, in the order of sources.toml."""
    table = tomllib.loads(files("supervision.standards").joinpath(FILE).read_text(encoding="utf-8"))
    said = {code: Text(said, said) if isinstance(said, str) else Text(**said) for code, said in table.items()}
    return MappingProxyType(said)
