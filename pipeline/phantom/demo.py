"""Which scans would a programme of trainees send in during twelve weeks?"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

import numpy as np

from pipeline.finding import Side
from pipeline.phantom.dicom import Coding, DemoHeader, write_dicom
from pipeline.phantom.media import write_mp4, write_png
from pipeline.phantom.scene import Banner, Fault, FaultKind, Scene, Subject
from pipeline.sector import Shape

WEEKS = 12
TRAINEES = 8
DEAD_FROM_WEEK = 7
FIRST_DAY = datetime(2026, 1, 5, tzinfo=UTC)


class Format(StrEnum):
    """The file in which a scan arrives."""

    DICOM = "dcm"
    MP4 = "mp4"
    PNG = "png"


@dataclass(frozen=True)
class DemoDevice:
    """An invented handheld probe."""

    serial: str
    model: str
    shape: Shape
    manufacturer: str = "Simulated Ultrasound"


@dataclass(frozen=True)
class DemoScan:
    """One simulated scan and what the channel knows of it. week: 0-11; trainee: from 1; name: says nothing."""

    name: str
    trainee: int
    exam_type: str
    device: DemoDevice
    week: int
    captured_at: datetime
    scene: Scene
    format: Format
    header: DemoHeader


DEVICES = (
    DemoDevice("SIM-C-0001", "PocketSim C", Shape.CURVILINEAR),
    DemoDevice("SIM-C-0002", "PocketSim C", Shape.CURVILINEAR),
    DemoDevice("SIM-P-0001", "PocketSim P", Shape.PHASED),
    DemoDevice("SIM-L-0001", "PocketSim L", Shape.LINEAR),
)
DYING = DEVICES[1]

# exam type, subject, shapes that are used for it, how often it is done
EXAMS = (
    ("LUNG_AD", Subject.LUNG, (Shape.CURVILINEAR, Shape.LINEAR), 5),
    ("LUNG_PED", Subject.LUNG, (Shape.LINEAR,), 2),
    ("FAST", Subject.ABDOMEN, (Shape.CURVILINEAR, Shape.PHASED), 4),
    ("RENAL", Subject.ABDOMEN, (Shape.CURVILINEAR,), 2),
    ("LIVER_SPLEEN", Subject.ABDOMEN, (Shape.CURVILINEAR,), 2),
    ("CARD", Subject.HEART, (Shape.PHASED,), 4),
    ("RHD", Subject.HEART, (Shape.PHASED,), 1),
    ("OB_T23", Subject.FETAL_HEAD, (Shape.CURVILINEAR,), 4),
    ("DVT", Subject.VESSEL, (Shape.LINEAR,), 2),
)
COMMON_FAULTS = (
    (FaultKind.LOST_CONTACT, 4),
    (FaultKind.LOW_GAIN, 4),
    (FaultKind.HIGH_GAIN, 3),
    (FaultKind.SHAKEN, 3),
    (FaultKind.OVER_DEEP, 3),
    (FaultKind.BLURRED, 2),
    (FaultKind.SHADOW, 2),
    (FaultKind.NOISE, 2),
    (FaultKind.FROZEN, 1),
)
SIZES = ((240, 320), (300, 400), (360, 480), (480, 640))


def demo_scenes(count: int, seed: int) -> Iterator[DemoScan]:
    """Yield `count` scans in the order of their capture; the same seed gives the same programme."""
    for number in range(count):
        rng = np.random.default_rng([seed, 11, number])
        yield _scan(number, int(number * WEEKS / count), seed, rng)


def write_scan(scan: DemoScan, folder: Path) -> Path:
    """Write a scan into the folder and return its path."""
    path = folder / scan.name
    if scan.format is Format.DICOM:
        write_dicom(scan.scene, path, header=scan.header)
    elif scan.format is Format.MP4:
        write_mp4(scan.scene, path)
    else:
        write_png(scan.scene, path)
    return path


def _scan(number: int, week: int, seed: int, rng: np.random.Generator) -> DemoScan:
    trainee = int(rng.integers(1, TRAINEES + 1))
    exam_type, subject, shape = _exam(rng)
    device = _device(shape, rng)
    rows, columns = SIZES[int(rng.choice(len(SIZES), p=(0.3, 0.3, 0.3, 0.1)))]
    form = Format(rng.choice([Format.DICOM, Format.MP4, Format.PNG], p=(0.5, 0.45, 0.05)))
    captured_at = FIRST_DAY + timedelta(weeks=week, days=int(rng.integers(0, 7)), minutes=int(rng.integers(420, 1080)))
    patient = f"SIM-{int(rng.integers(0, 10**6)):06d}"
    header = DemoHeader(
        captured_at, patient_id=patient, model=device.model, serial=device.serial, manufacturer=device.manufacturer
    )
    scene = Scene(
        seed=int(rng.integers(0, 2**31)),
        shape=shape,
        rows=rows,
        columns=columns,
        frames=1 if form is Format.PNG else int(rng.integers(40, 61)),
        frames_per_second=float(rng.choice([12.0, 15.0, 20.0])),
        subject=subject,
        faults=_faults(trainee, week, device, rng),
        banner=_banner(header, rng),
    )
    header = replace(
        header,
        regions=bool(rng.random() < 0.7),
        coding=Coding.RAW if rows <= 240 and rng.random() < 0.3 else Coding.JPEG,
    )
    return DemoScan(
        f"scan-{seed}-{number:05d}.{form}", trainee, exam_type, device, week, captured_at, scene, form, header
    )


def _exam(rng: np.random.Generator) -> tuple[str, Subject, Shape]:
    often = np.array([exam[3] for exam in EXAMS], float)
    exam_type, subject, shapes, _ = EXAMS[int(rng.choice(len(EXAMS), p=often / often.sum()))]
    return exam_type, subject, shapes[int(rng.integers(len(shapes)))]


def _device(shape: Shape, rng: np.random.Generator) -> DemoDevice:
    fitting = [device for device in DEVICES if device.shape is shape]
    return fitting[int(rng.integers(len(fitting)))]


def fault_share(trainee: int, week: int) -> float:
    """Return how likely a scan of this trainee carries a fault: it falls with the weeks, for some faster."""
    slow = 3.0 + 1.2 * (trainee % 4)
    return float(0.08 + 0.72 * np.exp(-week / slow))


def _faults(trainee: int, week: int, device: DemoDevice, rng: np.random.Generator) -> tuple[Fault, ...]:
    faults = []
    likely = fault_share(trainee, week)
    if rng.random() < likely:
        often = np.array([weight for _, weight in COMMON_FAULTS], float)
        chosen = rng.choice(
            len(COMMON_FAULTS), p=often / often.sum(), size=1 + int(rng.random() < likely / 3), replace=False
        )
        for index in chosen:
            severity = float(np.clip(rng.uniform(0.2, 1.0) * (0.5 + 0.6 * likely), 0.1, 1.0))
            side = Side.LEFT if rng.random() < 0.5 else Side.RIGHT
            faults.append(Fault(COMMON_FAULTS[int(index)][0], severity, side, float(rng.uniform(0.25, 0.75)), 0.15))
    if device == DYING and week >= DEAD_FROM_WEEK:
        faults.append(Fault(FaultKind.DEAD_ELEMENTS, 1.0, None, 0.34, 0.07))
    return tuple(faults)


def _banner(header: DemoHeader, rng: np.random.Generator) -> Banner | None:
    style = float(rng.random())
    if style < 0.25:
        return None
    return Banner(
        patient=header.patient_name.replace("^", ", "),
        patient_id=header.patient_id,
        date=header.acquired_at.strftime("%Y-%m-%d %H:%M"),
        institution=header.institution,
        device=header.model,
        dark_on_light=style > 0.8,
        depth_scale=bool(rng.random() < 0.8),
        grey_bar=bool(rng.random() < 0.6),
    )
