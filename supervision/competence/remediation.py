"""Who needs help though nobody asked, what must a plan show, and has it?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from supervision.competence.course import Course
from supervision.competence.curves import Measure, curve, target_of
from supervision.competence.evidence import MONTH
from supervision.competence.lc_cusum import Question, lc_cusum
from supervision.figures import Share
from supervision.standards import Recent, Standard, Volume

PLAN = Question(p_bad=0.30, p_ok=0.10, false=0.05, scans=30)
"""What the exams of a plan must tell apart: 15 successes in a row do, as many exams as are read after an alarm. Who
fails 30 % fulfils 4 of 100 plans, who fails 10 % fulfils 72, who fails 5 % fulfils 94. ESTIMATE."""

STALLED_AFTER = 2.0
"""Times the exams that it usually takes. ESTIMATE."""
STALLED_BELOW = 0.5
"""Probability that the target is reached. ESTIMATE."""


class Verdict(StrEnum):
    """How a plan stands."""

    OPEN = "open"
    FULFILLED = "fulfilled"
    FAILED = "failed"


@dataclass(frozen=True)
class Progress:
    """What came since a plan was opened.

    done: exams of which success is told, of those that a plan may take. successes: among them. sum, limit: the
    LC-CUSUM of the plan. verdict: what the numbers say; a person closes the plan. exams: those that count.
    """

    verdict: Verdict
    done: Share
    successes: Share
    sum: float
    limit: float
    exams: tuple[int, ...]


def progress(course: Course, opened_at: datetime) -> Progress:
    """Return how a plan stands that was opened then; the exams scanned from then on count, the first 30 of them."""
    told = [one for one in course.after(opened_at).results if one.success is not None][: PLAN.scans]
    outcomes = [bool(one.success) for one in told]
    test = lc_cusum(PLAN)
    crossed = test.crossed(outcomes)
    counted = outcomes if crossed is None else outcomes[:crossed]
    verdict = Verdict.OPEN if len(counted) < PLAN.scans else Verdict.FAILED
    return Progress(
        Verdict.FULFILLED if crossed else verdict,
        Share(len(counted), PLAN.scans),
        Share(sum(counted), len(counted)),
        (test.path(counted) or [0.0])[-1],
        test.limit,
        tuple(one.exam for one in told[: len(counted)]),
    )


def fewest() -> int:
    """Return how many successes in a row fulfil a plan."""
    return lc_cusum(PLAN).crossed([True] * PLAN.scans) or PLAN.scans


def stalled(course: Course, standard: Standard) -> bool:
    """Tell whether a trainee has had twice the exams that it takes and is more likely short of the target than not.

    Nobody is stalled who has shown competence, or whose exam type has no number.
    """
    asked = standard.asks(Volume)
    needed = asked.of(course.exam_type) if asked else course.exam_type.supervised_scans
    if needed is None or len(course.results) < STALLED_AFTER * needed:
        return False
    line = curve(course, Measure.SUCCESS, standard)
    return line.crossed is None and line.estimate.reaches(target_of(standard)) < STALLED_BELOW


def idle(course: Course, standard: Standard, now: datetime) -> bool:
    """Tell whether the last exam is older than the standard allows; never where it does not say, or nobody scanned."""
    asked, last = standard.asks(Recent), course.last_scanned_at
    return asked is not None and last is not None and (now - last) / MONTH > asked.months
