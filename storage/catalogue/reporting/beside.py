"""What else happened in a period: telemedicine, devices, hand-over, protection of data?"""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime

from django.db.models import F, Q

from storage.catalogue.models import (
    ApiToken,
    Decision,
    Escalation,
    Event,
    Handover,
    ProbeChange,
    Project,
    Reidentification,
    Ticket,
    TraineePhase,
)
from storage.catalogue.reporting.reach import Reach
from storage.catalogue.reporting.supervised import read_locally
from supervision.figures import Share
from supervision.handover import HandoverStage
from supervision.ladder import Rung
from supervision.period import Days
from supervision.report.measures import Equipment, Handed, Incidents, Sustained, Telemedicine
from supervision.states import State
from supervision.tickets import Fault

HIGH = (Rung.AUTONOMOUS, Rung.TRAINER)


def telemedicine_in(reach: Reach, days: Days, cut_off: datetime) -> Telemedicine:
    """Return the questions to specialists that were raised in these days, and what came of them until `cut_off`."""
    raised = Escalation.objects.filter(
        reach.holds("exam"), raised_at__gte=days.begins, raised_at__lt=days.ends, raised_at__lte=cut_off
    )
    answered = raised.filter(answered_at__lte=cut_off)
    due = raised.filter(Q(answered_at__lte=cut_off) | Q(due_at__lt=cut_off))
    return Telemedicine(
        raised=raised.count(),
        answered=answered.count(),
        in_time=Share(answered.filter(answered_at__lte=F("due_at")).count(), due.count()),
        closed=raised.filter(closed_at__lte=cut_off).count(),
        specialties=_counted(raised.values_list("specialty", flat=True)),
        outcomes=_counted(answered.values_list("outcome", flat=True)),
        done=_counted(raised.filter(closed_at__lte=cut_off).exclude(done="").values_list("done", flat=True)),
    )


def equipment_in(projects: list[int], days: Days, cut_off: datetime) -> Equipment:
    """Return the faults of the projects' devices."""
    tickets = Ticket.objects.filter(device__project__in=projects, opened_at__lte=cut_off)
    opened = tickets.filter(opened_at__gte=days.begins, opened_at__lt=days.ends)
    kinds = Counter(opened.values_list("kind", flat=True))
    end = min(days.ends, cut_off)
    pending = tickets.filter(opened_at__lt=end).filter(Q(closed_at=None) | Q(closed_at__gte=end))
    changed = ProbeChange.objects.filter(device__project__in=projects, at__gte=days.begins, at__lt=end)
    return Equipment(
        opened={kind: kinds[kind] for kind in Fault},
        by_software=opened.filter(opened_by=None).count(),
        pending=pending.count(),
        probes_changed=changed.count(),
    )


def sustained_at(reach: Reach, projects: list[int], days: Days, cut_off: datetime) -> Sustained:
    """Return what would stay: people who need no reading any more, readings from the place, hand-overs."""
    trainees = reach.exams.filter(trainee__isnull=False).values("trainee")
    rows = TraineePhase.objects.filter(trainee__in=trainees, since__lte=cut_off).order_by("since", "pk")
    last = {(person, code): rung for person, code, rung in rows.values_list("trainee", "exam_type", "rung")}
    standing = {rung: {person for (person, _), held in last.items() if held == rung} for rung in HIGH}
    handovers = Handover.objects.filter(project__in=projects, began_at__lte=cut_off).select_related("project")
    return Sustained(
        trainers=len(standing[Rung.TRAINER]),
        autonomous=len(standing[Rung.AUTONOMOUS] | standing[Rung.TRAINER]),
        local_readings=read_locally(reach.exams_in(days, cut_off), cut_off),
        handed=tuple(
            Handed(one.project.code, one.project.name, one.receiver_name, one.stage, one.stage_since)
            for one in handovers.exclude(stage=HandoverStage.ABANDONED).order_by("project__name", "pk")
        ),
    )


def incidents_in(projects: list[int], days: Days, cut_off: datetime) -> Incidents:
    """Return what concerns the protection of data."""
    end = min(days.ends, cut_off)
    held = Event.objects.filter(what=State.WITHHELD.value, scan__project__in=projects, at__gte=days.begins, at__lt=end)
    asked = Reidentification.objects.filter(scan__project__in=projects, asked_at__gte=days.begins, asked_at__lt=end)
    last = Event.objects.filter(number__isnull=False, at__lte=cut_off).order_by("-number").first()
    organisations = Project.objects.filter(pk__in=projects).values("organisation")
    tokens = ApiToken.objects.filter(revoked_at=None, expires_at__gt=cut_off, made_at__lte=cut_off)
    return Incidents(
        withheld=_counted(str(facts.get("code", "")) for facts in held.values_list("facts", flat=True)),
        released_by_hand=Decision.objects.filter(
            scan__project__in=projects, decided_at__gte=days.begins, decided_at__lt=end
        ).count(),
        identities_asked=asked.count(),
        identities_shown=asked.filter(approved_at__lte=cut_off).count(),
        tokens_open=tokens.filter(person__memberships__organisation__in=organisations).distinct().count(),
        sealed=last.number if last and last.number else 0,
        head=last.hash if last else "",
    )


def _counted(codes: Iterable[str]) -> dict[str, int]:
    """Return how often each code came, most frequent first."""
    found = Counter(codes)
    return dict(sorted(found.items(), key=lambda one: (-one[1], one[0])))
