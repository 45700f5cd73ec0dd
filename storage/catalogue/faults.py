"""Which faults do the clips of a device show now, and is a fault the one that is known already?"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pipeline.finding import Verdict
from storage.catalogue.devices import last_change, profiles_of
from storage.catalogue.models import Device, Finding
from supervision.device_health import Health
from supervision.tickets import Fault

IN_AIR = "device.air_reverberation"
BESIDE = 0.04
"""Share of the face by which the deepest point of one fault may wander: about five elements (benchmarks/probes.py)."""


@dataclass(frozen=True)
class Found:
    """One fault: its numbers, the map of elements, and the first and the last of the clips that show it."""

    kind: Fault
    facts: Mapping[str, Any]
    face: tuple[float | None, ...]
    first: datetime
    last: datetime

    def apart(self, known: Mapping[str, Any]) -> float | None:
        """Return how far (share of face or depth) a ticket of this kind lies from here; None for another fault."""
        match self.kind:
            case Fault.ELEMENT | Fault.IN_AIR:
                away = abs(self.facts["place"] - known["place"])
                reach = max(BESIDE, min(self.facts["width"], known["width"]) / 2)
                return away if away <= reach else None
            case Fault.BAND:
                overlap = min(self.facts["bottom"], known["bottom"]) - max(self.facts["top"], known["top"])
                return -overlap if overlap > 0 and self.facts["change"] * known["change"] > 0 else None
        return 0.0


def faults_of(device: Device, health: Health) -> list[Found]:
    """Return what the clips since the last probe change show, and the last still in air if it rings unevenly."""
    return [*_over_time(device, health), *_in_air(device)]


def _over_time(device: Device, health: Health) -> Iterator[Found]:
    if not health.known:
        return
    moments = list(profiles_of(device).values_list("at", flat=True))[-health.recent_clips :]
    first, last = moments[0], moments[-1]
    for element in health.elements:
        yield Found(Fault.ELEMENT, asdict(element), health.face, first, last)
    for band in health.bands:
        yield Found(Fault.BAND, asdict(band), health.face, first, last)
    if health.drift is not None:
        facts = {**asdict(health.drift), "since": health.drift.since.isoformat()}
        yield Found(Fault.DRIFT, facts, health.face, first, last)


def _in_air(device: Device) -> Iterator[Found]:
    """Only the last still counts: a wiped probe that rings evenly now was wet before."""
    stills = Finding.objects.filter(
        rule=IN_AIR, value__isnull=False, assessment__current=True, assessment__scan__device=device
    ).select_related("assessment__scan")
    told = [(finding.assessment.scan.captured_at or finding.assessment.scan.received_at, finding) for finding in stills]
    changed = last_change(device)
    counted = [(at, one) for at, one in told if changed is None or at >= changed]
    if not counted:
        return
    at, last = max(counted, key=lambda pair: (pair[0], pair[1].pk))
    if last.verdict in (Verdict.WEAK, Verdict.POOR):
        yield Found(Fault.IN_AIR, {"least": last.value, **_place(last.evidence)}, (), at, at)


def _place(evidence: Mapping[str, float]) -> dict[str, float]:
    across = evidence.get("across_from"), evidence.get("across_to")
    if across[0] is None or across[1] is None:
        return {"width": 0.0, **evidence}
    return {"place": (across[0] + across[1]) / 2, "width": across[1] - across[0], **evidence}
