"""What should a trainee practise next: the repair of what would gain most?

An exam succeeds when nothing is wrong with it. Where several things are wrong, the repair of one alone gains nothing:
each has an equal part in the failure, which is its Shapley value in such a game (Shapley 1953,
doi:10.1515/9781400881970-018).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from supervision.competence.course import Course, ExamResult
from supervision.figures import Share
from supervision.phrases import suggested
from supervision.rating import NEEDED, WRONG, Cause, Component

INTERPRETATION = "interpretation"
"""What is repaired where the answer was wrong."""
LAST = 20
"""So many exams are looked at. ESTIMATE."""
MOST_PHRASES = 3
DRAWS, SEED = 1000, 20261123

Target = Component | str
Faults = Mapping[Target, Sequence[str]]
"""What was wrong with an exam, and in which views, or for which questions."""

OF_CAUSE: Mapping[Cause, Component] = MappingProxyType(
    {
        Cause.WINDOW: Component.PRESENT,
        Cause.WRONG_VIEW: Component.PRESENT,
        Cause.ANGLE: Component.AXIS,
        Cause.CONTACT: Component.STEADY,
        Cause.MOTION: Component.STEADY,
        Cause.GAIN: Component.GAIN,
        Cause.DEPTH: Component.DEPTH,
        Cause.FOCUS: Component.FOCUS,
        Cause.SWEEP: Component.SWEEP,
        Cause.LABEL: Component.LABEL,
    }
)


@dataclass(frozen=True)
class Exercise:
    """One thing to practise.

    target: a component, or interpretation. where: the view in which it is worst, or the question that was answered
    wrongly most often; empty where that is not known. gain: share of the exams (0-1) that its repair would have made
    successes, the credit for an exam with several faults divided between them. alone: exams in which nothing else was
    wrong. sure: how often it comes first when the exams are drawn anew (0-1). phrases: codes of supervision.phrases
    that help, best first.
    """

    target: Target
    where: str
    gain: float
    alone: Share
    sure: float
    phrases: tuple[str, ...]


def next_exercises(course: Course) -> tuple[Exercise, ...]:
    """Return what to practise, what would gain most first; nothing where nothing went wrong lately."""
    told = [one for one in course.results if not (one.adequate and one.correct is None)][-LAST:]
    asked = frozenset(one.code for one in course.exam_type.questions if one.critical)
    faults = [faults_of(one, asked) for one in told]
    targets = sorted({target for one in faults for target in one}, key=_place)
    if not targets:
        return ()
    credit = np.array([[1 / len(one) if target in one else 0.0 for target in targets] for one in faults])
    sure = _how_often_first(credit)
    found = [
        Exercise(
            target=target,
            where=_commonest(place for one in faults for place in one.get(target, ())),
            gain=float(credit[:, column].mean()),
            alone=Share(sum(set(one) == {target} for one in faults), len(faults)),
            sure=float(sure[column]),
            phrases=_phrases(target, _commonest(_causes(told, faults, target)), course.exam_type.code),
        )
        for column, target in enumerate(targets)
    ]
    return tuple(sorted(found, key=lambda one: -one.gain))


def faults_of(result: ExamResult, critical: Iterable[str]) -> Faults:
    """Return what kept an exam from being a success; empty for a success, and for a failure that nothing explains.

    Where every needed component suffices and the whole does not, it is what was rated lowest, or else the cause.
    """
    found: dict[Target, list[str]] = {}
    if not result.adequate:
        for view, rated in result.views.items():
            missing = not rated.get(Component.PRESENT)
            for part in (Component.PRESENT,) if missing else NEEDED:
                if not rated.get(part):
                    found.setdefault(part, []).append(view)
        if not found:
            found |= _lowest(result)
    wrong = [code for code in critical if result.outcomes.get(code) in WRONG]
    if result.correct is False and wrong:
        found[INTERPRETATION] = sorted(wrong)
    return found


def _lowest(result: ExamResult) -> dict[Target, list[str]]:
    rated = [(value, part, view) for view, of in result.views.items() for part, value in of.items() if value in (0, 1)]
    found: dict[Target, list[str]] = {}
    worst = min((value for value, _, _ in rated), default=None)
    for value, part, view in rated:
        if value == worst:
            found.setdefault(part, []).append(view)
    cause = OF_CAUSE.get(result.cause) if result.cause else None
    return found or ({cause: []} if cause else {})


def _how_often_first(credit: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[float]:
    """Return how often each column has the largest sum under weights of the Bayesian bootstrap.

    Source: Rubin 1981, doi:10.1214/aos/1176345338.
    """
    weights = np.random.default_rng(SEED).exponential(size=(DRAWS, len(credit)))
    first = (weights @ credit).argmax(axis=1)
    return [float((first == column).mean()) for column in range(credit.shape[1])]


def _causes(told: Sequence[ExamResult], faults: Sequence[Faults], target: Target) -> list[str]:
    """Return the causes that were coded where this was wrong and fit it."""
    causes = [one.cause for one, of in zip(told, faults, strict=True) if target in of and one.cause]
    return [cause for cause in causes if OF_CAUSE.get(cause) == target or cause.value == target]


def _phrases(target: Target, cause: str, exam_type: str) -> tuple[str, ...]:
    if target == INTERPRETATION:
        found = suggested("next", Cause.INTERPRETATION, (), exam_type)
    else:
        found = suggested("next", Cause(cause) if cause else None, (Component(target),), exam_type)
    return tuple(one.code for one in found[:MOST_PHRASES])


def _commonest(said: Iterable[str]) -> str:
    counted = Counter(said)
    return min(counted, key=lambda one: (-counted[one], one), default="")


def _place(target: Target) -> int:
    order: list[Target] = [*Component, INTERPRETATION]
    return order.index(target)
