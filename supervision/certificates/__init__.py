"""What does a certificate say, in words that need no programmer? One file, one kind."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType, ModuleType

from pipeline.text import Text
from supervision.certificate import Signed
from supervision.certificates.sheet import NBSP, Sheet

UNKNOWN_KIND = Text(
    "It is of a kind that this version of the software does not know: {kind}.",
    f"Il est d'un genre que cette version du logiciel ne connaît pas{NBSP}: {{kind}}.",
)


def told(certificate: Signed) -> tuple[Text, ...]:
    """Return what a certificate says, a sentence or a line of a list in each; its kind's file finds the words."""
    kind = str(certificate.document.get("kind", ""))
    module = kinds().get(kind)
    try:
        lines: tuple[Text, ...] = () if module is None else module.told(certificate)
    except (KeyError, TypeError, ValueError):  # anybody can sign anything: not every file holds what its kind should
        lines = ()
    return lines or (UNKNOWN_KIND.format(kind=kind),)


def sheet_of(certificate: Signed) -> Sheet:
    """Return what stands on the page of a certificate; KeyError for a kind that has none."""
    module = kinds()[str(certificate.document["kind"])]
    made: Sheet = module.sheet(certificate)
    return made


@cache
def kinds() -> Mapping[str, ModuleType]:
    """Return every kind's file: those of this folder with a KIND, a `told` and, where it is printed, a `sheet`."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    return MappingProxyType({module.KIND: module for module in modules if hasattr(module, "KIND")})
