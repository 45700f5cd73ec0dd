"""Are the settings and programme.toml valid?"""

from collections.abc import Iterator
from datetime import datetime

from pipeline.errors import Misconfigured
from pipeline.text import Text
from storage.health.check import Check, asks, good
from storage.settings import settings
from supervision.programme import read_programme

VALID = Text("programme.toml is valid (projects: {count}).", "programme.toml est valable (projets : {count}).")


@asks("programme")
def programme(_now: datetime) -> Iterator[Check]:
    """Read programme.toml as the services do; what is wrong with it is told by its error."""
    file = settings().programme_file
    if not file.is_file():
        raise Misconfigured("no_programme", file=str(file))
    try:
        read = read_programme(file.read_text(encoding="utf-8"))
    except UnicodeDecodeError:
        raise Misconfigured("programme_invalid", key="-", problem="not UTF-8") from None
    yield good("programme", VALID, count=len(read.projects))
