"""Where do the people stand who learn, and what was decided about them in a period?

Sign-offs and plans are an organisation's; those count whose trainee has scanned in the projects that are reported on.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from storage.catalogue.models import Membership, Person, Plan, PlanEntry, Project, Proposal, SignOff, TraineePhase
from storage.catalogue.reporting.counting import outcomes, with_final_reading
from storage.catalogue.reporting.reach import Reach
from supervision.figures import Share
from supervision.ladder import Rung, rung_in
from supervision.period import Days
from supervision.report.measures import Pipeline, Progress
from supervision.roles import Role
from supervision.sampling import Phase
from supervision.sign_off import Decision, PlanStep

Standing = Mapping[tuple[int, str], Rung]


def pipeline_in(reach: Reach, projects: list[int], days: Days, cut_off: datetime) -> Pipeline:
    """Return where trainees stood at the end of these days (or at `cut_off`), and what was decided in them."""
    end = min(days.ends, cut_off)
    ever = reach.exams.filter(trainee__isnull=False, arrived_at__lt=end).exclude(exam_type="")
    scanned = set(ever.order_by().values_list("trainee", "exam_type").distinct())
    people = {person for person, _ in scanned}
    standing = _standing(people, end)
    rungs: dict[str, Counter[Rung]] = defaultdict(Counter)
    for person, exam_type in scanned:
        rungs[exam_type][standing.get((person, exam_type), rung_in(Phase.LEARNING))] += 1
    now = reach.exams_in(days, cut_off).filter(trainee__isnull=False)
    active = set(now.order_by().values_list("trainee", flat=True).distinct())
    decided = SignOff.objects.filter(trainee__in=people, decided_at__gte=days.begins, decided_at__lt=end)
    proposed = set(Proposal.objects.filter(trainee__in=people, met=True).values_list("trainee", "exam_type"))
    plans = Plan.objects.filter(trainee__in=people)
    lines = PlanEntry.objects.filter(plan__in=plans, at__gte=days.begins, at__lt=end)
    return Pipeline(
        learners=_learners(projects, active).count(),
        active=len(active),
        rungs={code: dict(count) for code, count in sorted(rungs.items())},
        signed=decided.filter(decision=Decision.SIGNED).count(),
        refused=decided.filter(decision=Decision.REFUSED).count(),
        withdrawn=SignOff.objects.filter(
            trainee__in=people, withdrawn_at__gte=days.begins, withdrawn_at__lt=end
        ).count(),
        proposed=len(proposed),
        plans_opened=plans.filter(opened_at__gte=days.begins, opened_at__lt=end).count(),
        plans_closed=plans.filter(closed_at__gte=days.begins, closed_at__lt=end).count(),
        plans_open=plans.filter(opened_at__lt=end).filter(Q(closed_at=None) | Q(closed_at__gte=end)).count(),
        alarms=lines.filter(step=PlanStep.ALARM).count() + plans.filter(_by_alarm(days, end)).count(),
        progress=tuple(_progress(now, cut_off, standing, proposed, _in_trouble(plans, end))),
    )


def _learners(projects: list[int], active: Iterable[int]) -> QuerySet[Person]:
    """Return who is a trainee of these projects now, and whose exams came from them, whatever became of the role."""
    organisations = Project.objects.filter(pk__in=projects).values("organisation")
    here = Q(project__in=projects) | Q(project=None, organisation__in=organisations)
    places = Membership.objects.filter(here, role=Role.TRAINEE)
    return Person.objects.filter(Q(is_active=True, pk__in=places.values("person")) | Q(pk__in=active))


def _standing(people: Iterable[int], at: datetime) -> Standing:
    """Return the rung of each person and exam type at a moment, of whom anything was said."""
    rows = TraineePhase.objects.filter(trainee__in=people, since__lt=at).order_by("since", "pk")
    return {(person, code): Rung(rung) for person, code, rung in rows.values_list("trainee", "exam_type", "rung")}


def _by_alarm(days: Days, end: datetime) -> Q:
    return Q(cause="alarm", opened_at__gte=days.begins, opened_at__lt=end)


def _in_trouble(plans: QuerySet[Plan], end: datetime) -> set[tuple[int, str]]:
    open_now = plans.filter(opened_at__lt=end).filter(Q(closed_at=None) | Q(closed_at__gte=end))
    return set(open_now.values_list("trainee", "exam_type"))


def _progress(
    exams: Any,
    cut_off: datetime,
    standing: Standing,
    proposed: set[tuple[int, str]],
    trouble: set[tuple[int, str]],
) -> Iterable[Progress]:
    """Give each trainee who scanned, by exam type, in order of names."""
    counts = {f"n_{name}": Count("pk", filter=condition) for name, condition in outcomes().items()}
    parts = with_final_reading(exams, cut_off).order_by().values_list("trainee", "exam_type")
    rows = parts.annotate(n_exams=Count("pk"), **counts)
    names = {person.pk: person.display_name for person in Person.objects.filter(pk__in=exams.values("trainee"))}
    for person, code, number, rated, adequate, judged, succeeded in sorted(
        rows, key=lambda row: (names[row[0]].casefold(), row[0], row[1])
    ):
        yield Progress(
            trainee=person,
            name=names[person],
            exam_type=code,
            rung=standing.get((person, code), rung_in(Phase.LEARNING)),
            exams=number,
            adequate=Share(adequate, rated),
            succeeded=Share(succeeded, judged),
            proposed=(person, code) in proposed,
            alarm=(person, code) in trouble,
        )
