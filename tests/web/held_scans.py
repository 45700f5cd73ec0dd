"""Scans that are held back, with a picture that names an invented patient, as the walk leaves them in the catalogue."""

import hashlib
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

import cv2
import numpy as np
from django.utils import timezone

from pipeline.deidentify.identity import Identity
from pipeline.doubt import Doubt, TextInside
from pipeline.errors import Withheld
from pipeline.kept import Witness
from pipeline.received import Kind
from pipeline.sector import UNKNOWN_SECTOR
from storage.catalogue import intake
from storage.catalogue.models import Project, Scan
from storage.objects import Area
from storage.objects.chosen import object_store
from tests.web.world import Picture, World, inspection_of

ROWS, COLUMNS = 480, 640
NAME, NUMBER = "MBEKI THANDI", "DEMO-0042"
APEX, NEAR, FAR, HALF = (320.0, 10.0), 70.0, 430.0, 0.62


def fan(shift: float = 0.0, far: float = FAR) -> tuple[tuple[float, float], ...]:
    """Return the outline of the drawn fan, corners (x, y) in pixels."""
    angles = np.linspace(-HALF, HALF, 25)
    near = [(APEX[0] + shift + NEAR * np.sin(a), APEX[1] + NEAR * np.cos(a)) for a in angles]
    away = [(APEX[0] + shift + far * np.sin(a), APEX[1] + far * np.cos(a)) for a in angles[::-1]]
    return tuple((round(float(x), 1), round(float(y), 1)) for x, y in near + away)


BOX = ((232.0, 246.0), (330.0, 246.0), (330.0, 272.0), (232.0, 272.0))


@cache
def screen(*, inside: str = "", seed: int = 1) -> Picture:
    """Return (480, 640) uint8: speckle in a fan, a banner that names somebody above it, scale and settings beside."""
    rng = np.random.default_rng(seed)
    canvas = np.zeros((ROWS, COLUMNS), np.uint8)
    cv2.fillPoly(canvas, [np.rint(np.array(fan())).astype(np.int32)], 255)
    y, x = np.mgrid[0:ROWS, 0:COLUMNS]
    depth = np.hypot(x - APEX[0], y - APEX[1])
    tissue = 60 + 30 * np.sin(depth / 23 + seed) + 25 * np.cos(x / 41 + seed)
    tissue[(depth > 200) & (depth < 206)] = 190
    tissue[np.hypot(x - 380, y - 300) < 42] = 12
    speckle = cv2.GaussianBlur(rng.rayleigh(0.8, canvas.shape), (0, 0), 1.4) * tissue
    picture = np.where(canvas > 0, np.clip(speckle, 0, 255), 8).astype(np.uint8)
    for text, place, size in (
        (f"{NAME}   {NUMBER}", (14, 26), 0.62),
        ("DEMO CLINIC   22-11-2026", (14, 50), 0.5),
        ("GN 55  DR 70  MI 0.9", (14, 462), 0.42),
        ("16 cm", (582, 462), 0.42),
    ):
        cv2.putText(picture, text, place, cv2.FONT_HERSHEY_SIMPLEX, size, 235, 1, cv2.LINE_AA)
    for step in range(9):
        cv2.line(picture, (624, 80 + 44 * step), (634, 80 + 44 * step), 170, 1)
    if inside:
        cv2.putText(picture, inside, (236, 266), cv2.FONT_HERSHEY_SIMPLEX, 0.62, 240, 1, cv2.LINE_AA)
    return picture


def hold(
    world: World,
    error: Withheld | None = None,
    *,
    project: Project | None = None,
    trainee: str = "amina",
    device: str = "SR-D1",
    seed: int = 1,
    pictured: bool = True,
) -> Scan:
    """Hold one scan back as the flow records it: two witnesses differ unless another reason is given."""
    error = error or Withheld("witnesses_differ", agreement=71)
    inside = error.code == "text_inside"
    scan, token = world.arrived(project or world.goma, world.people[trainee], "FAST")
    picture = screen(inside="RIB VIEW" if inside else "", seed=seed)
    inspection = replace(inspection_of([picture], (0.0,)), kind=Kind.DICOM, sector=UNKNOWN_SECTOR, sectors=())
    identity = Identity(patient="SR-P", device=device, device_model="CX50")
    proposals = ((Witness.DECLARED, (fan(far=460.0),)), (Witness.FITTED, (fan(-14.0),)))
    doubt = Doubt(proposals, (BOX,) if inside else (), None)
    assert intake.record_withheld(
        scan.digest,
        token,
        error,
        inspection,
        identity,
        _evidence(picture) if pictured else {},
        timezone.now(),
        doubt=doubt,
    )
    scan.refresh_from_db()
    return scan


def text_inside() -> TextInside:
    return TextInside(1, (BOX,))


def _evidence(picture: Picture) -> dict[str, object]:
    stored = {}
    with tempfile.TemporaryDirectory() as folder:
        for role, shown in (("evidence", picture), ("envelope", np.maximum(picture, screen(seed=9)))):
            path = Path(folder, role)
            path.write_bytes(cv2.imencode(".jpg", shown)[1].tobytes())
            stored[role] = (object_store("relief").put(Area.WITHHELD, path), "image/jpeg")
    return stored


def bytes_of(scan: Scan, role: str = "evidence") -> bytes:
    """Return the picture as it lies in the store."""
    stored = scan.objects_stored.get(role=role)
    with object_store().open(Area.WITHHELD, stored.digest) as file:
        content = file.read()
    assert hashlib.sha256(content).hexdigest() == stored.digest
    return content
