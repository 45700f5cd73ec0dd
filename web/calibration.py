"""What is usual where, which limits follow, and what did the last calibration change?"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Avg, Count, F, OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext_lazy as _

from pipeline.quality import CUT_OFFS
from pipeline.rule import Limits, Rule, Usual
from pipeline.yardstick import Yardstick
from qa_rules import rules_in
from storage.catalogue.models import Assessment, Calibration, Project, UsualValue
from storage.catalogue.models.calibration import Level
from web.words import Word

CutOffs = Sequence[tuple[float, int]]

LEVELS: dict[str, Word] = {
    "made": _("as the rule was made"),
    Level.PROGRAMME: _("all devices"),
    Level.MODEL: _("model"),
    Level.DEVICE: _("device"),
}
RANKS = {Level.PROGRAMME: 0, Level.MODEL: 1, Level.DEVICE: 2}


@dataclass(frozen=True)
class Row:
    """What is usual at one level, and the limits that follow. name: of the model or device."""

    level: Word
    name: str
    usual: Usual
    limits: Limits
    device: int | None = None


@dataclass(frozen=True)
class RuleTable:
    """One rule at every level of a calibration that the reader may see."""

    rule: Rule
    rows: tuple[Row, ...]

    @property
    def programme(self) -> Row:
        """What holds for a device without clips of its own: all devices, else the rule as it was made."""
        return self.rows[1] if len(self.rows) > 1 and self.rows[1].level == LEVELS[Level.PROGRAMME] else self.rows[0]


@dataclass(frozen=True)
class Moved:
    """How scores changed when they were given anew: counts, and the mean change in points."""

    up: int
    down: int
    same: int
    mean: float | None


def moving_rules() -> list[Rule]:
    """Return the rules whose limits move with the device, by name."""
    return sorted((rule for rule in rules_in() if rule.usual is not None), key=lambda rule: rule.name)


def absolute_rules() -> list[Rule]:
    """Return the rules whose limits are the same everywhere."""
    return sorted((rule for rule in rules_in() if rule.usual is None and rule.weight), key=lambda rule: rule.name)


def table_of(rule: Rule, calibration: Calibration, projects: QuerySet[Project]) -> RuleTable:
    """Return one rule's rows: as it was made, all devices, models, devices of `projects`; those of another version of
    the rule are left out, since nothing is held against them.
    """
    values = UsualValue.objects.filter(calibration=calibration, rule=rule.name, rule_version=rule.version)
    mine = values.filter(Q(device=None) | Q(device__project__in=projects)).select_related("device")
    found = sorted(mine, key=lambda one: (RANKS[Level(one.level)], one.model, one.device_id or 0))
    return RuleTable(rule, (*_as_made(rule), *(_row(rule, value) for value in found)))


def _as_made(rule: Rule) -> Iterable[Row]:
    if rule.usual is not None:
        yield Row(LEVELS["made"], "", rule.usual, rule.limits)


def _row(rule: Rule, value: UsualValue) -> Row:
    usual = Usual(value.middle, value.spread, value.clips)
    (applied,) = Yardstick(usual={rule.name: usual}).applied_to([rule])
    device = value.device
    name = f"{device.model} {device.pseudonym[:8]}".strip() if device else value.model
    return Row(LEVELS[Level(value.level)], name, usual, applied.limits, device.pk if device else None)


def cut_offs_of(calibration: Calibration) -> CutOffs:
    """Return the score from which on each rating is suggested."""
    learnt: Any = calibration.cut_offs
    return CUT_OFFS if not learnt else [(float(score), int(rating)) for score, rating in learnt]


def cut_offs_since(versions: Sequence[Calibration]) -> Calibration:
    """Return the first of the latest versions, newest first, that all have the cut-offs of the newest."""
    since = versions[0]
    for earlier in versions[1:]:
        if earlier.cut_offs != versions[0].cut_offs:
            break
        since = earlier
    return since


def moved_by(calibration: Calibration, projects: QuerySet[Project]) -> Moved:
    """Return how the scores that were there before changed with this calibration."""
    earlier = Assessment.objects.filter(scan=OuterRef("scan"), pk__lt=OuterRef("pk")).order_by("-pk")
    given = Assessment.objects.filter(calibration=calibration, scan__project__in=projects, score__isnull=False)
    again = given.annotate(before=Subquery(earlier.values("score")[:1])).filter(before__isnull=False)
    counts = again.aggregate(
        up=Count("pk", filter=Q(score__gt=F("before"))),
        down=Count("pk", filter=Q(score__lt=F("before"))),
        same=Count("pk", filter=Q(score=F("before"))),
        mean=Avg(F("score") - F("before")),
    )
    confirmed = Assessment.objects.filter(confirmed=calibration, scan__project__in=projects).count()
    return Moved(counts["up"], counts["down"], counts["same"] + confirmed, counts["mean"])
