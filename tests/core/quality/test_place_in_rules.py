"""Does a rule that knows where the fault is say so?"""

from dataclasses import replace

import pytest

from pipeline.clip import Clip
from pipeline.find_sector import find_sector
from pipeline.finding import Finding, Side
from pipeline.place import place_of
from qa_rules import rules_in
from tests.clips import phantom_clip
from tests.rules.cases import clip_named
from tests.rules.degradations import crop, deafen, deepen, lose_right, paint, shade, write

RULES = {rule.name: rule for rule in rules_in()}
HERE = {"across_from": 0.0, "across_to": 1.0, "depth_from": 0.0, "depth_to": 1.0}
REAL = "pydicom:examples_ybr_color.dcm"
LINEAR = "phantom:shape=linear,subject=vessel,seed=3"


def asked(rule: str, clip: Clip) -> Finding:
    return RULES[rule].ask(clip, find_sector(clip))


def shares(finding: Finding) -> dict[str, float]:
    said = {key: value for key, value in finding.evidence if key in HERE}
    assert said, finding
    return {**HERE, **said}


def test_lost_contact_is_placed_on_its_side() -> None:
    clip = clip_named(REAL)
    found = RULES["contact.coupling"].ask(lose_right(clip, 0.3), find_sector(clip))
    assert found.side is Side.RIGHT
    assert shares(found)["across_from"] == pytest.approx(0.7, abs=0.03)
    assert shares(found)["across_to"] == 1.0


def test_contact_lost_on_both_sides_is_placed_by_its_sides() -> None:
    clip = phantom_clip("shape=curvilinear,seed=4,fault=lost_contact,severity=1,side=both")
    found = asked("contact.coupling", clip)
    assert found.side is Side.BOTH
    assert place_of(find_sector(clip), dict(found.evidence), found.side)


@pytest.mark.parametrize("file", ["phantom:shape=curvilinear,seed=3", LINEAR])
def test_a_shadow_is_placed_from_where_it_begins(file: str) -> None:
    said = shares(asked("artifact.shadow", shade(clip_named(file), 0.3)))
    assert said["across_from"] == pytest.approx(0.35, abs=0.05)
    assert said["across_to"] == pytest.approx(0.65, abs=0.05)
    assert said["depth_from"] == pytest.approx(0.2, abs=0.1)
    assert said["depth_to"] == 1.0


def test_writing_is_placed_around_its_letters() -> None:
    clip = write(clip_named(REAL), 6)
    said, sector = shares(asked("content.overlay", clip)), find_sector(clip)
    box = place_of(sector, said, None)
    assert box
    middle = [sum(axis) / len(sector.polygon) for axis in zip(*sector.polygon, strict=True)]
    across, down = zip(*box, strict=True)
    assert min(across) - 6 <= middle[0] <= max(across) + 6
    assert min(down) - 16 <= middle[1] <= max(down) + 16
    assert max(across) - min(across) < 0.6 * clip.columns


def test_colour_is_placed_where_it_is() -> None:
    clip = paint(clip_named(LINEAR), 0.5)
    said = shares(asked("content.doppler", clip))
    assert said["depth_from"] < 0.05
    assert 0.3 < said["depth_to"] < 0.65


def test_a_deaf_place_is_placed_on_the_face() -> None:
    said = shares(asked("device.dropout", deafen(clip_named(LINEAR), 0.9)))
    assert said["across_from"] < 0.4 < said["across_to"]
    assert said["across_to"] - said["across_from"] < 0.15


def test_an_empty_depth_is_placed_below_the_echoes() -> None:
    said = shares(asked("geometry.depth", deepen(clip_named(REAL), 2)))
    assert said["depth_from"] == pytest.approx(0.5, abs=0.1)


def test_a_cut_is_placed_on_the_side_that_is_missing() -> None:
    clip = clip_named(REAL)
    whole = find_sector(clip)
    cut = crop(clip, 0.25)
    found = RULES["geometry.sector"].ask(cut, replace(whole, polygon=find_sector(cut).polygon or whole.polygon))
    assert found.side is Side.RIGHT
    assert shares(found)["across_from"] > 0.5
