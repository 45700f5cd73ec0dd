"""Against what is a scan held, and how does its score follow from what was measured? No picture is needed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from functools import cached_property

from pipeline.calibration import Level, yardstick_for
from pipeline.finding import Finding as Measured
from pipeline.finding import Side, Verdict
from pipeline.quality import CUT_OFFS, Quality
from pipeline.rule import Rule, Usual
from pipeline.yardstick import Yardstick, held_against
from qa_rules import rules_in
from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import Assessment, Calibration, Finding, Organisation, Project, Scan, UsualValue
from supervision.exam_types import ExamType, exam_types

Usuals = Mapping[Level, Mapping[str, Usual]]


class Yardsticks:
    """The yardsticks of one calibration, or of none: by device, model and exam type."""

    def __init__(
        self, calibration: Calibration | None, usual: Usuals | None = None, *, organisation_id: int | None = None
    ) -> None:
        """usual: of a calibration that is not kept yet; else it is read, once.

        organisation_id: whose exam types ask; that of the calibration where it is not said, else those shipped.
        """
        self.calibration = calibration
        self.organisation_id = organisation_id or (calibration.organisation_id if calibration else None)
        if usual is not None:
            self.usual = usual

    @cached_property
    def rules(self) -> Sequence[Rule]:
        """The rules of today."""
        return rules_in()

    @cached_property
    def exam_types(self) -> Mapping[str, ExamType]:
        """What the exam types ask for today."""
        return exam_types() if self.organisation_id is None else types_of(self.organisation_id)

    @cached_property
    def usual(self) -> Usuals:
        """What is usual at every level, without what was measured by another version of a rule."""
        if self.calibration is None:
            return {}
        versions = {rule.name: rule.version for rule in self.rules}
        table: dict[Level, dict[str, Usual]] = {}
        for value in UsualValue.objects.filter(calibration=self.calibration):
            if versions.get(value.rule) == value.rule_version:
                here = Usual(value.middle, value.spread, value.clips)
                table.setdefault(level_of(value), {})[value.rule] = here
        return table

    def of(self, scan: Scan) -> Yardstick:
        """Return what this scan is held against."""
        known = self.exam_types.get(scan.exam_type)
        device = scan.device
        usual = yardstick_for(self.usual, str(device.pk), device.model) if device else yardstick_for(self.usual, "", "")
        return Yardstick(
            version=self.calibration.version if self.calibration else None,
            usual=usual,
            limits=known.limits if known else {},
            weights=known.weights if known else {},
            cut_offs=cut_offs_of(self.calibration),
        )

    def judged(self, scan: Scan, measured: Iterable[Measured]) -> tuple[tuple[Measured, ...], Quality]:
        """Return what was measured in this scan, judged by its yardstick."""
        return held_against(self.of(scan), measured, self.rules)


def current_calibration(organisation: Organisation) -> Calibration | None:
    """Return the calibration of an organisation that is in use, None as long as there is none."""
    return Calibration.objects.filter(organisation=organisation, current=True).first()


def yardsticks_for(project_id: int) -> Yardsticks:
    """Return the yardsticks in use in a project."""
    organisation = Project.objects.select_related("organisation").get(pk=project_id).organisation
    return Yardsticks(current_calibration(organisation), organisation_id=organisation.pk)


def yardstick_of(scan: Scan) -> Yardstick:
    """Return what a scan is held against now: what is usual on its device, what its exam type asks for, the ratings."""
    return yardsticks_for(scan.project_id).of(scan)


def cut_offs_of(calibration: Calibration | None) -> tuple[tuple[float, int], ...]:
    """Return the score from which on a rating is suggested, highest first: by reviews, else as the rules say."""
    if calibration is None or calibration.cut_offs is None:
        return CUT_OFFS
    return tuple((float(score), int(rating)) for score, rating in calibration.cut_offs)


def level_of(value: UsualValue) -> Level:
    """Return the level of a row as pipeline.calibration names it."""
    return value.level, str(value.device_id) if value.device_id else value.model


def assess(scan: Scan, measured: Iterable[Measured], yardsticks: Yardsticks, now: datetime) -> Assessment:
    """Keep what was measured, judged, as the scan's current assessment, and the score on the scan; it is not saved.

    Earlier assessments stay.
    """
    findings, quality = yardsticks.judged(scan, measured)
    scan.score, scan.suggested_rating = quality.score, quality.suggested_rating
    scan.assessments.filter(current=True).update(current=False)
    assessment = Assessment.objects.create(
        scan=scan,
        made_at=now,
        score=quality.score,
        suggested_rating=quality.suggested_rating,
        reasons=_reasons(quality),
        calibration=yardsticks.calibration,
    )
    Finding.objects.bulk_create(_row(assessment, finding) for finding in findings)
    return assessment


def assess_again(scan: Scan, current: Assessment, yardsticks: Yardsticks, now: datetime) -> Assessment | None:
    """Judge anew what was measured when `current` was made; None where it comes to the same, which is then noted.

    The scan has its new score but is not saved. The findings of `current` may be prefetched.
    """
    stored = list(current.findings.all())
    measured = [as_measured(row) for row in stored]
    findings, quality = yardsticks.judged(scan, measured)
    before = (current.score, current.suggested_rating, current.reasons)
    if list(findings) == measured and (quality.score, quality.suggested_rating, _reasons(quality)) == before:
        if current.calibration_id != (yardsticks.calibration and yardsticks.calibration.pk):
            Assessment.objects.filter(pk=current.pk).update(confirmed=yardsticks.calibration)
        return None
    return assess(scan, measured, yardsticks, now)


def as_measured(row: Finding) -> Measured:
    """Return a stored finding as the rule gave it."""
    side = Side(row.side) if row.side else None
    verdict, evidence = Verdict(row.verdict), tuple(row.evidence.items())
    return Measured(row.rule, row.rule_version, verdict, row.value, row.severity, side, evidence)


def _reasons(quality: Quality) -> list[dict[str, object]]:
    return [asdict(reason) for reason in quality.reasons]


def _row(assessment: Assessment, finding: Measured) -> Finding:
    return Finding(
        assessment=assessment,
        rule=finding.rule,
        rule_version=finding.version,
        verdict=finding.verdict,
        value=finding.value,
        severity=finding.severity,
        side=finding.side or "",
        evidence=dict(finding.evidence),
    )
