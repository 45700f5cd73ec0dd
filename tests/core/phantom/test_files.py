"""What others read in the files that the simulator writes."""

import warnings
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import av
import cv2
import numpy as np
import pydicom
import pytest

from pipeline.phantom import (
    Banner,
    Coding,
    DemoHeader,
    FaultKind,
    Format,
    Scene,
    Subject,
    demo_scenes,
    geometry,
    render,
    write_dicom,
    write_mp4,
    write_png,
    write_scan,
)
from pipeline.phantom.demo import DEAD_FROM_WEEK, DYING, fault_share
from pipeline.sector import Shape

SCENE = Scene(1, Shape.PHASED, 120, 160, frames=7, frames_per_second=30, subject=Subject.HEART, banner=Banner())


@pytest.mark.parametrize("coding", list(Coding))
@pytest.mark.parametrize("frames", [1, 7])
def test_dicom_holds_the_frames_and_the_header(tmp_path: Path, coding: Coding, frames: int) -> None:
    scene = Scene(1, Shape.CURVILINEAR, 121, 161, frames=frames, frames_per_second=30)
    path = tmp_path / "scan.dcm"
    header = DemoHeader(coding=coding, acquired_at=datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC))
    write_dicom(scene, path, header=header)
    data = pydicom.dcmread(path)
    pixels = data.pixel_array.reshape(frames, 121, 161, -1)
    multi, single = "Ultrasound Multi-frame Image Storage", "Ultrasound Image Storage"
    assert data.SOPClassUID.name == (multi if frames > 1 else single)
    assert str(data.PatientName) == "SIMULATED^PATIENT"
    assert data.AcquisitionDateTime == "20260203040506"
    if frames > 1:
        assert float(data.FrameTime) == pytest.approx(1000 / 30, rel=1e-5)
    rendered = np.stack(list(render(scene))).astype(int)
    assert np.abs(pixels[..., 0] - rendered).mean() < (0.001 if coding is Coding.RAW else 4)


def test_declared_region_bounds_the_sector(tmp_path: Path) -> None:
    path = tmp_path / "scan.dcm"
    write_dicom(SCENE, path)
    region = pydicom.dcmread(path).SequenceOfUltrasoundRegions[0]
    rows, columns = np.nonzero(geometry(SCENE).mask(SCENE.rows, SCENE.columns))
    assert (region.RegionLocationMinX0, region.RegionLocationMaxX1) == (columns.min(), columns.max())
    assert (region.RegionLocationMinY0, region.RegionLocationMaxY1) == (rows.min(), rows.max())
    deep = (region.RegionLocationMaxY1 - region.RegionLocationMinY0) * region.PhysicalDeltaY
    assert 14 < deep < 17


def test_dicom_bytes_repeat(tmp_path: Path) -> None:
    for name in ("a", "b"):
        write_dicom(SCENE, tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@pytest.mark.parametrize("rate", [20.0, 25.0, 29.97])
def test_mp4_holds_every_frame_at_its_rate(tmp_path: Path, rate: float) -> None:
    path = tmp_path / "scan.mp4"
    scene = Scene(2, Shape.LINEAR, 120, 160, frames=9, frames_per_second=rate)
    write_mp4(scene, path, metadata={"title": "SIMULATED PATIENT", "location": "+00.0000+000.0000/"})
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        assert float(stream.average_rate) == pytest.approx(rate, rel=1e-4)
        assert container.metadata["title"] == "SIMULATED PATIENT"
        pictures = [frame.to_ndarray(format="gray") for frame in container.decode(stream)]
    assert len(pictures) == 9
    assert np.abs(np.stack(pictures).astype(int) - np.stack(list(render(scene)))).mean() < 6


def test_png_is_the_first_frame(tmp_path: Path) -> None:
    path = tmp_path / "scan.png"
    write_png(SCENE, path)
    assert (cv2.imread(str(path), cv2.IMREAD_GRAYSCALE) == next(render(SCENE))).all()


def test_programme_repeats_and_runs_through_the_weeks() -> None:
    scans = list(demo_scenes(300, 1))
    assert scans == list(demo_scenes(300, 1))
    assert scans != list(demo_scenes(300, 2))
    assert [scan.week for scan in scans] == sorted(scan.week for scan in scans)
    assert {scan.week for scan in scans} == set(range(12))
    assert {scan.format for scan in scans} == set(Format)
    assert len({scan.name for scan in scans}) == 300


def test_trainees_improve_and_one_probe_dies() -> None:
    scans = list(demo_scenes(600, 1))
    for trainee in range(1, 9):
        shares = [fault_share(trainee, week) for week in range(12)]
        assert all(later < earlier for earlier, later in pairwise(shares))
    faulty = [
        np.mean([any(f.kind is not FaultKind.DEAD_ELEMENTS for f in s.scene.faults) for s in scans if s.week in weeks])
        for weeks in (range(3), range(9, 12))
    ]
    assert faulty[1] < 0.5 * faulty[0]
    dead = [any(f.kind is FaultKind.DEAD_ELEMENTS for f in s.scene.faults) for s in scans]
    assert dead == [s.device == DYING and s.week >= DEAD_FROM_WEEK for s in scans]


def test_programme_can_be_written(tmp_path: Path) -> None:
    scans = list(demo_scenes(300, 1))
    for form in Format:
        scan = min((s for s in scans if s.format is form), key=lambda s: s.scene.rows * s.scene.frames)
        path = write_scan(scan, tmp_path)
        assert path.suffix == f".{form}"
        assert path.stat().st_size > 5000
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            if form is Format.DICOM:
                assert pydicom.dcmread(path).DeviceSerialNumber == scan.device.serial
