"""What do the tests of the storage share? A small world of organisations, projects and people."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from pipeline.deidentify.identity import Identity
from pipeline.doubt import Doubt, TextInside
from pipeline.errors import Withheld
from pipeline.inspection import Inspection
from pipeline.kept import Kept, Witness
from pipeline.received import Kind, Received
from pipeline.sector import UNKNOWN_SECTOR
from storage.objects import Area, StoredBytes
from supervision.roles import Role
from tests.scored import findings_for, quality_for

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_numbers = itertools.count()


def runs(usual: int) -> int:
    """Return how many random runs a law gets: a third of them where the laws were already tried on SQLite."""
    from django.db import connection

    return usual if connection.vendor == "sqlite" else max(usual // 3, 1)


def digest_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def inspection(score: float | None = 70.0) -> Inspection:
    return Inspection(
        kind=Kind.VIDEO,
        frames=3,
        rows=480,
        columns=640,
        frames_per_second=20.0,
        seconds=0.15,
        codec="h264",
        mm_per_pixel=None,
        sector=UNKNOWN_SECTOR,
        findings=findings_for(score),
        quality=quality_for(score),
    )


def identity(patient: str = "SR-PATIENT", study: str | None = None) -> Identity:
    return Identity(patient=patient, device="SR-DEVICE1", device_model="CX50", captured_at=NOON, study=study)


make_identity = identity
FAN = ((300.0, 50.0), (340.0, 50.0), (520.0, 400.0), (120.0, 400.0))
FACTS: dict[str, dict[str, str | float]] = {
    "one_witness": {"witness": "fitted"},
    "witnesses_differ": {"agreement": 50},
}

if TYPE_CHECKING:  # Django is not loaded yet when this file is read
    from storage.catalogue.models import Organisation, Person, Project, ReviewItem, Scan
    from tests.storage.acts_on_two_sides import Pair


@dataclass
class World:
    """One organisation with the projects goma and bunia, another with the project elsewhere."""

    organisation: Organisation
    goma: Project
    bunia: Project
    elsewhere: Project
    people: dict[str, Person] = field(default_factory=dict)

    def person(self, name: str, *roles: Role, project: Project | None = None, **more: Any) -> Person:
        from storage.catalogue.models import Membership, Person

        person = Person.objects.create(username=name, **more)
        for role in roles:
            place = project.organisation if project else self.organisation
            Membership.objects.create(person=person, role=role, organisation=place, project=project)
        self.people[name] = person
        return person

    def received(
        self, name: str, *, trainee: str | None = "amina", exam_type: str | None = "FAST", project: str = "goma"
    ) -> Scan:
        from storage.catalogue import intake

        known = Received(digest_of(name), len(name), Kind.VIDEO, project, trainee, exam_type)
        return intake.register(known, StoredBytes(Area.RAW, known.digest, known.size), "watched_folder", NOON).scan

    def queued(
        self,
        name: str = "",
        *,
        score: float | None = 70.0,
        now: datetime = NOON,
        patient: str | None = None,
        **known: Any,
    ) -> Scan:
        """Return a scan that went the whole way into the queue (or that awaits what is missing).

        Each is of a patient of its own unless one is named; "" is a file that names none.
        """
        from storage.catalogue import intake

        scan = self.received(name or f"scan {next(_numbers)}", **known)
        token = f"token {scan.pk}"
        taken = intake.take(scan.project.code, 1000, token, now)
        assert scan.digest in taken
        objects = released(scan.digest)
        whose = identity(f"SR-PATIENT-{scan.pk}" if patient is None else patient)
        assert intake.record_released(scan.digest, token, inspection(score), whose, (0.0, 0.05, 0.1), objects, now)
        scan.refresh_from_db()
        return scan

    def withheld(
        self,
        name: str = "",
        *,
        code: str = "no_sector",
        identity: Identity | None = None,
        kept: Kept | None = None,
        now: datetime = NOON,
        **known: Any,
    ) -> Scan:
        """Return a scan that is held back, with the pictures and the proposal of what is in doubt."""
        from storage.catalogue import intake

        scan = self.received(name or f"scan {next(_numbers)}", **known)
        token = f"token {scan.pk}"
        assert scan.digest in intake.take(scan.project.code, 1000, token, now)
        error = TextInside(2) if code == "text_inside" else Withheld(code, **FACTS.get(code, {}))
        doubt = Doubt(((Witness.FITTED, (FAN,)),), (), None)
        whose = identity or make_identity()
        stored = evidence(scan.digest)
        assert intake.record_withheld(
            scan.digest, token, error, inspection(), whose, stored, now, doubt=doubt, kept=kept
        )
        scan.refresh_from_db()
        return scan


def released(name: str) -> dict[str, tuple[StoredBytes, str]]:
    return {
        "preview": (StoredBytes(Area.RELEASED, digest_of("preview" + name), 10), "video/mp4"),
        "poster": (StoredBytes(Area.RELEASED, digest_of("poster" + name), 5), "image/jpeg"),
    }


def item_of(scan: Scan) -> ReviewItem:
    """Return the reading of the scan's exam that was asked for last."""
    from storage.catalogue.models import ReviewItem

    return ReviewItem.objects.filter(exam__clips=scan).latest("queued_at", "pk")


def evidence(name: str) -> dict[str, tuple[StoredBytes, str]]:
    return {
        role: (StoredBytes(Area.WITHHELD, digest_of(role + name), 7), "image/jpeg") for role in ("evidence", "envelope")
    }


def next_for(person: Person, now: datetime = NOON) -> ReviewItem:
    """Return what this person is given next; there must be something."""
    from storage.catalogue.queue import next_item

    item = next_item(person, now)
    assert item is not None
    return item


def make_world() -> World:
    from storage.catalogue.models import Organisation, Project

    relief = Organisation.objects.create(code="relief", name="Relief")
    other = Organisation.objects.create(code="other", name="Other")
    world = World(
        relief,
        Project.objects.create(code="goma", organisation=relief, name="Goma"),
        Project.objects.create(code="bunia", organisation=relief, name="Bunia"),
        Project.objects.create(code="elsewhere", organisation=other, name="Elsewhere"),
    )
    world.person("amina", Role.TRAINEE, project=world.goma)
    world.person("rose", Role.REVIEWER)
    world.person("luc", Role.REVIEWER)
    return world


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def pair(db: None, tmp_path: Path) -> Iterator[Pair]:
    """Install a field box and headquarters."""
    from tests.storage.acts_on_two_sides import Pair
    from tests.storage.two_sides import installed, removed

    made = Pair(installed(tmp_path, "field"), installed(tmp_path, "headquarters"))
    yield made
    removed(made.field_box, made.there)


@pytest.fixture
def file(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(content: bytes) -> Path:
        path = tmp_path / f"file {next(_numbers)}"
        path.write_bytes(content)
        return path

    return write
