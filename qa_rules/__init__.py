"""One file, one quality question; `rules_in` finds them, `inspect_file` asks them of a file."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa_rules._discovery import rules_in
    from qa_rules._inspect import inspect_file

__all__ = ["inspect_file", "rules_in"]


def __getattr__(name: str) -> Any:
    """Load on first use, so that importing the package stays cheap."""
    if name not in __all__:
        raise AttributeError(name)
    module = "qa_rules._discovery" if name == "rules_in" else "qa_rules._inspect"
    return getattr(import_module(module), name)
