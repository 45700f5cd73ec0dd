"""How is a trainee's course in one exam type shown: three curves, two sums, visits, what to practise next?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from storage.catalogue import visits as sessions
from storage.catalogue.competence import Standing
from storage.catalogue.models import Person
from storage.catalogue.registers.training import sessions_for
from storage.catalogue.scope import may
from supervision.competence.curves import Curve, Measure, Point, curve
from supervision.competence.exercise import Exercise, next_exercises
from supervision.figures import Share
from supervision.ladder import RUNG_WORDS
from supervision.roles import Action
from web.charts.learning_curve import MARKED, Visit, evidence_line, learning_curve, watch_line
from web.plans import target_named
from web.registers import SESSIONS
from web.visits import Told, told
from web.words import Word

MEASURES: dict[Measure, str | Promise] = {
    Measure.SUCCESS: _("Adequate and answered rightly"),
    Measure.ADEQUATE: _("Adequate"),
    Measure.CORRECT: _("Answered rightly"),
}


@dataclass(frozen=True)
class Drawn:
    """A curve with its name; `svg` is empty where no exam tells."""

    measure: Measure
    title: str | Promise
    curve: Curve
    svg: SafeString | None

    @property
    def so_far(self) -> Share:
        """All exams up to now."""
        return self.curve.points[-1].so_far if self.curve.points else Share(0, 0)

    @property
    def sure(self) -> float:
        """How likely it is that the target is reached now, 0 to 1."""
        return self.curve.estimate.reaches(self.curve.target)


@dataclass(frozen=True)
class Visited:
    """Training at which the trainee was: its mark on the curves, its page, and what it changed.

    page: empty where the viewer may not open it.
    """

    mark: Visit
    page: str
    effect: Told


@dataclass(frozen=True)
class Progress:
    """One exam type of a trainee, as the page shows it."""

    standing: Standing
    rung: str
    curves: tuple[Drawn, ...]
    evidence: SafeString | None
    watch: SafeString | None
    visits: tuple[Visited, ...]
    exams: list[tuple[Point, str]]
    exercise: Exercise | None
    exercise_words: Word

    @property
    def success(self) -> Drawn:
        """The curve that decides."""
        return self.curves[0]


def progress_of(standing: Standing, viewer: Person) -> Progress:
    """Return what a page shows of a course; exams lead to where the viewer may open them."""
    address = exam_address(standing.trainee, viewer)
    visited = visits_of(standing, viewer)
    visits = [one.mark for one in visited]
    drawn = tuple(_drawn(measure, standing, visits, address) for measure in MEASURES)
    success = drawn[0].curve
    exercise = next(iter(next_exercises(standing.course)), None)
    return Progress(
        standing,
        RUNG_WORDS[standing.rung].say(get_language() or "en"),
        drawn,
        evidence_line(success, visits) if success.points else None,
        watch_line(success, visits) if success.points else None,
        visited,
        [(point, address(point.exam)) for point in reversed(success.points[-MARKED:])],
        exercise,
        target_named(exercise.target) if exercise else "",
    )


def visits_of(standing: Standing, viewer: Person) -> tuple[Visited, ...]:
    """Return the training at which the trainee was, with what it changed in this course."""
    held = sessions.visits_of(standing)
    seen = set(sessions_for(viewer).filter(pk__in=[one.pk for one in held]).values_list("pk", flat=True))
    return tuple(
        Visited(
            Visit(number, f"{date_format(one.held_on, 'j N Y')} · {SESSIONS[one.kind]}", sessions.ended(one)),
            reverse("session", args=[one.pk]) if one.pk in seen else "",
            told(sessions.effect_on(standing, one)),
        )
        for number, one in enumerate(held, 1)
    )


def _drawn(measure: Measure, standing: Standing, visits: Sequence[Visit], address: Callable[[int], str]) -> Drawn:
    found = curve(standing.course, measure, standing.standard)
    title = MEASURES[measure]
    to = address if measure is Measure.SUCCESS else None
    return Drawn(measure, title, found, learning_curve(found, visits, str(title), to) if found.points else None)


def exam_address(trainee: Person, viewer: Person) -> Callable[[int], str]:
    """Return what gives the address of an exam of a trainee for whoever looks; empty where they may not open it."""
    if viewer.pk == trainee.pk:
        return lambda exam: reverse("my-exam", args=[exam])
    if may(viewer, Action.SEE_SCANS):
        return lambda exam: reverse("exam", args=[exam])
    return lambda _exam: ""
