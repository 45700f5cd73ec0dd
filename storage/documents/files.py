"""To which files can a report be printed, and what are they called?"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from storage.documents.pictures import Picture, pictures
from supervision.report.document import Document
from supervision.report.printed import Pen

LANGUAGES = ("en", "fr")
_OFFICE = "application/vnd.openxmlformats-officedocument"
TYPES: Mapping[str, str] = {
    "pdf": "application/pdf",
    "docx": f"{_OFFICE}.wordprocessingml.document",
    "pptx": f"{_OFFICE}.presentationml.presentation",
    "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
FORMATS = tuple(TYPES)


@dataclass(frozen=True)
class Press:
    """Prints one report in one language; its charts are drawn once, when a format wants them."""

    document: Document
    language: str
    site: str

    @cached_property
    def drawn(self) -> Mapping[str, Picture]:
        """The pictures of its charts."""
        return pictures(self.document, self.language)

    def printed(self, form: str) -> bytes:
        """Return the bytes of a format; each writer is only loaded where it is wanted."""
        pen = Pen(self.language)
        if form == "csv":
            from storage.documents.lines import as_csv

            return as_csv(self.document, pen)
        if form == "docx":
            from storage.documents.word import as_docx

            return as_docx(self.document, pen, self.drawn, self.site)
        if form == "pptx":
            from storage.documents.slides import as_pptx

            return as_pptx(self.document, pen, self.drawn)
        if form == "xlsx":
            from storage.documents.workbook import as_xlsx

            return as_xlsx(self.document, pen, self.drawn, self.site)
        if form == "pdf":
            from storage.documents.page import as_pdf

            return as_pdf(self.document, pen, self.drawn, self.site)
        raise ValueError(f"'{form}' is no format of reports")


def name_of(scope: str, period: str, language: str, form: str, *, outside: bool) -> str:
    """Return what a file is called: `goma-2026-Q3-fr.docx`; `-outside` where small numbers are suppressed."""
    return f"{scope or 'programme'}-{period}{'-outside' if outside else ''}-{language}.{form}"
