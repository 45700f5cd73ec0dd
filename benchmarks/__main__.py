"""Which figures does this machine give? `python -m benchmarks [NAME ...]` runs all, or those named."""

import importlib
import pkgutil
import sys
from pathlib import Path

ONLY_IF_NAMED = {"__main__", "competitors", "competitor_driver"}  # the others install programs, or are run by them
ONLY_IF_NAMED |= {"agreement_references", "agreement_driver", "environments"}
ONLY_IF_NAMED |= {"faults", "faults_recording", "quality_clips", "quality_cost", "quality_figures", "quality_known"}
ONLY_IF_NAMED |= {
    "listener",
    "quality_trials",
    "reports_season",
    "parallel_reviewers",
    "workers",
    "field_accounts",
    "field_site",
    "field_soak",
    "fuzz",
}

if __name__ == "__main__":
    here = sorted(found.name for found in pkgutil.iter_modules([str(Path(__file__).parent)]))
    named = [word for word in sys.argv[1:] if not word.isdecimal()]  # numbers are a benchmark's own
    for name in named or [name for name in here if name not in ONLY_IF_NAMED]:
        if name != "__main__":
            importlib.import_module(f"benchmarks.{name}").main()
