"""How is a trainee's course in one exam type shown: three curves, two sums, visits, what to practise next?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from storage.catalogue.competence import Standing
from storage.catalogue.models import Attendance, Person, TrainingSession
from storage.catalogue.scope import may
from supervision.competence.curves import Curve, Measure, Point, curve
from supervision.competence.exercise import Exercise, next_exercises
from supervision.figures import Share
from supervision.ladder import RUNG_WORDS
from supervision.rating import Component
from supervision.registers import Attended
from supervision.roles import Action
from web.charts.learning_curve import MARKED, Visit, evidence_line, learning_curve, watch_line
from web.reading_words import COMPONENTS
from web.registers import SESSIONS

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
class Progress:
    """One exam type of a trainee, as the page shows it."""

    standing: Standing
    rung: str
    curves: tuple[Drawn, ...]
    evidence: SafeString | None
    watch: SafeString | None
    visits: tuple[Visit, ...]
    exams: list[tuple[Point, str]]
    exercise: Exercise | None
    exercise_words: str | Promise

    @property
    def success(self) -> Drawn:
        """The curve that decides."""
        return self.curves[0]


def progress_of(standing: Standing, viewer: Person) -> Progress:
    """Return what a page shows of a course; exams lead to where the viewer may open them."""
    address = exam_address(standing.trainee, viewer)
    visits = visits_of(standing)
    drawn = tuple(_drawn(measure, standing, visits, address) for measure in MEASURES)
    success = drawn[0].curve
    exercise = next(iter(next_exercises(standing.course)), None)
    return Progress(
        standing,
        RUNG_WORDS[standing.rung].say(get_language() or "en"),
        drawn,
        evidence_line(success, visits) if success.points else None,
        watch_line(success, visits) if success.points else None,
        visits,
        [(point, address(point.exam)) for point in reversed(success.points[-MARKED:])],
        exercise,
        _named(exercise) if exercise else "",
    )


def visits_of(standing: Standing) -> tuple[Visit, ...]:
    """Return the training sessions at which the trainee was, for this exam type or for none in particular."""
    there = Attendance.objects.filter(person=standing.trainee, attended__in=(Attended.PRESENT, Attended.PARTLY))
    held = TrainingSession.objects.filter(
        attendances__in=there, cancelled_at=None, project__organisation=standing.organisation
    )
    about = [one for one in held.order_by("held_on", "pk") if not one.exam_types or standing.code in one.exam_types]
    return tuple(
        Visit(
            number,
            f"{date_format(one.held_on, 'j N Y')} · {SESSIONS[one.kind]}",
            datetime.combine(one.held_on, time(23, 59), UTC),
        )
        for number, one in enumerate(about, 1)
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


def _named(exercise: Exercise) -> str | Promise:
    return COMPONENTS[Component(exercise.target)] if exercise.target in set(Component) else _("Reading the pictures")
