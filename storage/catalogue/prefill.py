"""What of an exam's views has been measured, so that the expert need not type it?"""

from collections.abc import Mapping

from pipeline.finding import Verdict
from pipeline.received import Kind
from storage.catalogue.exam_catalogue import type_when_queued
from storage.catalogue.models import Exam, Finding
from storage.catalogue.programme import current
from supervision import prefill
from supervision.prefill import Measured
from supervision.rating import Component


def prefill_for(exam: Exam) -> Mapping[str, Mapping[Component, int]]:
    """Return 0, 1 or 2 for the components of each required view that the current findings of its clips speak of.

    Nothing where the programme does not want it.
    """
    exam_type = type_when_queued(exam)
    if exam_type is None or not exam_type.views or not current().review.prefill:
        return {}
    clips = list(exam.clips.order_by("pk").values_list("pk", "view", "kind", "frames"))
    told: dict[int, dict[str, Verdict]] = {pk: {} for pk, *_ in clips}
    found = Finding.objects.filter(assessment__scan__in=told, assessment__current=True)
    for scan, rule, verdict in found.values_list("assessment__scan", "rule", "verdict"):
        told[scan][rule] = Verdict(verdict)
    measured = [Measured(told[pk], view, kind == Kind.STILL or frames == 1) for pk, view, kind, frames in clips]
    return prefill.prefill(exam_type, measured)
