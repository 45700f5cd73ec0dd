"""What of an exam must a person not be served before it is final?

Whoever may be asked to read it is blinded, whatever other roles they hold, and whatever token they act by: a supervisor
who also reviews would otherwise know what the reviewer must not. Only who has to complete what is missing knows
meanwhile whose exam it is.
"""

from collections.abc import Iterable, Mapping

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet

from storage.catalogue import scope
from storage.catalogue.models import Exam, Person, Scan
from storage.catalogue.programme import current
from supervision.blinding import Hidden
from supervision.roles import Action
from supervision.states import Stage

WHOSE = frozenset({Hidden.TRAINEE, Hidden.SITE})
NOTHING: frozenset[Hidden] = frozenset()


def hidden_from(person: Person | AnonymousUser, exam: Exam) -> frozenset[Hidden]:
    """Return what of this exam `person` must not be served."""
    return hidden_in(person, [exam])[exam.pk]


def hidden_in(person: Person | AnonymousUser, exams: Iterable[Exam]) -> Mapping[int, frozenset[Hidden]]:
    """Return what of each of these exams `person` must not be served, by the exam's key; as few queries as for one."""
    asked = list(exams)
    asked_in = _projects(person, Action.REVIEW)
    completes = _projects(person, Action.COMPLETE_INFO)
    switched = current().blinding.hidden()
    return {exam.pk: _hidden(person, exam, asked_in, completes, switched) for exam in asked}


def reads(person: Person | AnonymousUser) -> bool:
    """Tell whether a person may be asked to read anything, so that something may be hidden from them."""
    return bool(_projects(person, Action.REVIEW))


def blinded(person: Person | AnonymousUser, exams: QuerySet[Exam]) -> QuerySet[Exam]:
    """Return those of these exams of which something may be hidden from `person`.

    By which of them a filter leaves in, one would know what is not shown.
    """
    return (
        exams.filter(project__in=_projects(person, Action.REVIEW))
        .exclude(stage=Stage.FINAL)
        .exclude(trainee_id=person.pk)
    )


def unblinded(person: Person | AnonymousUser, exams: QuerySet[Exam]) -> QuerySet[Exam]:
    """Return the others."""
    return exams.exclude(pk__in=blinded(person, exams).values("pk")) if _projects(person, Action.REVIEW) else exams


def unblinded_scans(person: Person | AnonymousUser, scans: QuerySet[Scan]) -> QuerySet[Scan]:
    """Return those of these scans of whose exam nothing is hidden from `person`."""
    if not _projects(person, Action.REVIEW):
        return scans
    return scans.exclude(exam__in=blinded(person, Exam.objects.all()).values("pk"))


def _hidden(
    person: Person | AnonymousUser,
    exam: Exam,
    asked_in: frozenset[int],
    completes: frozenset[int],
    switched: frozenset[Hidden],
) -> frozenset[Hidden]:
    may_be_asked = exam.project_id in asked_in and exam.trainee_id != person.pk and exam.stage != Stage.FINAL
    if not may_be_asked:
        return NOTHING
    if exam.stage == Stage.AWAITING_INFO and exam.project_id in completes:
        return switched - WHOSE
    return switched


def _projects(person: Person | AnonymousUser, *actions: Action) -> frozenset[int]:
    return frozenset(
        pk for action in actions for pk in scope.projects_by_role(person, action).values_list("pk", flat=True)
    )
