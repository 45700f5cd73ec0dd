"""Is only that kept which two witnesses support, and is everything else withheld with what was said?"""

from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.agreement import agree, hear
from pipeline.clip import Clip, Luminance, Region
from pipeline.errors import Withheld
from pipeline.find_sector import find_sector
from pipeline.guidance import Guidance, Layout
from pipeline.kept import Kept, Polygon, Witness, mask_of, outlines_of
from pipeline.phantom import FaultKind, Format, demo_scenes, geometry, write_scan
from pipeline.reading import read_clip
from pipeline.received import Kind
from pipeline.sector import Mask
from tests.clips import clip_of, scene_of
from tests.core.sector.screens import HIGH, WIDE, bare_screen

SPECS = ("shape=curvilinear,seed=3", "shape=phased,seed=3,subject=heart", "shape=linear,seed=3,subject=vessel")
SIZE = "rows=180,columns=240,frames=8"
FRAME = (HIGH // 2, WIDE // 2)
DEVICE, MODEL = "SR-DEVICE1", "PocketSim C"


@lru_cache
def screen(spec: str) -> tuple[Luminance, Mask]:
    return bare_screen(f"{spec},{SIZE}")


@lru_cache
def true_polygon(spec: str) -> Polygon:
    down, right = FRAME
    return tuple((x + right, y + down) for x, y in geometry(scene_of(f"{spec},{SIZE}")).polygon)


def cine(spec: str, **facts: object) -> Clip:
    return clip_of(screen(spec)[0], **facts)


def still(spec: str, **facts: object) -> Clip:
    return clip_of(screen(spec)[0][:1], **facts)


def region_of(mask: Mask, grown: int = 0) -> Region:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    ends = columns[0] - grown, rows[0] - grown, columns[-1] + grown, rows[-1] + grown
    return Region(*map(int, ends), spatial_format=1, data_type=1, mm_per_pixel=0.3)


def layout(spec: str, **change: object) -> Layout:
    rows, columns = screen(spec)[1].shape
    known = Layout(Kind.VIDEO, rows, columns, (true_polygon(spec),), DEVICE, MODEL)
    return replace(known, **change)


def guided(*layouts: Layout, **facts: object) -> Guidance:
    return replace(Guidance(layouts, DEVICE, model=MODEL), **facts)


def kept(clip: Clip, guidance: Guidance | None = None) -> Kept:
    return agree(clip, find_sector(clip), guidance or Guidance())


def refused(clip: Clip, guidance: Guidance | None = None) -> Withheld:
    with pytest.raises(Withheld) as doubt:
        kept(clip, guidance)
    return doubt.value


def overlap(found: Kept, true: Mask) -> float:
    mask = found.mask(*true.shape)
    return float((mask & true).sum() / (mask | true).sum())


@pytest.mark.parametrize("spec", SPECS)
def test_fan_and_motion_agree(spec: str) -> None:
    found = kept(cine(spec))
    assert found.witnesses == (Witness.FITTED, Witness.MOVING)
    assert overlap(found, screen(spec)[1]) >= 0.97


@pytest.mark.parametrize("spec", SPECS)
def test_a_still_needs_a_second_witness(spec: str) -> None:
    true = screen(spec)[1]
    doubt = refused(still(spec))
    assert (doubt.code, doubt.facts) == ("one_witness", {"witness": "fitted"})
    for found, witness in (
        (kept(still(spec, regions=(region_of(true),))), Witness.DECLARED),
        (kept(still(spec), guided(layout(spec))), Witness.LEARNED),
    ):
        assert set(found.witnesses) == {Witness.FITTED, witness}
        assert overlap(found, true) >= 0.97


@pytest.mark.parametrize("spec", SPECS)
def test_a_region_that_is_more_than_the_sector_is_no_witness(spec: str) -> None:
    true = screen(spec)[1]
    for region in (region_of(true, grown=18), Region(2, 2, 60, 50, 1, 1), region_of(true, grown=-25)):
        assert refused(still(spec, regions=(region,))).code == "one_witness"
        assert Witness.DECLARED not in kept(cine(spec, regions=(region,))).witnesses


@pytest.mark.parametrize(
    "change",
    [{"rows": 253}, {"columns": 400}, {"kind": Kind.STILL}, {"device": "SR-DEVICE2"},
     {"device": None, "model": "PocketSim P"}, {"device": None, "model": None}],
)  # fmt: skip
def test_a_layout_of_another_device_or_picture_is_not_asked(change: dict[str, object]) -> None:
    assert refused(still(SPECS[0]), guided(layout(SPECS[0], **change))).code == "one_witness"


def test_the_model_speaks_where_a_device_is_unknown() -> None:
    of_model = guided(layout(SPECS[0], device=None))
    assert Witness.LEARNED in kept(still(SPECS[0]), of_model).witnesses
    of_nobody = Guidance((layout(SPECS[0], device=None, model=None),))
    assert Witness.LEARNED in kept(still(SPECS[0]), of_nobody).witnesses


def test_a_layout_elsewhere_is_a_quarrel() -> None:
    moved = tuple((x * 0.8 + 40, y) for x, y in true_polygon(SPECS[0]))
    doubt = refused(still(SPECS[0]), guided(layout(SPECS[0], polygons=(moved,))))
    assert doubt.code == "witnesses_differ"
    assert 50 < float(doubt.facts["agreement"]) < 95


def test_nobody_and_motion_alone() -> None:
    black = np.zeros((8, 120, 160), np.uint8)
    assert refused(clip_of(black)).code == "no_sector"
    noise = np.random.default_rng(5).integers(0, 255, (8, 120, 160)).astype(np.uint8)
    assert refused(clip_of(noise)).facts == {"witness": "moving"}


def test_what_a_person_drew_is_enough() -> None:
    drawn = (((10.0, 10.0), (50.0, 10.0), (50.0, 60.0)),)
    assert kept(still(SPECS[0]), Guidance(drawn=drawn)) == Kept(drawn, (Witness.DRAWN,))


def tight(banner: int) -> Clip:
    """Return a clip that is cropped to its echoes, with `banner` rows of writing that stands still at its top."""
    frames = np.random.default_rng(8).normal(90, 30, (10, 120, 160)).clip(0, 255).astype(np.uint8)
    if banner:
        frames[:, :banner] = 30
        for frame in frames:
            cv2.putText(frame, "DOE JANE 1987", (4, banner - 6), cv2.FONT_HERSHEY_SIMPLEX, 0.4, 230, 1)
    return clip_of(frames)


def test_a_layout_that_is_the_whole_picture_is_kept_where_it_moves() -> None:
    whole = (((0.0, 0.0), (159.0, 0.0), (159.0, 119.0), (0.0, 119.0)),)
    known = guided(Layout(Kind.VIDEO, 120, 160, whole, DEVICE, MODEL, drawn=True))
    found = kept(tight(0), known)
    assert found == Kept(whole, (Witness.MOVING, Witness.LEARNED))
    assert refused(clip_of(tight(0).keyframes[:1]), known).facts == {"witness": "learned"}
    bannered = tight(12)
    mask = kept(bannered, known).mask(120, 160)
    assert mask[20:].all()
    assert not mask[:8].any()
    assert refused(tight(40), known).code == "witnesses_differ"


def side_by_side() -> tuple[Luminance, Mask, Mask]:
    frames, sector = screen(SPECS[0])
    other, second = screen(SPECS[1])
    nothing = np.zeros_like(sector)
    return np.concatenate([frames, other], axis=2), np.hstack([sector, nothing]), np.hstack([nothing, second])


def test_two_sectors_side_by_side_are_both_kept() -> None:
    frames, left, right = side_by_side()
    regions = (region_of(left), region_of(right))
    for shown in (frames, frames[:1]):
        found = kept(clip_of(shown, regions=regions))
        assert len(found.polygons) == 2
        assert {Witness.DECLARED, Witness.FITTED} <= set(found.witnesses)
        assert overlap(found, left | right) >= 0.97


def test_one_of_two_sectors_is_not_kept_alone() -> None:
    frames, left, right = side_by_side()
    blank = frames * ~right
    for clip in (
        clip_of(frames), clip_of(frames[:1]),
        clip_of(blank[:1], regions=(region_of(left), region_of(right))),
    ):  # fmt: skip
        assert refused(clip).code in ("no_sector", "one_witness", "witnesses_differ")


def test_a_colour_box_inside_the_sector_is_no_second_sector() -> None:
    true = screen(SPECS[0])[1]
    box = replace(region_of(true, grown=-30), data_type=2)
    found = kept(still(SPECS[0], regions=(box, region_of(true))))
    assert found.witnesses == (Witness.DECLARED, Witness.FITTED)
    assert len(found.polygons) == 1


def test_all_that_was_said_can_be_shown() -> None:
    true = screen(SPECS[0])[1]
    clip = cine(SPECS[0], regions=(region_of(true),))
    said = hear(clip, find_sector(clip), guided(layout(SPECS[0])))
    assert {proposal.witness for proposal in said} == set(Witness) - {Witness.DRAWN}
    for proposal in said:
        assert all(0 <= x < clip.columns and 0 <= y < clip.rows for polygon in proposal.polygons for x, y in polygon)


shifts = st.tuples(st.floats(-6, 6), st.floats(-6, 6), st.floats(0.94, 1.06))


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.sampled_from(SPECS), shifts)
def test_what_is_kept_lies_in_both_outlines(spec: str, shift: tuple[float, float, float]) -> None:
    across, down, size = shift
    clip, centre = still(spec), np.array(true_polygon(spec)).mean(axis=0)
    moved = (np.array(true_polygon(spec)) - centre) * size + centre + (across, down)
    limits = clip.columns - 1.0, clip.rows - 1.0
    polygon = tuple((float(x), float(y)) for x, y in moved.clip(0, limits))
    sector = find_sector(clip)
    try:
        found = agree(clip, sector, guided(layout(spec, polygons=(polygon,))))
    except Withheld:
        return
    mask = found.mask(clip.rows, clip.columns)
    assert not (mask & ~mask_of((polygon,), clip.rows, clip.columns)).any()
    assert not (mask & ~sector.mask(clip.rows, clip.columns)).any()
    assert overlap(found, screen(spec)[1]) >= 0.9


@settings(max_examples=30, deadline=None, derandomize=True)
@given(st.lists(st.tuples(st.integers(5, 90), st.integers(5, 70), st.integers(2, 30)), min_size=1, max_size=4))
def test_outlines_enclose_what_they_were_made_of(discs: list[tuple[int, int, int]]) -> None:
    canvas = np.zeros((80, 100), np.uint8)
    for x, y, radius in discs:
        cv2.circle(canvas, (x, y), radius, 1, -1)
    mask = canvas.astype(bool)
    again = mask_of(outlines_of(mask), 80, 100)
    holes = cv2.morphologyEx(canvas, cv2.MORPH_CLOSE, np.ones((41, 41), np.uint8)).astype(bool)
    assert not (again & ~mask & ~holes).any()
    assert (mask & ~again).sum() <= 0.05 * mask.sum()


def test_scans_of_the_demonstration_are_kept(tmp_path: Path) -> None:
    scans = [scan for scan in demo_scenes(60, 31) if scan.format is not Format.PNG][:16]
    withheld = []
    for scan in scans:
        clip = read_clip(
            write_scan(replace(scan, scene=replace(scan.scene, frames=12, frames_per_second=20.0)), tmp_path)
        )
        try:
            found = kept(clip)
        except Withheld:
            withheld.append(scan)
            continue
        true = geometry(scan.scene).mask(clip.rows, clip.columns)
        assert (found.mask(clip.rows, clip.columns) & true).sum() >= 0.98 * true.sum()
    assert len(withheld) <= 2
    dim = {FaultKind.LOW_GAIN, FaultKind.NOISE}
    assert all(dim & {fault.kind for fault in scan.scene.faults} for scan in withheld)
