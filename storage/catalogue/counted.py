"""Which clips and which reviews say what is usual in an organisation?"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, Q, QuerySet, Subquery

from pipeline.calibration import FEWEST_REVIEWS, Measured
from pipeline.finding import Verdict
from pipeline.rule import Rule
from storage.catalogue.handovers import with_us
from storage.catalogue.judging import Yardsticks, as_measured
from storage.catalogue.models import Assessment, Finding, Organisation, Project, Review, Scan
from supervision.exam_types import non_clinical_codes
from supervision.states import RELEASED, State

IN_AIR = "device.air_reverberation"
LATEST_CLIPS = 20_000
LATEST_REVIEWS = 2_000


@dataclass(frozen=True)
class Clips:
    """The values that rules of today measured in clips that count; whether simulated ones are among them."""

    measured: tuple[Measured, ...]
    simulated: bool

    @property
    def devices(self) -> int:
        """How many devices made them, those that are not known left out."""
        return len({clip.device for clip in self.measured} - {""})


@dataclass(frozen=True)
class Reviews:
    """Scores, as a calibration would give them, beside the overall ratings of reviewers."""

    pairs: tuple[tuple[float, int], ...]
    simulated: bool


def clips_of(organisation: Organisation, rules: Sequence[Rule]) -> Clips:
    """Return what was measured in the latest clips that were released.

    No phantoms, nothing held in air, and nothing that was damaged, no ultrasound, filmed or frozen (a poor finding of
    a rule with a cap); the rest is left to medians.
    """
    scans = _telling(organisation, rules)
    known = scans.values_list("pk", "device_id", "device__model", "simulated")
    devices = {pk: (str(device or ""), model or "", simulated) for pk, device, model, simulated in known}
    values: dict[int, dict[str, float]] = {}
    moving = {(rule.name, rule.version) for rule in rules if rule.usual is not None}
    findings = Finding.objects.filter(
        assessment__current=True, assessment__scan__in=scans.values("pk"), rule__in={name for name, _ in moving}
    )
    rows = findings.values_list("assessment__scan_id", "rule", "rule_version", "value")
    for scan, rule, version, value in rows:
        if value is not None and (rule, version) in moving and scan in devices:
            values.setdefault(scan, {})[rule] = value
    measured = [Measured(*devices[scan][:2], found) for scan, found in sorted(values.items())]
    return Clips(tuple(measured), any(devices[scan][2] for scan in values))


def reviews_of(organisation: Organisation, yardsticks: Yardsticks) -> Reviews:
    """Return the final review of each of the latest reviewed scans, beside its score by these yardsticks.

    Simulated reviews count only as long as there are fewer than 50 others. Phantoms and scans without a score do not.
    """
    last = Review.objects.filter(exam__clips=OuterRef("pk"), final=True)
    final = Scan.objects.filter(project__in=_counting(organisation), state=State.FINAL, score__isnull=False)
    reviewed = final.exclude(exam_type__in=non_clinical_codes()).annotate(
        overall=Subquery(last.values("overall")[:1]), by_machine=Subquery(last.values("simulated")[:1])
    )
    by_people = reviewed.filter(by_machine=False)
    only_people = by_people.count() >= FEWEST_REVIEWS
    counted = by_people if only_people else reviewed.filter(overall__isnull=False)
    scans = counted.select_related("device").order_by("-received_at", "-pk")[:LATEST_REVIEWS]
    current = Assessment.objects.filter(current=True, scan__in=[scan.pk for scan in scans])
    found = {one.scan_id: one for one in current.prefetch_related("findings")}
    pairs, simulated = [], False
    for scan in scans:
        _, quality = yardsticks.judged(scan, [as_measured(row) for row in found[scan.pk].findings.all()])
        if quality.score is not None:
            pairs.append((quality.score, int(scan.overall)))
            simulated = simulated or bool(scan.by_machine)
    return Reviews(tuple(pairs), simulated)


def _counting(organisation: Organisation) -> QuerySet[Project]:
    return Project.objects.filter(with_us(), organisation=organisation)


def _telling(organisation: Organisation, rules: Sequence[Rule]) -> QuerySet[Scan]:
    capped = Q(rule__in=[rule.name for rule in rules if rule.cap is not None], verdict=Verdict.POOR)
    not_telling = Finding.objects.filter(capped | Q(rule=IN_AIR, value__isnull=False), assessment__current=True)
    released = Scan.objects.filter(project__in=_counting(organisation), state__in=RELEASED)
    telling = released.exclude(exam_type__in=non_clinical_codes()).exclude(
        pk__in=not_telling.values("assessment__scan_id")
    )
    return telling.order_by("-received_at", "-pk")[:LATEST_CLIPS]
