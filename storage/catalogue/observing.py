"""Who stood beside a trainee, and how far would they trust them?"""

from datetime import datetime

from django.db.models import QuerySet

from pipeline.errors import Conflict
from storage.catalogue import competence, scope, trainees
from storage.catalogue.exam_catalogue import type_named
from storage.catalogue.models import Event, Observation, Person, Project
from storage.catalogue.transaction import one_transaction
from supervision.roles import Action
from supervision.sign_off import written


def observe(
    trainee_id: int, code: str, entrustment: int, at: datetime, person: Person, now: datetime, *, text: str = ""
) -> Observation:
    """Note that `person` watched a trainee scan, and would trust them so far (1-5).

    ValueError for a time to come, an unknown type or a number off the scale; Conflict (own_sign_off) for oneself;
    Person.DoesNotExist outside one's projects.
    """
    said = written(text)
    if at > now or not 1 <= entrustment <= 5:
        raise ValueError("an observation lies in the past and on the scale")
    with one_transaction():
        trainee = Person.objects.get(pk=trainee_id)
        if trainee.pk == person.pk:
            raise Conflict("own_sign_off")
        project = _project(trainee, person)
        exam_type = type_named(project.organisation_id, code)
        if exam_type is None or not exam_type.clinical:
            raise ValueError("no such exam type")
        row = Observation.objects.create(
            project=project,
            trainee=trainee,
            exam_type=code,
            observer=person,
            at=at,
            entrustment=entrustment,
            note=said,
            noted_at=now,
        )
        _note("observed", row, person, now)
        competence.propose(project.organisation, trainee, code, now)
        return row


def people_for(person: Person) -> QuerySet[Person]:
    """Return whom `person` may have watched, by name."""
    here = scope.projects_for(person, Action.OBSERVE)
    learning = trainees.people_of(here).filter(is_active=True).exclude(pk=person.pk)
    return learning.order_by("last_name", "first_name", "username")


def observations_for(person: Person) -> QuerySet[Observation]:
    """Return the observations that `person` may see, the newest first; also those that were taken back."""
    here = scope.projects_for(person, Action.SEE_COMPETENCE).values("organisation")
    seen = Observation.objects.filter(project__organisation__in=here, trainee__in=competence.trainees_for(person))
    return seen.select_related("observer", "trainee", "project").order_by("-at", "-pk")


def withdraw(observation_id: int, person: Person, now: datetime) -> Observation:
    """Take back one's own observation, which was noted by mistake; it no longer counts, and stays."""
    with one_transaction():
        row = Observation.objects.select_related("project__organisation", "trainee").get(
            pk=observation_id, observer=person
        )
        if row.withdrawn_at is None:
            row.withdrawn_at = now
            row.save(update_fields=["withdrawn_at"])
            _note("observation_withdrawn", row, person, now)
            competence.propose(row.project.organisation, row.trainee, row.exam_type, now)
        return row


def _project(trainee: Person, person: Person) -> Project:
    here = scope.projects_for(person, Action.OBSERVE).filter(pk__in=trainees.projects_of(trainee))
    project = here.select_related("organisation").order_by("code").first()
    if project is None:
        raise Person.DoesNotExist
    return project


def _note(what: str, row: Observation, person: Person, now: datetime) -> None:
    facts = {"trainee": row.trainee_id, "exam_type": row.exam_type, "entrustment": row.entrustment}
    Event.objects.create(at=now, what=what, person=person, facts=facts)
