"""Which figures does this machine give? `python -m benchmarks [NAME ...]` runs all, or those named.

A module here that has a `main` is a benchmark. One that takes long, needs root or installs programs says ONLY_IF_NAMED.
"""

import importlib
import pkgutil
import sys

import benchmarks

if __name__ == "__main__":
    named = [word for word in sys.argv[1:] if not word.isdecimal()]  # numbers are a benchmark's own
    for name in named or sorted(found.name for found in pkgutil.iter_modules(benchmarks.__path__)):
        module = importlib.import_module(f"benchmarks.{name}")
        if named or (hasattr(module, "main") and not getattr(module, "ONLY_IF_NAMED", False)):
            module.main()
