"""How does a quarterly report look? `.venv/bin/python -m docs.images.report` prints one of an invented programme anew.

It needs pdftoppm (poppler). The programme is the season that the benchmarks play; counting and pages are those of every
report. The picture shows its first page and the one on quality.
"""

import shutil
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from PIL import Image
from pypdf import PdfReader

from benchmarks.installations import in_installation

HERE = Path(__file__).resolve().parent
QUARTER, MADE = "2026-Q1", datetime(2026, 4, 2, 4, tzinfo=UTC)
SCANS = 2_000
DOTS_PER_INCH, COLOURS, BETWEEN = 72, 48, 8
QUALITY = {"en": "Quality", "fr": "Qualité"}


def main() -> None:
    """Write the picture in both languages."""
    in_installation(_drawn)


def _drawn(_name: str) -> None:
    from benchmarks.reports_season import Season
    from storage.catalogue.reporting.document import counted
    from storage.catalogue.reporting.reach import programme_scope
    from storage.documents.files import Press
    from supervision.period import Period

    quarter = Period.named(QUARTER)
    Season(quarter.previous().begins, quarter.ends, MADE).fill(SCANS)
    document = counted(programme_scope(), quarter, MADE, outside=False)
    for language, quality in QUALITY.items():
        with tempfile.TemporaryDirectory() as folder:
            pages = Path(folder, "report.pdf")
            pages.write_bytes(Press(document, language, "").printed("pdf"))
            shown = [_page(pages, number) for number in (1, _place_of(quality, pages))]
        _beside(shown).quantize(COLOURS).save(HERE / f"report{'' if language == 'en' else '.fr'}.png", optimize=True)


def _place_of(title: str, pages: Path) -> int:
    """Return the number of the page on which a section begins; the first one holds the contents."""
    told = [page.extract_text().splitlines() for page in PdfReader(pages).pages]
    return next(number for number, lines in enumerate(told[1:], 2) if title in map(str.strip, lines))


def _page(pages: Path, number: int) -> Image.Image:
    program, place = shutil.which("pdftoppm") or "pdftoppm", pages.with_name(f"{number}")
    which = ["-f", str(number), "-l", str(number), "-r", str(DOTS_PER_INCH), "-png", "-singlefile"]
    subprocess.run([program, *which, str(pages), str(place)], check=True)
    with Image.open(place.with_name(f"{number}.png")) as picture:
        return picture.convert("RGB")


def _beside(pages: list[Image.Image]) -> Image.Image:
    wide, high = pages[0].size
    both = Image.new("RGB", (len(pages) * (wide + BETWEEN) - BETWEEN, high), "#8a949c")
    for place, page in enumerate(pages):
        both.paste(page, (place * (wide + BETWEEN), 0))
    return both


if __name__ == "__main__":
    main()
