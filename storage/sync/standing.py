"""How does the exchange stand: when was the last one, and what waits on which side?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum

from storage.catalogue.models import Held, Peer, Project, SheetConflict, Wanted
from storage.catalogue.scope import projects_for
from storage.settings import settings
from storage.sync import journal, traffic
from storage.sync.exchange import waiting
from supervision.roles import Action

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


def standing(now: datetime, within: QuerySet[Project] | None = None) -> Standing:
    """Return how the exchange stands now; within: for whom only these projects are, and who exchanges some of them."""
    wanted = (Project.objects.all() if within is None else within).filter(active=True)
    here = list(wanted.select_related("organisation").order_by("pk"))
    peers = [(peer, _shared(peer, here)) for peer in Peer.objects.select_related("person").order_by("-met_at", "pk")]
    left = traffic.left(now)
    return Standing(
        peers=tuple(_of(peer, shared) for peer, shared in peers if shared or within is None),
        conflicts=SheetConflict.objects.filter(settled_at=None, exam__project__in=here).count(),
        left_mb=None if left is None else left / MB,
        headquarters_set=settings().sync_url is not None,
    )


def _shared(peer: Peer, here: list[Project]) -> list[Project]:
    """Return those of the projects that are exchanged with this side: a field box sees those of its token's person."""
    if peer.person is None:
        return here
    theirs = set(projects_for(peer.person, Action.SYNC).values_list("pk", flat=True))
    return [project for project in here if project.pk in theirs]


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
