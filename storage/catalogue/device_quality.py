"""How do the scans of one device compare with those of others of its model?"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db.models import QuerySet

from storage.catalogue.judging import Yardsticks, as_measured, current_calibration
from storage.catalogue.models import Assessment, Device, Scan
from supervision.adjusted import Adjusted, Scored, adjusted
from supervision.exam_types import non_clinical_codes
from supervision.states import RELEASED

COUNTED_FOR = timedelta(days=183)
MOST_CLIPS = 300


def quality_adjusted(device: Device, now: datetime) -> Adjusted | None:
    """Return how the device's scans of the last half year score beside others of its model in the organisation.

    Adjusted for exam type and trainee. All are judged as if on one device: limits that follow each device would hide
    what is wrong with it. None where the model is not known, or where too little was done with the device or others.
    """
    if not device.model:
        return None
    organisation = device.project.organisation
    released = Scan.objects.filter(project__organisation=organisation, device__model=device.model, state__in=RELEASED)
    clinical = released.filter(received_at__gt=now - COUNTED_FOR, received_at__lte=now)
    clinical = clinical.exclude(exam_type__in=non_clinical_codes())
    usual = Yardsticks(current_calibration(organisation)).usual
    together = {level: values for level, values in usual.items() if level[0] != "device"}
    yardsticks = Yardsticks(None, together, organisation_id=organisation.pk)
    ours, others = clinical.filter(device=device), clinical.exclude(device=device)
    return adjusted([*_scored(ours, yardsticks, ours=True), *_scored(others, yardsticks, ours=False)])


def _scored(scans: QuerySet[Scan], yardsticks: Yardsticks, *, ours: bool) -> Iterator[Scored]:
    latest = {scan.pk: scan for scan in scans.select_related("device").order_by("-received_at", "-pk")[:MOST_CLIPS]}
    current = Assessment.objects.filter(current=True, scan__in=latest).order_by("scan").prefetch_related("findings")
    for one in current:
        scan = latest[one.scan_id]
        _, quality = yardsticks.judged(scan, [as_measured(row) for row in one.findings.all()])
        if quality.score is not None:
            yield Scored(quality.score, scan.exam_type, str(scan.trainee_id or ""), ours)
