"""A device whose probe lost elements, as its clips and the search for faults leave it in the catalogue."""

from datetime import datetime, timedelta

import numpy as np
from django.utils import timezone

from pipeline.probe_profile import BANDS, FACE
from storage.catalogue.models import Device, ProbeProfile, Project, Ticket
from storage.catalogue.tickets import find_faults
from tests.web.world import World

DEAD = slice(80, 84)
FALLEN = 6.0
CLIPS = 120
EVERY = timedelta(days=3)


def device_of(project: Project, pseudonym: str = "SR-PROBE-1", model: str = "CX50") -> Device:
    return Device.objects.get_or_create(project=project, pseudonym=pseudonym, defaults={"model": model})[0]


def record(
    device: Device, *, faulty: int = 40, clips: int = CLIPS, until: datetime | None = None, seed: int = 1
) -> None:
    """Keep what `clips` ordinary clips show of the probe, the last `faulty` of them with dead elements."""
    rng, until = np.random.default_rng(seed), until or timezone.now()
    own = rng.normal(0, 0.5, FACE)
    rows = []
    for number in range(clips):
        face = own + rng.normal(0, 1.2, FACE)
        if number >= clips - faulty:
            face[DEAD] -= FALLEN
        seen = [None if place < 3 or place > 124 else round(float(v), 2) for place, v in enumerate(face)]
        bands = rng.normal(80, 4, BANDS).round(2).tolist()
        at = until - EVERY * (clips - 1 - number)
        rows.append(ProbeProfile(device=device, at=at, face=seen, level=float(rng.normal(90, 4)), bands=bands))
    ProbeProfile.objects.bulk_create(rows)


def with_ticket(world: World, project: Project | None = None, pseudonym: str = "SR-PROBE-1") -> Ticket:
    """Return the ticket that the software opened about the dead elements of a new device."""
    device = device_of(project or world.goma, pseudonym)
    record(device)
    assert find_faults(device.project, timezone.now()) == 1
    return Ticket.objects.get(device=device)
