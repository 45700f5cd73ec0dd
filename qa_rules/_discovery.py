"""Which quality rules are there? A rule is a file; there is no list to edit."""

import hashlib
import importlib
import importlib.util
from pathlib import Path
from types import ModuleType

from pipeline.errors import Misconfigured
from pipeline.rule import Rule

OWN_FOLDER = Path(__file__).parent


def rules_in(*folders: Path) -> tuple[Rule, ...]:
    """Return the rules of all `*.py` in `folders` (default: this package's) that do not begin with '_', by name.

    Raises Misconfigured where a file cannot be loaded or holds no RULE, or where two rules have one name.
    """
    found: dict[str, Rule] = {}
    for folder in folders or (OWN_FOLDER,):
        for path in sorted(folder.glob("[!_]*.py")):
            rule = getattr(_load(path), "RULE", None)
            if not isinstance(rule, Rule):
                raise Misconfigured("rule_missing", name=path.name)
            if rule.name in found:
                raise Misconfigured("rule_twice", name=rule.name)
            found[rule.name] = rule
    return tuple(found[name] for name in sorted(found))


def _load(path: Path) -> ModuleType:
    if path.parent.resolve() == OWN_FOLDER:
        return importlib.import_module(f"{__package__}.{path.stem}")
    place = hashlib.sha256(str(path.resolve()).encode()).hexdigest()[:12]
    spec = importlib.util.spec_from_file_location(f"rule_{path.stem}_{place}", path)
    if spec is None or spec.loader is None:
        raise Misconfigured("rule_missing", name=path.name)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except (SyntaxError, ImportError, NameError, TypeError, ValueError) as problem:
        raise Misconfigured("rule_unloadable", name=path.name, problem=type(problem).__name__) from problem
    return module
