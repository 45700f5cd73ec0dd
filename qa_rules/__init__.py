"""One file, one quality question; `rules_in` finds them, `inspect_file` asks them of a file."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from qa_rules._discovery import rules_in
    from qa_rules._inspect import inspect_file

__all__ = ["inspect_file", "rules_in"]


def __getattr__(name: str) -> Any:
    """Load on first use, so that importing the package stays cheap."""
    if name == "rules_in":
        from qa_rules._discovery import rules_in as found
    elif name == "inspect_file":
        from qa_rules._inspect import inspect_file as found
    else:
        raise AttributeError(name)
    return found
