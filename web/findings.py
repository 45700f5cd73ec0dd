"""What did the rules say about a scan, in the order and the words that a reader needs?"""

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from django.db.models import Max

from pipeline.finding import Side, Verdict
from pipeline.rule import Family, Rule
from pipeline.text import Text
from qa_rules import rules_in
from storage.catalogue.models import Assessment, Finding, Scan, UsualValue
from web.advice_picture import AdvicePicture, picture_of_place

NOTED = (Verdict.POOR, Verdict.WEAK)


@dataclass(frozen=True)
class Told:
    """One finding in its rule's words; points: what it took from the score; explained_by: a stronger rule's title.

    picture: the place in the sector, None for a finding without place or that is only told.
    """

    finding: Finding
    title: Text
    advice: Text | None
    unit: str
    points: float
    explained_by: Text | None
    picture: AdvicePicture | None = None

    @property
    def whole_points(self) -> int:
        """The points as they are said."""
        return round(self.points)


@dataclass(frozen=True)
class HeldAgainst:
    """The calibration that a score used: whose clips said what is usual (device, model, programme), and how many."""

    version: int
    level: str
    clips: int


@dataclass(frozen=True)
class Judgement:
    """The current assessment of a scan: what was noted, strongest first, and what was fine or could not be said."""

    assessment: Assessment
    held_against: HeldAgainst | None
    noted: tuple[Told, ...]
    others: tuple[Told, ...]


def judgement_of(scan: Scan) -> Judgement | None:
    """Return what the rules say now about `scan`; None when it was never scored."""
    current = scan.assessments.filter(current=True).select_related("calibration", "confirmed")
    assessment = current.prefetch_related("findings").first()
    if assessment is None:
        return None
    reasons = {reason["rule"]: reason for reason in assessment.reasons}
    about_the_scan = (finding for finding in assessment.findings.all() if not _is_about_the_probe(finding))
    told = [_tell(finding, reasons.get(finding.rule, {})) for finding in about_the_scan]
    told.sort(key=lambda one: (-one.points, -one.finding.severity, one.finding.rule))
    noted = tuple(
        replace(one, picture=picture_of_place(scan, one.finding)) for one in told if one.finding.verdict in NOTED
    )
    others = tuple(one for one in told if one.finding.verdict not in NOTED)
    return Judgement(assessment, _held_against(scan, assessment), noted, others)


def _held_against(scan: Scan, assessment: Assessment) -> HeldAgainst | None:
    """Return the nearest level from which the calibration of `assessment` took what is usual for this scan's device."""
    calibration = assessment.confirmed or assessment.calibration
    if calibration is None:
        return None
    levels: list[tuple[str, dict[str, Any]]] = [("programme", {})]
    if scan.device is not None and scan.device.model:
        levels.insert(0, ("model", {"model": scan.device.model}))
    if scan.device is not None:
        levels.insert(0, ("device", {"device": scan.device}))
    for level, of in levels:
        values = UsualValue.objects.filter(calibration=calibration, level=level, **of)
        clips = values.aggregate(most=Max("clips"))["most"]
        if clips is not None:
            return HeldAgainst(calibration.version, level, clips)
    return HeldAgainst(calibration.version, "none", 0)


def _is_about_the_probe(finding: Finding) -> bool:
    rule = _rules().get(finding.rule)
    return rule is not None and rule.family is Family.DEVICE


def _tell(finding: Finding, reason: dict[str, object]) -> Told:
    rule = _rules().get(finding.rule)
    explained_by = reason.get("explained_by")
    points = reason.get("points")
    return Told(
        finding=finding,
        title=rule.title if rule else Text(finding.rule, finding.rule),
        advice=rule.advice_for(Side(finding.side) if finding.side else None) if rule else None,
        unit=rule.unit if rule else "",
        points=float(points) if isinstance(points, (int, float)) else 0.0,
        explained_by=_title(str(explained_by)) if explained_by else None,
    )


def _title(name: str) -> Text:
    rule = _rules().get(name)
    return rule.title if rule else Text(name, name)


@cache
def _rules() -> dict[str, Rule]:
    return {rule.name: rule for rule in rules_in()}
