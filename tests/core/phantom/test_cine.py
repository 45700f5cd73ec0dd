"""Laws of the simulator: the same seed, the same pictures; echoes inside the sector only; faults do what they say."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.finding import Side
from pipeline.phantom import Banner, Fault, FaultKind, Scene, Subject, geometry, render
from pipeline.sector import Provenance, Shape

SHAPES = (Shape.CURVILINEAR, Shape.PHASED, Shape.LINEAR)
Frames = NDArray[np.uint8]


def small(seed: int = 5, shape: Shape = Shape.CURVILINEAR, *faults: Fault, **more: object) -> Scene:
    facts: dict[str, object] = {"rows": 150, "columns": 200, "frames": 6, "subject": Subject.ABDOMEN, **more}
    return Scene(seed, shape, faults=faults, **facts)


def cine(scene: Scene) -> Frames:
    return np.stack(list(render(scene)))


def inside(scene: Scene) -> NDArray[np.bool_]:
    return geometry(scene).mask(scene.rows, scene.columns)


scenes = st.builds(
    small,
    st.integers(0, 2**31),
    st.sampled_from(SHAPES),
    subject=st.sampled_from(list(Subject)),
    frames=st.just(2),
    rows=st.integers(80, 180),
    columns=st.integers(80, 240),
)


@settings(max_examples=10, deadline=None)
@given(scenes)
def test_same_seed_same_bytes(scene: Scene) -> None:
    assert cine(scene).tobytes() == cine(scene).tobytes()


@settings(max_examples=25, deadline=None)
@given(scenes)
def test_echoes_fill_the_sector_and_nothing_else(scene: Scene) -> None:
    frames, mask = cine(scene), inside(scene)
    assert frames.shape == (scene.frames, scene.rows, scene.columns)
    assert frames.dtype == np.uint8
    assert not frames[:, ~mask].any()
    assert frames[:, mask].mean() > 15


@settings(max_examples=40, deadline=None)
@given(scenes)
def test_sector_is_believable(scene: Scene) -> None:
    sector = geometry(scene)
    assert sector.shape is scene.shape
    assert (sector.provenance, sector.confidence) == (Provenance.DECLARED, 1.0)
    corners = np.array(sector.polygon)
    assert (corners >= 0).all()
    assert (corners < (scene.columns, scene.rows)).all()
    following = np.roll(corners, -1, axis=0)
    twice_area = (corners[:, 0] * following[:, 1] - following[:, 0] * corners[:, 1]).sum()
    assert twice_area > 0  # clockwise as seen, because y points down
    if sector.apex and sector.radii:
        radii = np.hypot(*(corners - sector.apex).T)
        assert radii.min() == pytest.approx(sector.radii[0], abs=0.01)
        assert radii.max() == pytest.approx(sector.radii[1], abs=0.01)


def test_other_seed_other_picture() -> None:
    assert (cine(small(1))[0] != cine(small(2))[0]).mean() > 0.2


@pytest.mark.parametrize("subject", list(Subject))
def test_tissue_moves_smoothly(subject: Subject) -> None:
    shape = Shape.PHASED if subject is Subject.HEART else Shape.CURVILINEAR
    scene = small(7, shape, subject=subject, frames=24)
    frames, mask = cine(scene).astype(np.float32), inside(scene)
    next_frame = np.abs(np.diff(frames[:, mask], axis=0)).mean()
    later = np.abs(frames[12:, mask] - frames[:-12, mask]).mean()
    assert 0.5 < next_frame < later


def test_banner_writes_outside_the_sector_only() -> None:
    for dark_on_light in (False, True):
        plain, signed = small(), small(banner=Banner(dark_on_light=dark_on_light))
        mask = inside(signed)
        frames = cine(signed)
        assert not cine(plain)[:, ~inside(plain)].any()
        assert (frames[:, ~mask].max(axis=1) > 180).all()
        assert (frames[0][~mask] == frames[-1][~mask]).all()
        assert geometry(signed) != geometry(plain)


def test_text_inside_stands_still_over_the_echoes() -> None:
    scene = small(text_inside="SIMULATED")
    plain, signed = cine(small()), cine(scene)
    changed = plain != signed
    assert changed.any()
    assert not changed[:, ~inside(scene)].any()
    assert (signed.min(axis=0)[changed.all(axis=0)] > 60).mean() > 0.5


def halves(scene: Scene) -> tuple[float, float]:
    """Mean grey of the left and of the right third, below the ringing at the probe's face."""
    frames, mask = cine(scene).astype(np.float32), inside(scene)
    rows, columns = np.nonzero(mask)
    below = mask & (np.arange(scene.rows)[:, None] > rows.min() + 0.35 * np.ptp(rows))
    third = np.ptp(columns) / 3
    across = np.arange(scene.columns)[None, :]
    left, right = below & (across < columns.min() + third), below & (across > columns.max() - third)
    return float(frames[:, left].mean()), float(frames[:, right].mean())


def brightness(scene: Scene) -> float:
    return float(cine(scene)[:, inside(scene)].mean())


def fineness(scene: Scene) -> float:
    picture, mask = cine(scene)[0].astype(np.float32), cv2.erode(inside(scene).astype(np.uint8), np.ones((9, 9)))
    return float((picture - cv2.GaussianBlur(picture, (0, 0), 1.0))[mask > 0].std())


@pytest.mark.parametrize("shape", SHAPES)
def test_gain_shifts_brightness_by_severity(shape: Shape) -> None:
    low, lower = (brightness(small(3, shape, Fault(FaultKind.LOW_GAIN, s))) for s in (0.2, 1.0))
    high, higher = (brightness(small(3, shape, Fault(FaultKind.HIGH_GAIN, s))) for s in (0.2, 1.0))
    assert lower < low < brightness(small(3, shape)) < high < higher


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("side", [Side.LEFT, Side.RIGHT])
def test_lost_contact_darkens_its_side(shape: Shape, side: Side) -> None:
    usual = halves(small(4, shape))
    lost = halves(small(4, shape, Fault(FaultKind.LOST_CONTACT, 0.9, side)))
    dark, other = (0, 1) if side is Side.LEFT else (1, 0)
    assert lost[dark] < 0.5 * usual[dark]
    assert lost[other] > 0.8 * usual[other]


@pytest.mark.parametrize(("severity", "moving"), [(1.0, 0), (0.5, 4)])
def test_frozen_frames_are_equal(severity: float, moving: int) -> None:
    frames = cine(small(6, Shape.LINEAR, Fault(FaultKind.FROZEN, severity), frames=10))
    steps = np.abs(np.diff(frames.astype(int), axis=0)).max(axis=(1, 2))
    assert (steps[:moving] > 0).all()
    assert not steps[moving:].any()


def test_blur_takes_fine_detail_away() -> None:
    sharp, soft, softer = (
        fineness(small(8, Shape.LINEAR, *faults))
        for faults in ((), (Fault(FaultKind.BLURRED, 0.2),), (Fault(FaultKind.BLURRED, 1.0),))
    )
    assert sharp > soft > softer


def test_noise_lifts_the_dark() -> None:
    quiet, loud = cine(small(9)), cine(small(9, Shape.CURVILINEAR, Fault(FaultKind.NOISE)))
    mask = inside(small(9))
    assert np.percentile(loud[:, mask], 10) > np.percentile(quiet[:, mask], 10) + 10


def test_shaking_moves_more_than_breathing() -> None:
    calm, wild = cine(small(10)), cine(small(10, Shape.CURVILINEAR, Fault(FaultKind.SHAKEN)))
    change = [np.abs(np.diff(frames.astype(int), axis=0)).mean() for frames in (calm, wild)]
    assert change[1] > 1.5 * change[0]


def test_too_deep_leaves_the_far_field_empty() -> None:
    def far(scene: Scene) -> float:
        frames, mask = cine(scene), inside(scene)
        rows = np.nonzero(mask.any(axis=1))[0]
        return float(frames[:, mask & (np.arange(scene.rows)[:, None] > rows[0] + 0.75 * len(rows))].mean())

    assert far(small(11, Shape.CURVILINEAR, Fault(FaultKind.OVER_DEEP))) < 0.7 * far(small(11))


@pytest.mark.parametrize("kind", [FaultKind.DEAD_ELEMENTS, FaultKind.SHADOW])
def test_a_dark_band_lies_where_it_was_put(kind: FaultKind) -> None:
    fault = Fault(kind, 1.0, position=0.3, width=0.15)
    usual, banded = (cine(s).mean(axis=0) for s in (small(12, Shape.LINEAR), small(12, Shape.LINEAR, fault)))
    mask = inside(small(12, Shape.LINEAR))
    rows, columns = np.nonzero(mask)
    part = slice(rows.min() + np.ptp(rows) // 6, rows.min() + np.ptp(rows) // 2)
    lost = (usual - banded)[part, columns.min() : columns.max()].mean(axis=0)
    darkest = int(lost.argmax()) / len(lost)
    assert 0.2 < darkest < 0.4
    assert lost.max() > 10 * max(abs(float(lost[-len(lost) // 3 :].mean())), 0.5)
