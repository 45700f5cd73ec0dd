"""How is text put into a cell so that a spreadsheet shows it, and never runs it?

Excel, LibreOffice and Google Sheets take a cell that begins with = + - @ (also behind a tab or a line's end) for a
formula, which can fetch and send. An apostrophe before it makes it text (OWASP, CSV injection). Numbers stay numbers.
"""

from datetime import date, datetime

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
SEPARATOR = {"en": ",", "fr": ";"}
"""What Excel takes for the end of a cell where it speaks this language; the mark at the start says UTF-8."""
MARK = "\ufeff"


def shown(text: str) -> str:
    """Return text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(RUNS) else text


def cell(value: object, language: str) -> str:
    """Return a value as a cell of a table in this language: French has a decimal comma; times are UTC."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value).replace(".", ",") if language == "fr" else repr(value)
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, date):
        return value.isoformat()
    return shown(str(value))
