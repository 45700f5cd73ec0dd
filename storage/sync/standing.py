"""How does the exchange stand: when was the last one, and what waits on which side?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Sum

from storage.catalogue.models import Held, Peer, Project, SheetConflict, Wanted
from storage.settings import settings
from storage.sync import journal, traffic
from storage.sync.exchange import waiting

MB = 1_000_000


@dataclass(frozen=True)
class OfPeer:
    """How it stands with one other side: what waits here for it, and what it said of itself when we last met."""

    name: str
    headquarters: bool
    met_at: datetime | None
    problem: str
    records: int
    objects: int
    megabytes: float
    held: Mapping[str, int]
    told: Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """How it stands with all of them. left_mb: what may still go over the link today, None for any number."""

    peers: tuple[OfPeer, ...]
    conflicts: int
    left_mb: float | None
    headquarters_set: bool

    def as_json(self) -> dict[str, Any]:
        """Return it as a program reads it."""
        told = asdict(self)
        told["peers"] = [peer | {"met_at": peer["met_at"] and peer["met_at"].isoformat()} for peer in told["peers"]]
        return told | {"waiting": waiting()}


def standing(now: datetime) -> Standing:
    """Return how the exchange stands now."""
    projects = list(Project.objects.filter(active=True).select_related("organisation"))
    left = traffic.left(now)
    return Standing(
        peers=tuple(_of(peer, projects) for peer in Peer.objects.order_by("-met_at", "pk")),
        conflicts=SheetConflict.objects.filter(settled_at=None).count(),
        left_mb=None if left is None else left / MB,
        headquarters_set=settings().sync_url is not None,
    )


def _of(peer: Peer, projects: list[Project]) -> OfPeer:
    lacking = Wanted.objects.filter(peer=peer).aggregate(count=Count("pk"), size=Sum("size"))
    held = dict(Held.objects.filter(peer=peer).values_list("code").annotate(count=Count("pk")).order_by("code"))
    return OfPeer(
        name=str(peer),
        headquarters=peer.headquarters,
        met_at=peer.met_at,
        problem=peer.problem,
        records=journal.awaited(peer.sent, peer, projects),
        objects=lacking["count"],
        megabytes=(lacking["size"] or 0) / MB,
        held=held,
        told=peer.told,
    )
