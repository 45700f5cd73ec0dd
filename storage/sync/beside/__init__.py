"""What is exchanged beside exams: how far people are who learn, how devices are, and what the registers hold?

A kind of record is a file of this folder with a KIND; there is no list to edit. Each kind is a merge: whatever came
first, and however often, both sides come to the same (docs/decisions/0013-two-sides.md).
"""

import importlib
from functools import cache
from pathlib import Path

from storage.sync.beside.kind import Kind

__all__ = ["Kind", "kinds"]


@cache
def kinds() -> dict[str, Kind]:
    """Return every kind of this folder, by its name."""
    files = sorted(file.stem for file in Path(__file__).parent.glob("[!_]*.py"))
    modules = [importlib.import_module(f"{__package__}.{name}") for name in files]
    found: list[Kind] = [module.KIND for module in modules if hasattr(module, "KIND")]
    return {kind.name: kind for kind in found}
