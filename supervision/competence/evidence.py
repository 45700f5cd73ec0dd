"""What does a standard ask for a step of the ladder, what is there, and does it suffice?"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from pipeline.text import Text
from supervision.competence.accuracy import accuracy
from supervision.competence.course import Course
from supervision.competence.curves import Measure, curve
from supervision.competence.evidence_words import FOUND, TITLES, number_said, share_said
from supervision.ladder import Rung
from supervision.standards import (
    Certain,
    Learned,
    Positives,
    Quiet,
    ReadTwice,
    Recent,
    Requirement,
    Standard,
    Tenure,
    Trusted,
    Volume,
)

MONTH = timedelta(days=365.25 / 12)


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """One requirement and what is there.

    title: what is asked, found: what is there (both words with their numbers). value and needed: the same as numbers;
    value is None where there is none. source: where the number that is asked comes from. exams: those on which it
    rests, where that is some and not all of them.
    """

    requirement: Requirement
    met: bool
    title: Text
    found: Text
    value: float | None
    needed: float
    exams: tuple[int, ...] = ()

    @property
    def kind(self) -> str:
        """The requirement's kind, as in the standard."""
        return self.requirement.kind

    @property
    def source(self) -> Text:
        """Where the number that is asked comes from, in words."""
        return self.requirement.cited

    @property
    def progress(self) -> float:
        """How much of what is asked is there (0-1), for a bar; below 1 as long as it is not met."""
        if self.met:
            return 1.0
        if isinstance(self.requirement, Recent) or not self.value or not self.needed:
            return 0.0
        return min(0.99, self.value / self.needed)

    def as_json(self) -> dict[str, Any]:
        """Return it as a certificate keeps it."""
        return {
            "requirement": self.requirement.model_dump(mode="json"),
            "met": self.met,
            "value": None if self.value is None else round(self.value, 6),
            "needed": self.needed,
            "title": {"en": self.title.en, "fr": self.title.fr},
            "found": {"en": self.found.en, "fr": self.found.fr},
            "exams": list(self.exams),
        }


@dataclass(frozen=True)
class StepEvidence:
    """All that a standard asks for a step; met: a person may sign."""

    standard: Standard
    exam_type: str
    to: Rung
    at: datetime
    pieces: tuple[Evidence, ...]

    @property
    def met(self) -> bool:
        """Tell whether nothing is missing; never where nothing is asked."""
        return bool(self.pieces) and all(one.met for one in self.pieces)

    def as_json(self) -> dict[str, Any]:
        """Return it as a certificate keeps it."""
        return {
            "standard": self.standard.code,
            "version": self.standard.version,
            "exam_type": self.exam_type,
            "to": self.to.value,
            "at": self.at.isoformat(),
            "met": self.met,
            "pieces": [one.as_json() for one in self.pieces],
        }


def evidence_for(course: Course, standard: Standard, to: Rung, now: datetime) -> StepEvidence:
    """Return what there is for a step to `to`; no pieces where the standard leaves the step to people."""
    step = standard.step(to)
    asked = step.requirements if step else ()
    return StepEvidence(standard, course.exam_type.code, to, now, tuple(_piece(one, course, now) for one in asked))


def _piece(asked: Requirement, course: Course, now: datetime) -> Evidence:
    match asked:
        case Volume():
            return _volume(asked, course)
        case Learned():
            return _learned(asked, course)
        case Certain():
            return _certain(asked, course)
        case Positives():
            return _positives(asked, course)
        case ReadTwice():
            return _read_twice(asked, course)
        case Trusted():
            return _trusted(asked, course)
        case Recent():
            return _recent(asked, course, now)
        case Tenure() | Quiet():
            return _lasting(asked, course, now)


def _volume(asked: Volume, course: Course) -> Evidence:
    needed = asked.of(course.exam_type)
    value = sum(one.adequate or asked.counted == "read" for one in course.results)
    title = "volume" if asked.counted == "read" else "volume_adequate"
    return Evidence(
        requirement=asked,
        met=needed is not None and value >= needed,
        title=TITLES[title if needed else "volume_unset"].format(needed=needed or 0),
        found=FOUND["volume" if needed else "volume_unset"].format(value=value),
        value=value,
        needed=needed or 0,
    )


def _learned(asked: Learned, course: Course) -> Evidence:
    line = curve(course, Measure.SUCCESS, question=asked.question)
    crossed, limit = line.crossed, number_said(line.limit, 2)
    total = line.limit if crossed else line.points[-1].learned if line.points else 0.0
    said = (
        FOUND["learned_crossed"].format(limit=limit, number=crossed.number)
        if crossed
        else FOUND["learned"].format(sum=number_said(total, 2), limit=limit)
    )
    return Evidence(
        requirement=asked,
        met=crossed is not None,
        title=TITLES["learned"].format(false=share_said(asked.false), p_bad=share_said(asked.p_bad)),
        found=said,
        value=total,
        needed=line.limit,
        exams=(crossed.exam,) if crossed else (),
    )


def _certain(asked: Certain, course: Course) -> Evidence:
    known = curve(course, Measure.SUCCESS).estimate
    value, (low, high) = known.reaches(asked.target), known.interval
    shares = {"probability": value, "mean": known.mean, "low": low, "high": high}
    return Evidence(
        requirement=asked,
        met=value >= asked.probability,
        title=TITLES["certain"].format(probability=share_said(asked.probability), target=share_said(asked.target)),
        found=FOUND["certain"].format(**{name: share_said(share) for name, share in shares.items()}),
        value=value,
        needed=asked.probability,
    )


def _positives(asked: Positives, course: Course) -> Evidence:
    seen = accuracy(course)
    fewest = min((one.positives for one in seen), default=asked.each)
    said = Text(
        "; ".join(f"{one.question.label.en}: {one.positives}" for one in seen),
        "\N{NO-BREAK SPACE}; ".join(f"{one.question.label.fr}\N{NO-BREAK SPACE}: {one.positives}" for one in seen),
    )
    return Evidence(
        requirement=asked,
        met=fewest >= asked.each,
        title=TITLES["positives" if asked.each > 1 else "positives_once"].format(needed=asked.each),
        found=said if seen else FOUND["positives_none"],
        value=fewest,
        needed=asked.each,
        exams=tuple(sorted({exam for one in seen for exam in one.exams})),
    )


def _read_twice(asked: ReadTwice, course: Course) -> Evidence:
    last = course.results[-asked.last :]
    value = sum(one.twice for one in last)
    return Evidence(
        requirement=asked,
        met=value >= asked.last,
        title=TITLES["read_twice"].format(needed=asked.last),
        found=FOUND["read_twice"].format(value=value, last=asked.last),
        value=value,
        needed=asked.last,
        exams=tuple(one.exam for one in last),
    )


def _trusted(asked: Trusted, course: Course) -> Evidence:
    said = [(one.at, one.entrustment, 0) for one in course.observations]
    if asked.remote:
        said += [(one.at, one.entrustment, one.exam) for one in course.results if one.entrustment is not None]
    said.sort(key=lambda one: (one[0], -one[1]))  # of two at the same time the lower counts as the newest
    reached = [one for one in said if one[1] >= asked.entrustment]
    newest = said[-1][1] if said else 0
    name = ("trusted" if asked.remote else "trusted_direct") + ("" if asked.times > 1 else "_once")
    return Evidence(
        requirement=asked,
        met=len(reached) >= asked.times and newest >= asked.entrustment,
        title=TITLES[name].format(entrustment=asked.entrustment, needed=asked.times),
        found=FOUND["trusted" if said else "trusted_never"].format(value=len(reached), newest=newest),
        value=len(reached),
        needed=asked.times,
        exams=tuple(exam for _, _, exam in reached if exam),
    )


def _recent(asked: Recent, course: Course, now: datetime) -> Evidence:
    value = _months(course.last_scanned_at, now)
    return Evidence(
        requirement=asked,
        met=value is not None and value <= asked.months,
        title=TITLES["recent"].format(needed=number_said(asked.months, 1)),
        found=FOUND["never"] if value is None else _ago("recent", value),
        value=value,
        needed=asked.months,
    )


def _lasting(asked: Tenure | Quiet, course: Course, now: datetime) -> Evidence:
    watching = isinstance(asked, Quiet)
    value = _months(course.last_alarm_at or course.signed_off_at if watching else course.since, now)
    never = watching and course.last_alarm_at is None
    untold = FOUND[f"{asked.kind}_{'unknown' if value is None else 'never'}"] if value is None or never else None
    return Evidence(
        requirement=asked,
        met=value is not None and value >= asked.months,
        title=TITLES[asked.kind].format(needed=number_said(asked.months, 1)),
        found=untold or _ago(asked.kind, value or 0.0),
        value=value,
        needed=asked.months,
    )


def _ago(kind: str, months: float) -> Text:
    return FOUND[f"{kind}_now"] if months < 1 else FOUND[kind].format(value=number_said(months, 1))


def _months(since: datetime | None, now: datetime) -> float | None:
    return None if since is None else max(0.0, (now - since) / MONTH)
