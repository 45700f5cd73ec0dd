"""Which figures does this machine give? `python -m benchmarks [NAME ...]` runs all, or those named."""

import importlib
import pkgutil
import sys
from pathlib import Path

if __name__ == "__main__":
    wanted = sys.argv[1:] or sorted(found.name for found in pkgutil.iter_modules([str(Path(__file__).parent)]))
    for name in wanted:
        if name != "__main__":
            importlib.import_module(f"benchmarks.{name}").main()
