"""What does a certificate say, in words that need no programmer? One file, one kind."""

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import MappingProxyType

from pipeline.text import Text
from supervision.certificate import Signed

NBSP = "\N{NO-BREAK SPACE}"
UNKNOWN_KIND = Text(
    "It is of a kind that this version of the software does not know: {kind}.",
    f"Il est d'un genre que cette version du logiciel ne connaît pas{NBSP}: {{kind}}.",
)

Told = Callable[[Signed], tuple[Text, ...]]


def told(certificate: Signed) -> tuple[Text, ...]:
    """Return what a certificate says, a sentence or a line of a list in each; its kind's file finds the words."""
    kind = str(certificate.document.get("kind", ""))
    known = kinds().get(kind)
    return (UNKNOWN_KIND.format(kind=kind),) if known is None else known(certificate)


@cache
def kinds() -> Mapping[str, Told]:
    """Return what tells each kind: every file of this folder with a KIND and a `told`."""
    modules = [import_module(f"{__name__}.{found.name}") for found in iter_modules(__path__)]
    return MappingProxyType({module.KIND: module.told for module in modules if hasattr(module, "KIND")})
