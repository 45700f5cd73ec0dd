"""One file, one quality question; `rules_in` finds them, `inspect_file` and `walk_in_child` ask them of a file."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa_rules._discovery import rules_in
    from qa_rules._inspect import inspect_file
    from qa_rules._walk import Walk, walk_in_child

__all__ = ["Walk", "inspect_file", "rules_in", "walk_in_child"]


def __getattr__(name: str) -> Any:
    """Load on first use, so that importing the package stays cheap."""
    homes = {"rules_in": "_discovery", "inspect_file": "_inspect", "Walk": "_walk", "walk_in_child": "_walk"}
    if name not in homes:
        raise AttributeError(name)
    return getattr(import_module(f"{__name__}.{homes[name]}"), name)
