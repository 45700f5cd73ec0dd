"""Is each of two views side by side measured for itself, and is the worse one told?"""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.clip import Clip, Luminance, Region
from pipeline.find_sector import CONFIDENT, find_sector
from pipeline.finding import Side, Verdict
from pipeline.inspection import Inspection, inspect_clip
from pipeline.phantom import geometry, render
from pipeline.reading import read_clip
from pipeline.rule import Several
from pipeline.sector import Point, Sector, Shape
from pipeline.sectors import sectors_in
from qa_rules import rules_in
from tests.clips import clip_of, phantom_clip, scene_of
from tests.real_files import data_file

RULES = rules_in()
GOOD = "shape=curvilinear,seed=3,frames=30"
ROWS, COLUMNS = 240, 320


def frames_of(spec: str) -> Luminance:
    return np.stack(list(render(scene_of(spec))))


def moved(polygon: tuple[Point, ...], right: float) -> tuple[Point, ...]:
    return tuple((x + right, y) for x, y in polygon)


def side_by_side(left: Luminance, right: Luminance, *, declared: bool = True) -> Clip:
    regions = []
    for number, spec in enumerate((GOOD, GOOD)):
        corners = np.array(moved(geometry(scene_of(spec)).polygon, COLUMNS * number))
        (first, top), (last, bottom) = np.floor(corners.min(axis=0)), np.ceil(corners.max(axis=0))
        regions.append(Region(int(first), int(top), int(last), int(bottom), 1, 1, 0.5))
    return clip_of(np.concatenate((left, right), axis=2), 25.0, regions=tuple(regions) if declared else ())


def finding(inspection: Inspection, rule: str) -> tuple[float | None, dict[str, float]]:
    found = next(f for f in inspection.findings if f.rule == rule)
    return found.value, dict(found.evidence)


def test_two_declared_views_are_two_sectors_largest_first() -> None:
    clip = side_by_side(frames_of(GOOD), frames_of(GOOD))
    inspection = inspect_clip(clip, RULES)
    assert len(inspection.sectors) == 2
    assert inspection.sector == inspection.sectors[0] == find_sector(clip)
    areas = [sector.mask(clip.rows, clip.columns).sum() for sector in inspection.sectors]
    assert areas == sorted(areas, reverse=True)


@pytest.mark.parametrize("worse_on_the_right", [False, True])
def test_the_worse_view_is_told_and_named(*, worse_on_the_right: bool) -> None:
    fine, lost = frames_of(GOOD), frames_of(f"{GOOD},fault=lost_contact,severity=0.7,side=right")
    pair = (fine, lost) if worse_on_the_right else (lost, fine)
    drawn = tuple(moved(geometry(scene_of(GOOD)).polygon, COLUMNS * n) for n in (0, 1))
    clip = side_by_side(*pair, declared=False)
    sectors = sectors_in(clip, drawn)
    inspection = inspect_clip(clip, RULES, sectors)
    found = next(f for f in inspection.findings if f.rule == "contact.coupling")
    said = dict(found.evidence)
    assert found.verdict in {Verdict.WEAK, Verdict.POOR}
    assert found.side is Side.RIGHT
    middle = np.mean(sectors[int(said["sector"])].polygon, axis=0)[0]
    assert bool(middle > COLUMNS) is worse_on_the_right
    alone = next(r for r in RULES if r.name == "contact.coupling").ask(clip, sectors[int(said["sector"])])
    assert found.value == alone.value


def test_one_frozen_view_beside_a_live_one_is_no_freeze() -> None:
    live = frames_of(GOOD)
    still = np.repeat(live[:1], len(live), axis=0)
    drawn = tuple(moved(geometry(scene_of(GOOD)).polygon, COLUMNS * n) for n in (0, 1))
    for pair, frozen in (((live, still), False), ((still, live), False), ((still, still), True)):
        clip = side_by_side(*pair, declared=False)
        value, _ = finding(inspect_clip(clip, RULES, sectors_in(clip, drawn)), "temporal.freeze")
        assert value is not None
        assert (value > 0.9) is frozen


def test_the_file_is_asked_once() -> None:
    clip = side_by_side(frames_of(GOOD), frames_of(GOOD))
    inspection = inspect_clip(clip, RULES)
    several = {rule.name: rule.several for rule in RULES}
    for found in inspection.findings:
        asked_each = several[found.rule] is not Several.ONCE and found.value is not None
        assert ("sector" in dict(found.evidence)) is asked_each, found
    assert {name for name, how in several.items() if how is Several.ONCE} >= {"file.duration", "file.integrity"}


def test_one_sector_says_what_it_said_before() -> None:
    clip = phantom_clip(GOOD)
    inspection = inspect_clip(clip, RULES)
    assert inspection.sectors == (find_sector(clip),)
    assert inspection.findings == tuple(rule.ask(clip, find_sector(clip)) for rule in RULES)


def test_a_person_draws_two_sectors_and_each_gets_its_shape() -> None:
    clip = side_by_side(frames_of(GOOD), frames_of(GOOD), declared=False)
    drawn = tuple(moved(geometry(scene_of(GOOD)).polygon, COLUMNS * n) for n in (0, 1))
    sectors = sectors_in(clip, drawn)
    assert {sector.polygon for sector in sectors} == set(drawn)
    assert all(sector.shape is Shape.CURVILINEAR and sector.angles for sector in sectors)


def test_the_layout_of_a_device_shows_the_second_view_and_never_is_a_witness() -> None:
    clip = side_by_side(frames_of(GOOD), frames_of(GOOD), declared=False)
    layout = tuple(moved(geometry(scene_of(GOOD)).polygon, COLUMNS * n) for n in (0, 1))
    sectors = sectors_in(clip, layouts=[layout])
    assert len(sectors) == 2
    assert sum(sector.confidence >= CONFIDENT for sector in sectors) <= 1
    black = side_by_side(frames_of(GOOD), np.zeros_like(frames_of(GOOD)), declared=False)
    assert len(sectors_in(black, layouts=[layout])) == 1


def test_a_layout_shows_the_sector_of_a_picture_that_is_too_dark() -> None:
    true = geometry(scene_of(GOOD))
    dark = np.clip(frames_of(GOOD).astype(np.int16) - 180, 0, 255).astype(np.uint8)
    clip = clip_of(dark)
    assert not find_sector(clip).known
    sector = sectors_in(clip, layouts=[(true.polygon,)])[0]
    assert same(sector, true, clip)
    assert sector.shape is Shape.CURVILINEAR
    assert sector.confidence < CONFIDENT
    elsewhere = (moved(true.polygon, -100),)
    live = clip_of(frames_of(GOOD))
    assert sectors_in(replace(live, regions=()), layouts=[elsewhere])[0] == find_sector(live)


def same(one: Sector, other: Sector, clip: Clip) -> bool:
    first, second = (sector.mask(clip.rows, clip.columns) for sector in (one, other))
    return bool((first & second).sum() >= 0.97 * (first | second).sum())


def test_two_views_of_a_real_device() -> None:
    clip = read_clip(data_file("pydicom-data/gdcm-US-ALOKA-16.dcm"))
    inspection = inspect_clip(clip, RULES)
    assert len(inspection.sectors) == 2
    assert inspection.sector == find_sector(clip)
    middles = sorted(float(np.mean(sector.polygon, axis=0)[0]) for sector in inspection.sectors)
    assert middles[0] < 336 < middles[1]
    value, said = finding(inspection, "gain.over")
    rule = next(r for r in RULES if r.name == "gain.over")
    assert value == max(rule.ask(clip, sector).value or 0 for sector in inspection.sectors)
    assert said["sector"] in {0.0, 1.0}
