"""How does each trainee's course in an exam type stand, as the catalogue knows it, and how far is the next rung?

An organisation says of people what it has seen itself: the exams of its own projects count, and no others.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Max, OuterRef, Q, QuerySet

from storage.catalogue import phases, scope, trainees
from storage.catalogue.exam_catalogue import type_at, type_named
from storage.catalogue.models import (
    Exam,
    Observation,
    Organisation,
    Person,
    Plan,
    PlanEntry,
    Project,
    Proposal,
    Review,
    SignOff,
    TraineePhase,
)
from storage.catalogue.programme import current
from storage.catalogue.transaction import one_transaction
from supervision.competence import course as core
from supervision.competence.course import Course, ExamResult
from supervision.competence.evidence import StepEvidence, evidence_for
from supervision.exam_types import ExamType, non_clinical_codes
from supervision.ladder import Rung
from supervision.rating import Answer
from supervision.review_form import form_of
from supervision.roles import Action, Reach
from supervision.sampling import Phase
from supervision.sign_off import Decision, PlanCause, PlanStep
from supervision.standards import DEFAULT, Standard, standard_named


@dataclass(frozen=True)
class Standing:
    """A course with where the trainee stands in it, and what is asked of them.

    readers: who gave the readings that count, by number. projects: where the exams come from.
    """

    organisation: Organisation
    trainee: Person
    course: Course
    rung: Rung
    standard: Standard
    readers: frozenset[int]
    projects: tuple[Project, ...]

    @property
    def code(self) -> str:
        """The code of the exam type."""
        return self.course.exam_type.code

    def evidence(self, now: datetime, to: Rung | None = None) -> StepEvidence | None:
        """Return what there is for a step, the next one where none is named; None on the highest rung."""
        wanted = to or self.rung.above
        return None if wanted is None else evidence_for(self.course, self.standard, wanted, now)


def trainees_for(person: Person) -> QuerySet[Person]:
    """Return the people whose competence `person` may see: who learns, or has scanned, in their projects; or oneself.

    Whoever sees only their own sees nobody else.
    """
    everywhere = scope.projects_reached(person, Action.SEE_COMPETENCE, Reach.ALL)
    own = scope.projects_reached(person, Action.SEE_COMPETENCE, Reach.OWN)
    mine = Q(pk=person.pk) if own.exists() else Q(pk__in=[])
    return Person.objects.filter(mine | Q(pk__in=trainees.people_of(everywhere)))


def organisation_of(trainee: Person, person: Person, action: Action) -> Organisation | None:
    """Return the organisation in which `person` may do `action` for this trainee; None where there is none."""
    there = scope.projects_for(person, action).filter(pk__in=trainees.projects_of(trainee))
    first = there.select_related("organisation").order_by("organisation__code", "code").first()
    return None if first is None else first.organisation


def standing(
    organisation: Organisation, trainee: Person, code: str, *, since: datetime | None = None
) -> Standing | None:
    """Return where a trainee stands in an exam type; None for a type that the organisation does not know.

    since: with the exams that were scanned from then on only, where no more are looked at.
    """
    exam_type = type_named(organisation.pk, code)
    if exam_type is None or not exam_type.clinical:
        return None
    reviews = _finals(organisation, trainee, code, since)
    projects = {review.exam.project_id: review.exam.project for review in reviews}
    row, rows = phases.standing_of(trainee.pk, code), _rows(trainee, code)
    exams = Exam.objects.filter(project__organisation=organisation, trainee=trainee, exam_type=code)
    versions = {review.exam_type_version for review in reviews}
    types = {version: type_at(organisation.pk, code, version) for version in versions}
    course = Course(
        exam_type=exam_type,
        results=tuple(_result(review, types[review.exam_type_version]) for review in reviews),
        observations=_observations(organisation, trainee, code),
        since=row.since if row else None,
        signed_off_at=_signed_off_at(rows),
        last_alarm_at=_last_alarm(organisation, trainee, code),
        scanned_at=exams.aggregate(last=Max("began_at"))["last"],
    )
    rung = phases.rung_of(trainee.pk, code)
    readers = frozenset(review.reviewer_id for review in reviews)
    last = (
        reviews[-1].exam.project if reviews else trainees.projects_of(trainee).filter(organisation=organisation).first()
    )
    return Standing(organisation, trainee, course, rung, standard_of(last), readers, tuple(projects.values()))


def types_scanned(organisation: Organisation, trainee: Person) -> list[str]:
    """Return the codes of the clinical exam types in which an organisation knows this trainee, in order.

    By an exam, an observation or a plan.
    """
    seen = Exam.objects.filter(project__organisation=organisation, trainee=trainee).exclude(exam_type="")
    watched = Observation.objects.filter(project__organisation=organisation, trainee=trainee, withdrawn_at=None)
    helped = Plan.objects.filter(organisation=organisation, trainee=trainee)
    codes = {code for rows in (seen, watched, helped) for code in rows.values_list("exam_type", flat=True)}
    return sorted(codes - set(non_clinical_codes()))


def standard_of(project: Project | None) -> Standard:
    """Return the standard that a project has chosen; the default one where none is known."""
    named = {entry.code: entry.standard for entry in current().projects}
    return standard_named(named.get(project.code, DEFAULT) if project else DEFAULT)


def propose(organisation: Organisation, trainee: Person, code: str, now: datetime) -> Proposal | None:
    """Work out how far the next rung is, and keep it for the lists."""
    found = standing(organisation, trainee, code)
    return None if found is None else keep(found, now)


def keep(found: Standing, now: datetime) -> Proposal:
    """Keep for the lists how far the next rung is."""
    evidence = found.evidence(now)
    missing = [] if evidence is None else sorted({piece.kind for piece in evidence.pieces if not piece.met})
    values = {
        "rung": found.rung,
        "next_rung": evidence.to if evidence else "",
        "met": bool(evidence and evidence.met),
        "missing": missing,
        "asked": len(evidence.pieces) if evidence else 0,
        "exams": len(found.course.results),
        "last_exam_at": found.course.last_scanned_at,
        "found_at": now,
    }
    with one_transaction():
        return Proposal.objects.update_or_create(
            organisation=found.organisation, trainee=found.trainee, exam_type=found.code, defaults=values
        )[0]


def courses_in(project: Project) -> list[tuple[Person, str]]:
    """Return whose exams, or observations, of which type there are in a project, in order."""
    scanned = Exam.objects.filter(project=project, trainee__isnull=False).exclude(exam_type="")
    watched = Observation.objects.filter(project=project, withdrawn_at=None)
    rows = [of.order_by().values_list("trainee", "exam_type").distinct() for of in (scanned, watched)]
    pairs = sorted({(trainee or 0, code) for each in rows for trainee, code in each})
    people = Person.objects.in_bulk({trainee for trainee, _ in pairs})
    return [(people[trainee], code) for trainee, code in pairs]


def proposals_for(person: Person) -> QuerySet[Proposal]:
    """Return the proposals that a person may see: those that may be signed first, then what was scanned last."""
    here = scope.projects_for(person, Action.SEE_COMPETENCE).values("organisation")
    seen = Proposal.objects.filter(organisation__in=here, trainee__in=trainees_for(person))
    return seen.select_related("trainee", "organisation").order_by("-met", F("last_exam_at").desc(nulls_last=True))


def waiting_for(person: Person) -> QuerySet[Proposal]:
    """Return the proposals that `person` could sign now; one that was refused waits again with the next exam."""
    here = scope.projects_for(person, Action.SIGN_OFF)
    people = trainees.people_of(here).exclude(pk=person.pk)
    met = Proposal.objects.filter(organisation__in=here.values("organisation"), met=True, trainee__in=people)
    same = SignOff.objects.filter(**{name: OuterRef(name) for name in ("organisation", "trainee", "exam_type")})
    refused = same.filter(
        decision=Decision.REFUSED, rung=OuterRef("next_rung"), decided_at__gte=OuterRef("last_exam_at")
    )
    return met.exclude(Exists(refused))


def _finals(organisation: Organisation, trainee: Person, code: str, since: datetime | None) -> list[Review]:
    finals = Review.objects.filter(
        final=True, exam__project__organisation=organisation, exam__trainee=trainee, exam__exam_type=code
    )
    if since is not None:
        finals = finals.filter(exam__began_at__gte=since)
    read_by = Count("exam__reviews__reviewer", distinct=True)
    return list(finals.select_related("exam", "exam__project").annotate(read_by=read_by).order_by("submitted_at", "pk"))


def _result(review: Review, exam_type: ExamType) -> ExamResult:
    exam: Exam = review.exam
    answers = {code: Answer(said) for code, said in exam.answers.items() if said in set(Answer)}
    readers: Any = vars(review)["read_by"]
    return core.result_of(
        exam.pk,
        exam.began_at,
        form_of(review.form),
        exam_type,
        answers,
        twice=readers > 1,
        inclusion=exam.inclusion or 1.0,  # who was asked to read it did not draw it: it stands for itself
    )


def _observations(organisation: Organisation, trainee: Person, code: str) -> tuple[core.Observation, ...]:
    rows = Observation.objects.filter(
        project__organisation=organisation, trainee=trainee, exam_type=code, withdrawn_at=None
    )
    return tuple(core.Observation(row.at, row.entrustment, row.observer_id) for row in rows.order_by("at", "pk"))


def _rows(trainee: Person, code: str) -> list[TraineePhase]:
    return list(TraineePhase.objects.filter(trainee=trainee, exam_type=code).order_by("since", "pk"))


def _signed_off_at(rows: Collection[TraineePhase]) -> datetime | None:
    """Return since when they have been signed off without a break."""
    since = None
    for row in rows:
        if row.phase is Phase.LEARNING:
            since = None
        elif since is None:
            since = row.since
    return since


def _last_alarm(organisation: Organisation, trainee: Person, code: str) -> datetime | None:
    """Return the last alarm of the watch, which opened a plan or came while one was open, whatever that was for."""
    alarms = Q(step=PlanStep.ALARM) | Q(step=PlanStep.OPENED, plan__cause=PlanCause.ALARM)
    lines = PlanEntry.objects.filter(
        alarms, plan__organisation=organisation, plan__trainee=trainee, plan__exam_type=code
    )
    last: datetime | None = lines.aggregate(last=Max("at"))["last"]
    return last
