"""What do the tests of the flows share? One project, people, a store, and simulated scans that arrive in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.phantom import DemoHeader, Fault, FaultKind, Scene, geometry, write_dicom
from pipeline.received import Kind, Received
from pipeline.sector import Shape
from storage.objects import Area, StoredBytes
from supervision.roles import Role
from tests.storage.conftest import World, make_world

if TYPE_CHECKING:  # Django is not loaded yet when this file is read
    from storage.catalogue.models import Person, Scan

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PATIENT = "MBEKI^THANDI"
_numbers = itertools.count(1)


@pytest.fixture
def world(transactional_db: None) -> World:
    return make_world()


@pytest.fixture
def officer(world: World) -> Person:
    return world.person("officer", Role.DATA_OFFICER, project=world.goma)


def now() -> datetime:
    return datetime.now(UTC)


def scene(seed: int = 1, *, frames: int = 1) -> Scene:
    """Return a picture like no other; those of one seed come from one screen."""
    noise = Fault(FaultKind.NOISE, 0.001 * next(_numbers))
    return Scene(seed, Shape.CURVILINEAR, rows=240, columns=320, frames=frames, faults=(noise,))


def true_outline(drawn: Scene) -> tuple[tuple[float, float], ...]:
    return tuple((float(x), float(y)) for x, y in geometry(drawn).polygon)


@pytest.fixture
def arrive(world: World, tmp_path: Path) -> Callable[..., Scan]:
    """Return what lets a simulated scan arrive: one frame that declares no region has one witness only."""
    from storage.catalogue import intake
    from storage.objects.chosen import object_store

    def _arrive(
        drawn: Scene | None = None,
        *,
        regions: bool = False,
        serial: str = "SIM-1",
        model: str = "PocketSim",
        sidecar: str | None = None,
    ) -> Scan:
        drawn = drawn or scene()
        path = tmp_path / f"{next(_numbers)}.dcm"
        header = DemoHeader(patient_name=PATIENT, serial=serial, model=model, regions=regions)
        write_dicom(drawn, path, header=header)
        raw = object_store("relief").put(Area.RAW, path)
        known = Received(raw.digest, raw.size, Kind.DICOM, "goma", "amina", "FAST")
        beside: StoredBytes | None = None
        if sidecar is not None:
            path.write_text(sidecar, encoding="utf-8")
            beside = object_store("relief").put(Area.RAW, path)
        return intake.register(known, raw, "watched_folder", NOON, sidecar=beside).scan

    return _arrive


@pytest.fixture
def cycle(tmp_path: Path) -> Callable[[], dict[str, int]]:
    """Return what does the work of one cycle of the project, without the scheduler around it."""
    from flows.batches import process_batch
    from flows.ingest import tidy

    def _cycle() -> dict[str, int]:
        return {**process_batch.fn("goma", "relief"), **tidy.fn("goma", "relief")}

    return _cycle
