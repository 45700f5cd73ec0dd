"""What did each exam of a trainee show, as competence counts it?"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from supervision.exam_types import ExamType
from supervision.rating import Answer, Cause, Outcome
from supervision.review_form import Rated, ReviewForm


@dataclass(frozen=True)
class ExamResult:
    """One exam and the final reading of it.

    exam: its number, by which it is found again. at: when it was scanned. correct, success: None where they cannot be
    told. views: by code of the view. expert, outcomes: by code of the question. twice: a second reader or an arbiter
    has read it too. inclusion: the probability with which it was chosen to be read, above 0 to 1.
    """

    exam: int
    at: datetime
    adequate: bool
    correct: bool | None
    success: bool | None
    overall: int
    views: Mapping[str, Rated] = field(default_factory=dict, hash=False)
    expert: Mapping[str, Answer] = field(default_factory=dict, hash=False)
    outcomes: Mapping[str, Outcome] = field(default_factory=dict, hash=False)
    entrustment: int | None = None
    cause: Cause | None = None
    twice: bool = False
    inclusion: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a probability that no exam can have been chosen with."""
        if not 0 < self.inclusion <= 1:
            raise ValueError("the probability of inclusion lies above 0 and is at most 1")


def result_of(
    exam: int,
    at: datetime,
    form: ReviewForm,
    exam_type: ExamType,
    scanner: Mapping[str, Answer],
    *,
    twice: bool = False,
    inclusion: float = 1.0,
) -> ExamResult:
    """Return what a reading says of an exam; exam_type: in the version it was read with, scanner: the worksheet."""
    return ExamResult(
        exam=exam,
        at=at,
        adequate=form.adequate(exam_type),
        correct=form.correct(exam_type, scanner),
        success=form.success(exam_type, scanner),
        overall=form.overall,
        views=form.views,
        expert=form.answers,
        outcomes=MappingProxyType(dict(form.outcomes(scanner))),
        entrustment=form.entrustment,
        cause=form.cause,
        twice=twice,
        inclusion=inclusion,
    )


@dataclass(frozen=True)
class Observation:
    """Somebody stood beside the trainee; entrustment 1-5 as in the rating form. observer: the number of the person."""

    at: datetime
    entrustment: int
    observer: int

    def __post_init__(self) -> None:
        """Refuse an entrustment outside of the scale."""
        if not 1 <= self.entrustment <= 5:
            raise ValueError("entrustment is a whole number from 1 to 5")


@dataclass(frozen=True)
class Course:
    """The exams of one trainee and one exam type that were read, in the order in which they were scanned.

    exam_type: as it is now. observations: direct ones. since: when the trainee came to where they stand on the ladder,
    None for who never moved. signed_off_at: from when on the watch counts. last_alarm_at: of the watch. scanned_at: the
    last exam, read or not.
    """

    exam_type: ExamType
    results: tuple[ExamResult, ...] = ()
    observations: tuple[Observation, ...] = ()
    since: datetime | None = None
    signed_off_at: datetime | None = None
    last_alarm_at: datetime | None = None
    scanned_at: datetime | None = None

    def __post_init__(self) -> None:
        """Put results and observations in order."""
        object.__setattr__(self, "results", tuple(sorted(self.results, key=lambda one: (one.at, one.exam))))
        object.__setattr__(self, "observations", tuple(sorted(self.observations, key=lambda one: one.at)))

    def after(self, moment: datetime) -> "Course":
        """Return the course with the exams and observations from `moment` on."""
        return replace(
            self,
            results=tuple(one for one in self.results if one.at >= moment),
            observations=tuple(one for one in self.observations if one.at >= moment),
        )

    @property
    def successes(self) -> tuple[bool, ...]:
        """What is known of success, oldest first; exams of which it cannot be told are left out."""
        return tuple(one.success for one in self.results if one.success is not None)

    @property
    def last_scanned_at(self) -> datetime | None:
        """When the trainee scanned last, read or not; None where that is not known."""
        known = [one.at for one in self.results[-1:]] + [one.at for one in self.observations[-1:]]
        return max([*known, self.scanned_at] if self.scanned_at else known, default=None)
