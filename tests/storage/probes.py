"""What would ordinary clips of a probe show? Profiles with the scatter of anatomy, sound or with a dip that is new."""

from datetime import timedelta

import numpy as np

from pipeline.probe_profile import BANDS, FACE, ProbeProfile
from storage.catalogue import models
from storage.catalogue.models import Device
from tests.storage.conftest import NOON

WIDE = 6.0
"""Places: standard deviation of a dip, about that of two dead elements behind an aperture of 32."""


def sound(
    count: int, seed: int, *, dip_at: float | None = None, dip: float = 5.0, level: float = 70.0
) -> list[ProbeProfile]:
    """Return profiles of clips of one probe; `dip_at`: share of the face where elements are dead."""
    rng = np.random.default_rng(seed)
    places = (np.arange(FACE) + 0.5) / FACE
    lost = np.zeros(FACE) if dip_at is None else dip * np.exp(-0.5 * ((places - dip_at) * FACE / WIDE) ** 2)
    return [
        ProbeProfile(
            tuple(float(v) for v in rng.normal(0.0, 1.0, FACE) - lost),
            float(rng.normal(level, 3.0)),
            tuple(float(v) for v in rng.normal(80.0, 4.0, BANDS)),
        )
        for _ in range(count)
    ]


def profiles(device: Device, shown: list[ProbeProfile], *, days: float = 0.5) -> None:
    """Keep profiles of the device, each `days` after the one before it, from NOON on."""
    known = device.profiles.count()
    models.ProbeProfile.objects.bulk_create(
        models.ProbeProfile(
            device=device,
            at=NOON + timedelta(days=days * (known + number)),
            face=list(one.face),
            level=one.level,
            bands=list(one.bands),
        )
        for number, one in enumerate(shown)
    )
