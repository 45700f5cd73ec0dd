"""How do sections and what people wrote to them make a whole report?"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from pipeline.text import Text
from supervision.report import canonical
from supervision.report.document.blocks import Block, Paragraph, Table

KEY = re.compile(r"[a-z0-9][a-z0-9_-]*")


@dataclass(frozen=True)
class Comment:
    """What a person wrote to a section, as written; it may stand there in one language only."""

    text: Text
    author: str
    at: datetime


@dataclass(frozen=True)
class Section:
    """A part of a report that has a heading.

    key: the same from report to report, so that a comment finds its section again. small_print: methods and
    definitions. follows: shows what was written here in the period before, such as recommendations to be followed up.
    """

    key: str
    title: Text
    blocks: tuple[Block, ...] = ()
    small_print: bool = False
    follows: bool = False
    comment: Comment | None = None
    before: Comment | None = None


@dataclass(frozen=True)
class Document:
    """A report: about whom, from when to when, known until when, counted by what.

    kind: weekly, monthly, quarterly, annual. scope: the code of a project or of an organisation, empty for the whole
    programme. first, last: the days of the period, both in it. period: its code, such as 2026-Q3. cut_off: nothing
    that was recorded later is in it. versions: what counted, such as the rules and the software. outside: whether it
    may leave the organisation, small cells suppressed.
    """

    kind: str
    scope: str
    scope_name: Text
    period: str
    period_name: Text
    first: date
    last: date
    cut_off: datetime
    title: Text
    sections: tuple[Section, ...]
    versions: tuple[tuple[str, str], ...] = ()
    outside: bool = False

    def __post_init__(self) -> None:
        """Refuse what would print two parts under one name."""
        for names in (
            [section.key for section in self.sections],
            [block.key for section in self.sections for block in section.blocks if not isinstance(block, Paragraph)],
        ):
            if len(set(names)) != len(names):
                raise ValueError("two parts of a document have the same key")
            if wrong := [name for name in names if not KEY.fullmatch(name)]:
                raise ValueError(f"'{wrong[0]}' is no key")  # it names files, places and lines

    def tables(self) -> Iterable[Table]:
        """Return all tables in order."""
        return (block for section in self.sections for block in section.blocks if isinstance(block, Table))

    def table(self, key: str) -> Table:
        """Return the table that has this key."""
        return next(table for table in self.tables() if table.key == key)

    def without_comments(self) -> "Document":
        """Return what was counted alone."""
        return replace(self, sections=tuple(replace(one, comment=None, before=None) for one in self.sections))

    def with_comments(self, said: Mapping[str, Comment], before: Mapping[str, Comment]) -> "Document":
        """Return it with what people wrote to its sections, by the keys of the sections."""
        return replace(
            self,
            sections=tuple(
                replace(one, comment=said.get(one.key), before=before.get(one.key) if one.follows else None)
                for one in self.sections
            ),
        )

    def digest(self) -> str:
        """Return the SHA-256 of what was counted, whatever the language and whatever was commented."""
        return canonical.digest(self.without_comments())
