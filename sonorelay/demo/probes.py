"""Which probe of the demonstration is dying, what was done about another, and what do its clips teach?

Profiles come from pictures of the simulator through the function that profiles real clips; each is marked as simulated.
"""

import tempfile
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pipeline.phantom import Fault, FaultKind, Scene, Subject, geometry, write_png
from pipeline.phantom.demo import DEAD_FROM_WEEK, DYING, WEEKS
from pipeline.probe_profile import ProbeProfile, probe_profile
from pipeline.reading import read_clip
from sonorelay.demo.scans import SEED, Dropped
from supervision.tickets import What

if TYPE_CHECKING:
    from storage.catalogue.models import Device, Person

CLIPS = 92
SUBJECTS = (Subject.ABDOMEN, Subject.LUNG, Subject.FETAL_HEAD)
DEAD = Fault(FaultKind.DEAD_ELEMENTS, 1.0, None, 0.34, 0.07)
LOOSE = "The picture flickers when the cable is moved. / L'image saute quand on bouge le câble."
STORY = (
    (timedelta(hours=5), What.ACKNOWLEDGED, ""),
    (timedelta(hours=6), What.OUT_OF_USE, ""),
    (timedelta(days=1), What.SENT_FOR_REPAIR, ""),
    (timedelta(days=9), What.RESOLVED, "New cable, picture checked. / Câble neuf, image vérifiée."),
)


def probe_history(dropped: list[Dropped], now: datetime) -> int:
    """Keep what twelve weeks of daily use would show of the dying probe; returns of how many clips, 0 without it."""
    from storage.catalogue.devices import keep_profile
    from storage.catalogue.models import ProbeProfile as Kept

    simulated = [one.digest for one in dropped if one.drop.scan is not None]
    Kept.objects.filter(scan__digest__in=simulated).update(simulated=True)
    _name_models(dropped)
    device = _the_dying(dropped)
    if device is None:
        return 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(CLIPS):
            at = now - timedelta(weeks=WEEKS * (1 - (number + 0.5) / CLIPS))
            profile = _profile(number, Path(folder))
            if profile is not None:
                keep_profile(device, at, profile, simulated=True)
    return CLIPS


def device_history(now: datetime) -> None:
    """Let the nightly work find the fault, and tell of a cable that was repaired on another device weeks ago."""
    from storage.catalogue import calibrations, tickets
    from storage.catalogue.models import Device, Organisation, Person

    organisation = Organisation.objects.get(code="demonstration")
    calibrations.calibrate(organisation, now)
    calibrations.reassess(organisation, now)
    for project in organisation.projects.all():
        tickets.find_faults(project, now)
    facilitator, engineer = (Person.objects.get(username=name) for name in ("paul", "ibrahim"))
    sound = Device.objects.filter(project__code="masisi", tickets=None).exclude(model="").order_by("pk").first()
    if sound is not None:
        _repaired(sound, facilitator, engineer, now - timedelta(weeks=5))


def _repaired(device: "Device", facilitator: "Person", engineer: "Person", began: datetime) -> None:
    from storage.catalogue import tickets

    ticket = tickets.report(device.pk, LOOSE, facilitator, began)
    for later, what, note in STORY:
        tickets.act(ticket.pk, what, engineer, began + later, note)


def _name_models(dropped: list[Dropped]) -> None:
    """Write down the invented models of the simulated probes, which no file may name: they are in no vocabulary."""
    from storage.catalogue.models import Device

    for one in dropped:
        if one.drop.scan is not None:
            unnamed = Device.objects.filter(scans__digest=one.digest, model="")
            Device.objects.filter(pk__in=list(unnamed.values_list("pk", flat=True))).update(
                model=one.drop.scan.device.model
            )


def _the_dying(dropped: list[Dropped]) -> "Device | None":
    """Return the dying probe in the project that used it most, as the catalogue knows it."""
    from storage.catalogue.models import Device, Scan

    of_it = [one.digest for one in dropped if one.drop.scan is not None and one.drop.scan.device == DYING]
    used = Counter(Scan.objects.filter(digest__in=of_it, device__isnull=False).values_list("device_id", flat=True))
    if not used:
        return None
    return Device.objects.get(pk=min(used, key=lambda pk: (-used[pk], pk)))


def _profile(number: int, folder: Path) -> ProbeProfile | None:
    rng = np.random.default_rng([SEED, 41, number])
    week = number * WEEKS // CLIPS
    scene = Scene(
        seed=int(rng.integers(0, 2**31)),
        shape=DYING.shape,
        rows=240,
        columns=320,
        frames=1,
        subject=SUBJECTS[number % len(SUBJECTS)],
        faults=(DEAD,) if week >= DEAD_FROM_WEEK else (),
    )
    path = folder / f"{number}.png"
    write_png(scene, path)
    return probe_profile(read_clip(path), geometry(scene))
