"""At which training was a trainee, and did it change anything in what they scan?"""

from datetime import UTC, datetime, time, timedelta

from storage.catalogue import competence, scope
from storage.catalogue.competence import Standing
from storage.catalogue.models import Attendance, Person, TrainingSession
from supervision.competence.visit import Effect, effect
from supervision.registers import THERE
from supervision.roles import Action, Reach

MIDNIGHT = time(tzinfo=UTC)


def ended(session: TrainingSession) -> datetime:
    """Return from when on exams count as made after a session: the day after it, in UTC."""
    return datetime.combine(session.held_on, MIDNIGHT) + timedelta(days=1)


def visits_of(standing: Standing) -> list[TrainingSession]:
    """Return the sessions at which the trainee was, for this exam type or for none in particular, oldest first."""
    there = Attendance.objects.filter(person=standing.trainee, attended__in=THERE)
    held = TrainingSession.objects.filter(
        attendances__in=there, cancelled_at=None, project__organisation=standing.organisation
    )
    return [one for one in held.order_by("held_on", "pk") if not one.exam_types or standing.code in one.exam_types]


def effect_on(standing: Standing, session: TrainingSession) -> Effect:
    """Return what changed in one course at a session."""
    return effect([standing.course], ended(session))


def effect_of(session: TrainingSession, viewer: Person) -> Effect | None:
    """Return what changed at a session in the courses of all who were there.

    Courses in the exam types that it was about; in all where it was about none in particular. None for one that was
    cancelled, and for whoever may not see how competent people are in its project.
    """
    seen = scope.projects_reached(viewer, Action.SEE_COMPETENCE, Reach.ALL).filter(pk=session.project_id)
    if session.cancelled_at is not None or not seen.exists():
        return None
    organisation = session.project.organisation
    there = session.attendances.filter(attended__in=THERE).values("person")
    courses = []
    for trainee in competence.trainees_for(viewer).filter(pk__in=there).order_by("pk"):
        for code in session.exam_types or competence.types_scanned(organisation, trainee):
            found = competence.standing(organisation, trainee, code)
            if found is not None:
                courses.append(found.course)
    return effect(courses, ended(session))
