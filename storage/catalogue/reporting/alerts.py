"""What calls for attention in some projects now?"""

from collections.abc import Iterable, Iterator
from datetime import datetime

from django.db.models import Count, Max, Min

from storage.catalogue.handovers import at_work
from storage.catalogue.models import Plan, Project, ReviewItem, Ticket
from storage.catalogue.reporting.reach import Reach
from supervision.report.alerts import INCOMPLETE_AFTER, SILENT_AFTER, Alarm, Alert, in_order
from supervision.sign_off import PlanCause
from supervision.states import Stage
from supervision.tickets import PENDING


def alerts_of(reach: Reach, projects: Iterable[Project], now: datetime) -> tuple[Alert, ...]:
    """Return everything that calls for attention in these projects, the most urgent first.

    Nothing of one that was handed over, where nobody could act any more.
    """
    known = {project.pk: project for project in projects}
    found = [*_clocks(reach, now), *_incomplete(reach, now), *_watches(reach, now), *_probes(known, now)]
    at_work_now = set(Project.objects.filter(at_work(), pk__in=known).values_list("code", flat=True))
    return in_order([one for one in (*found, *_silent(reach, known, now)) if one.project in at_work_now])


def _clocks(reach: Reach, now: datetime) -> Iterator[Alert]:
    late = ReviewItem.objects.filter(reach.holds("exam"), done_at=None, due_at__lt=now).order_by()
    rows = late.values_list("exam__project__code").annotate(number=Count("pk"), oldest=Min("due_at"))
    for project, number, oldest in rows:
        yield Alert(Alarm.CLOCK, project, number, oldest)


def _incomplete(reach: Reach, now: datetime) -> Iterator[Alert]:
    waits = reach.exams.filter(stage=Stage.AWAITING_INFO, arrived_at__lt=now - INCOMPLETE_AFTER).order_by()
    rows = waits.values_list("project__code").annotate(number=Count("pk"), oldest=Min("arrived_at"))
    for project, number, oldest in rows:
        yield Alert(Alarm.INCOMPLETE, project, number, oldest)


def _watches(reach: Reach, now: datetime) -> Iterator[Alert]:
    """Give the plans that an alarm has opened, each in the project where the person scanned last."""
    plans = Plan.objects.filter(cause=PlanCause.ALARM, closed_at=None, opened_at__lte=now).select_related("trainee")
    for plan in plans.order_by("opened_at", "pk"):
        theirs = reach.exams.filter(trainee=plan.trainee_id, exam_type=plan.exam_type)
        last = theirs.order_by("-began_at", "-pk").values_list("project__code", flat=True).first()
        if last is not None:
            about = plan.trainee.display_name
            yield Alert(
                Alarm.QUALITY, last, 1, plan.opened_at, person=plan.trainee_id, exam_type=plan.exam_type, about=about
            )


def _probes(projects: dict[int, Project], now: datetime) -> Iterator[Alert]:
    broken = Ticket.objects.filter(device__project__in=projects, state__in=PENDING, opened_at__lte=now).order_by()
    rows = broken.values_list("device__project", "device", "device__model", "device__pseudonym")
    for project, device, model, pseudonym, number, oldest in rows.annotate(n=Count("pk"), oldest=Min("opened_at")):
        about = f"{model} {pseudonym}".strip()
        yield Alert(Alarm.PROBE, projects[project].code, number, oldest, device=device, about=about)


def _silent(reach: Reach, projects: dict[int, Project], now: datetime) -> Iterator[Alert]:
    """Give the active projects of which nothing has come for two weeks, and those of which nothing ever came."""
    heard = reach.scans.filter(received_at__gt=now - SILENT_AFTER).order_by()
    recent = set(heard.values_list("project", flat=True).distinct())
    quiet = [project for key, project in projects.items() if project.active and key not in recent]
    last = dict(
        reach.scans.filter(project__in=quiet).order_by().values_list("project").annotate(last=Max("received_at"))
    )
    for project in quiet:
        yield Alert(Alarm.SILENT, project.code, 0, last.get(project.pk))
