"""Where does whoever put a file into an inbox read what became of it? In a small table beside the inbox.

One table per day, for a spreadsheet, in the project's language. It is written anew until every answer is final. The
names of files stand there and nowhere else: they may name patients, and it is their sender's own place.
"""

import csv
import io
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol

from pipeline.errors import Misconfigured, Unavailable
from pipeline.text import Text
from storage.catalogue.arrivals import answers_for
from supervision.receipts import Answer, Answered, what_to_do, words

HEAD = (
    Text("file", "fichier"),
    Text("received (UTC)", "reçu (UTC)"),
    Text("receipt", "récépissé"),
    Text("scan", "examen"),
    Text("answer", "réponse"),
    Text("what to do", "que faire"),
)
FINAL = frozenset({Answer.ACCEPTED, Answer.DUPLICATE, Answer.REFUSED})
FOLLOWED_FOR = timedelta(days=30)
MOST_TABLES_OF_A_DAY = 50
LARGEST_TABLE = 16 * 1024 * 1024
_NAME, _RECEIVED, _RECEIPT, _SCAN, _ANSWER, _TO_DO = range(len(HEAD))
_FORMULA = ("=", "+", "-", "@", "\t", "\r")

log = logging.getLogger("sonorelay.flows")

Row = list[str]
Language = Literal["en", "fr"]


class ReceiptPlace(Protocol):
    """The folder `sonorelay-receipts` of an inbox, wherever that is. OSError or Unavailable when it is out of reach."""

    def names(self) -> Iterable[str]:
        """Return the names of what lies there."""

    def read(self, name: str) -> bytes | None:
        """Return what a table holds; None where there is none."""

    def write(self, name: str, content: bytes) -> None:
        """Write a whole table, or none."""


class Receipts:
    """The tables of one source, those of the last 30 days."""

    def __init__(self, place: ReceiptPlace, project: str, language: Language, now: datetime) -> None:
        """Read what stands there."""
        self._place, self._project, self._language, self._now = place, project, language, now
        self._tables: dict[str, list[Row]] = {}
        since = (now - FOLLOWED_FOR).strftime("%Y-%m-%d")
        self._there = frozenset(place.names())
        for name in sorted(name for name in self._there if name.endswith(".csv") and name >= since):
            rows = _read(place.read(name))
            if rows is not None:  # edited by somebody, or none of ours: left as it is
                self._tables[name] = rows
        self._known = {row[_RECEIPT] for rows in self._tables.values() for row in rows}
        self._changed: set[str] = set()

    def note(self, name: str, arrival: int) -> None:
        """Add a row for an arrival that has none yet."""
        if str(arrival) in self._known:
            return
        self._known.add(str(arrival))
        day = self._now.strftime("%Y-%m-%d")
        table = self._of_the_day(day)
        received = self._now.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        row = [_harmless(name), received, str(arrival), "", words(Answer.READING).say(self._language), ""]
        self._tables.setdefault(table, []).append(row)
        self._changed.add(table)

    def write(self) -> None:
        """Write the tables whose rows are not those that stand there."""
        for name in sorted(self._changed):
            self._place.write(name, _written(self._tables[name], self._language))
        self._changed.clear()

    def refresh(self) -> None:
        """Ask for the answers that are not final, and write the tables in which one is another now."""
        final = {words(answer).say(language) for answer in FINAL for language in ("en", "fr")}
        open_rows = [(name, row) for name, rows in self._tables.items() for row in rows if row[_ANSWER] not in final]
        answers = answers_for(self._project, [int(row[_RECEIPT]) for _, row in open_rows])
        for name, row in open_rows:
            answered = answers.get(int(row[_RECEIPT]))
            if answered is not None and (said := self._said(answered)) != row[_SCAN:]:
                row[_SCAN:] = said
                self._changed.add(name)
        self.write()

    def _said(self, answered: Answered) -> Row:
        return [
            answered.scan,
            words(answered.answer).say(self._language),
            what_to_do(answered).say(self._language),
        ]

    def _of_the_day(self, day: str) -> str:
        """Return the name of the day's table; another one where somebody edited that."""
        names = [f"{day}.csv", *(f"{day}-{number}.csv" for number in range(2, MOST_TABLES_OF_A_DAY))]
        return next((name for name in names if name in self._tables or name not in self._there), names[-1])


def keep_answering(receipts: Receipts | None) -> None:
    """Bring the tables up to date where that can be done; the answers stand on the pages as well."""
    try:
        if receipts is not None:
            receipts.refresh()
    except (OSError, Unavailable, Misconfigured):
        log.warning("receipts_not_written")


def _harmless(name: str) -> str:
    """Return a name that no spreadsheet takes for a formula."""
    return f"'{name}" if name.startswith(_FORMULA) else name


def _written(rows: Sequence[Row], language: Language) -> bytes:
    text = io.StringIO(newline="")
    table = csv.writer(text, delimiter=";" if language == "fr" else ",")
    table.writerow([cell.say(language) for cell in HEAD])
    table.writerows(rows)
    return text.getvalue().encode("utf-8-sig")  # with the mark by which a spreadsheet knows UTF-8


def _read(content: bytes | None) -> list[Row] | None:
    """Return the rows of a table as we write it, in either language; None of anything else."""
    if content is None or len(content) > LARGEST_TABLE:
        return None
    try:
        text = content.decode("utf-8-sig")
        for language, delimiter in (("en", ","), ("fr", ";")):
            head, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
            if head == [cell.say(language) for cell in HEAD]:
                whole = all(len(row) == len(HEAD) and row[_RECEIPT].isdecimal() for row in rows)
                return rows if whole else None
    except (ValueError, csv.Error):
        return None
    return None
