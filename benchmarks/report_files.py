"""How long does a quarterly of 50,000 scans take, from the catalogue to all files in both languages?

`python -m benchmarks report_files`: on SQLite; the files are left in the folder that REPORT_FILES_TO names.
"""

import os
import time
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.installations import in_installation

SCANS = 50_000
LONGEST = 60.0
"""Seconds, for figures, sections and ten files."""
TO = "REPORT_FILES_TO"


def main() -> None:
    """Make and print the report in an installation of its own."""
    in_installation(_quarter)


def _quarter(name: str) -> None:
    from benchmarks.reports_season import Season
    from storage.catalogue import reports
    from storage.documents.files import FORMATS, LANGUAGES, Press, name_of
    from supervision.period import Period

    quarter, now = Period.named("2025-Q4"), datetime(2026, 1, 2, tzinfo=UTC)
    Season(quarter.begins, quarter.ends, now).fill(SCANS)
    began = time.perf_counter()
    document = reports.counted(reports.scope_of(), quarter, now, outside=False)
    took = time.perf_counter() - began
    print(f"{name}: figures and {len(document.sections)} sections of {SCANS} scans: {took:.1f} s")
    for language in LANGUAGES:
        press = Press(document, language, "https://sonorelay.example")
        for form in FORMATS:
            start = time.perf_counter()
            content = press.printed(form)
            print(f"{language} {form}: {time.perf_counter() - start:.1f} s, {len(content) / 1000:.0f} kB")
            if to := os.environ.get(TO):
                Path(to, name_of("", quarter.code, language, form, outside=False)).write_bytes(content)
    whole = time.perf_counter() - began
    print(f"from the catalogue to {len(LANGUAGES) * len(FORMATS)} files: {whole:.1f} s, promised {LONGEST:.0f} s")
    assert whole <= LONGEST
