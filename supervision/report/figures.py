"""Which numbers do the dashboards, reports and machine formats tell, and what do they add up to?

One set of figures: whatever tells a number takes it from here. What arrived is counted on the day that it arrived, and
everything that became of it later on the same day, so that every number leads to its scans and any days that part a
period add up to it. An exam arrived with its first clip. Scans of a phantom count as scans, never as patients' exams.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from functools import reduce
from operator import add

from pipeline.text import Text
from supervision.figures import Mean, Share
from supervision.period import Days, Period
from supervision.registers import RegisterFigures
from supervision.report.alerts import Alert
from supervision.report.measures import Detailed
from supervision.report.series import ScopeKind

OVERALL = (1, 2, 3, 4, 5)


@dataclass(frozen=True)
class Scope:
    """Whose figures: those of one project, of an organisation's projects, or of the whole programme.

    code: of the project or the organisation, empty for the programme. projects: the codes of what it consists of.
    """

    kind: ScopeKind
    code: str
    name: Text
    projects: tuple[str, ...]


@dataclass(frozen=True)
class Counted:
    """Whole numbers that add up; the names are those of storage.catalogue.figures.Figure where that leads to scans.

    Of scans: scans_in = in_progress + rejected + withheld + failed + awaiting_info + not_chosen + backlog + reviewed.
    scored: clinical scans with a score, score_thousandths its sum (of 0-100) in thousandths.
    Of clinical exams: exams; exams_open: somebody is asked to read it; exams_left_out: not chosen for reading; rated:
    with a final reading, overall_1 to overall_5 of these; adequate; judged: adequacy and correctness allow to tell
    succeeded or not; answered: a critical question was answered by scanner and expert, correct of these.
    asked: first readings that were asked for; due: it was given, or its clock has run out; in_time of these. Of
    feedback: released; seen of these.
    """

    scans_in: int = 0
    in_progress: int = 0
    rejected: int = 0
    withheld: int = 0
    failed: int = 0
    awaiting_info: int = 0
    not_chosen: int = 0
    backlog: int = 0
    reviewed: int = 0
    scored: int = 0
    score_thousandths: int = 0
    exams: int = 0
    exams_open: int = 0
    exams_left_out: int = 0
    rated: int = 0
    adequate: int = 0
    judged: int = 0
    succeeded: int = 0
    answered: int = 0
    correct: int = 0
    overall_1: int = 0
    overall_2: int = 0
    overall_3: int = 0
    overall_4: int = 0
    overall_5: int = 0
    due: int = 0
    in_time: int = 0
    released: int = 0
    seen: int = 0
    asked: int = 0

    def __add__(self, other: Counted) -> Counted:
        """Return what both are together."""
        return Counted(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))

    def __sub__(self, other: Counted) -> Counted:
        """Return what is left without a part of it."""
        return Counted(*(getattr(self, one.name) - getattr(other, one.name) for one in fields(self)))

    @property
    def mean_score(self) -> Mean:
        """The mean score, 0-100."""
        return Mean(self.score_thousandths / 1000 / self.scored if self.scored else None, self.scored)

    @property
    def overall(self) -> tuple[int, ...]:
        """How many exams were rated 1, 2, 3, 4 and 5."""
        return tuple(getattr(self, f"overall_{rating}") for rating in OVERALL)

    @property
    def mean_overall(self) -> Mean:
        """The mean overall rating, 1-5."""
        points = sum(rating * count for rating, count in zip(OVERALL, self.overall, strict=True))
        return Mean(points / self.rated if self.rated else None, self.rated)

    @property
    def adequate_share(self) -> Share:
        """Adequate exams of those with a final reading."""
        return Share(self.adequate, self.rated)

    @property
    def success_share(self) -> Share:
        """Exams that are adequate and correct, of those where that can be told."""
        return Share(self.succeeded, self.judged)

    @property
    def read_share(self) -> Share:
        """Exams with a final reading of all."""
        return Share(self.rated, self.exams)

    @property
    def in_time_share(self) -> Share:
        """Exams whose first answer came before their clock ran out, of those where that is known."""
        return Share(self.in_time, self.due)

    @property
    def seen_share(self) -> Share:
        """Feedback that was seen of what was released."""
        return Share(self.seen, self.released)


def together(parts: Iterable[Counted]) -> Counted:
    """Return what all of these are together."""
    return reduce(add, parts, Counted())


@dataclass(frozen=True)
class Part:
    """The figures of one project, exam type, trainee or device; key: what `Slice` takes, None where it is not known."""

    key: str | int | None
    label: Text
    counted: Counted


def without(parts: Iterable[Part], others: Iterable[Part]) -> tuple[Part, ...]:
    """Return what is left of each part without what the others hold of it; none of which nothing is left."""
    less = {one.key: one.counted for one in others}
    left = (replace(one, counted=one.counted - less.get(one.key, Counted())) for one in parts)
    return tuple(one for one in left if one.counted != Counted())


@dataclass(frozen=True)
class Stretch:
    """The figures of a stretch of a period: a month, a quarter, or a week that is cut at its ends."""

    days: Days
    counted: Counted


@dataclass(frozen=True)
class Cross:
    """The figures of one exam type in one project."""

    project: str
    exam_type: str
    counted: Counted


@dataclass(frozen=True)
class Activity:
    """What came and what became of it, in parts of which each kind adds up to the whole; weeks without anything too."""

    whole: Counted
    projects: tuple[Part, ...]
    exam_types: tuple[Part, ...]
    weeks: tuple[Stretch, ...]
    crossed: tuple[Cross, ...]

    def __sub__(self, other: Activity) -> Activity:
        """Return what is left without a part of it in the same days."""
        taken = {(one.project, one.exam_type): one.counted for one in other.crossed}
        crossed = ((one, taken.get((one.project, one.exam_type), Counted())) for one in self.crossed)
        left = (replace(one, counted=one.counted - less) for one, less in crossed)
        pairs = zip(self.weeks, other.weeks, strict=True)
        return Activity(
            self.whole - other.whole,
            without(self.projects, other.projects),
            without(self.exam_types, other.exam_types),
            tuple(Stretch(one.days, one.counted - less.counted) for one, less in pairs),
            tuple(one for one in left if one.counted != Counted()),
        )


@dataclass(frozen=True)
class Figures:
    """Everything that a report tells of a scope and a period, as it was known at `cut_off`."""

    scope: Scope
    period: Period
    cut_off: datetime
    activity: Activity
    months: tuple[Stretch, ...]
    """Of a quarter and of a year; else none."""
    before: Counted
    """The whole of the period before."""
    detailed: Detailed
    registers: RegisterFigures
    alerts: tuple[Alert, ...]
    exam_types: Mapping[str, Text]
    questions: Mapping[tuple[str, str], Text]
    projects: Mapping[str, Text]
    countries: Mapping[str, str]
