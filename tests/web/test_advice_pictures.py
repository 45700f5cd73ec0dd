"""Does each remark that has a place show where in the sector it lies, and does a score say what it was held against?"""

import re
from dataclasses import replace
from html import unescape

import pytest
from django.utils import timezone

from pipeline.finding import Finding, Side, Verdict
from pipeline.quality import Quality, Reason
from pipeline.sector import UNKNOWN_SECTOR, Provenance, Sector, Shape
from storage.catalogue.models import Assessment, Calibration, UsualValue
from tests.web.every_page import decide
from tests.web.held_scans import APEX, FAR, HALF, NEAR, fan
from tests.web.test_browser import SIDEWAYS
from tests.web.world import inspection_of, numbered

SHADOW = (("across_from", 0.4), ("across_to", 0.55), ("depth_from", 0.4), ("depth_to", 1.0))
PICTURE = re.compile(r'<svg class="place".*?</svg>', re.DOTALL)
TITLE = re.compile(r"<title[^>]*>([^<]*)</title>")
POINTS = re.compile(r'<polygon[^>]* points="([^"]+)"')


def fanned(*findings: Finding, sector: Sector | None = None):
    """Return an inspection of a fan with these findings."""
    degrees = HALF * 180 / 3.141592653589793
    drawn = Sector(Shape.CURVILINEAR, Provenance.ESTIMATED, 0.9, fan(), APEX, (NEAR, FAR), (-degrees, degrees))
    reasons = tuple(Reason(one.rule, 10.0) for one in findings)
    whole = inspection_of([numbered(3, 480, 640)], (0.0,))
    return replace(whole, sector=sector or drawn, sectors=(), findings=findings, quality=Quality(62.0, 2, reasons))


def one_scan(world, *findings: Finding, **more):
    return world.scan(pictures=[numbered(3)], times=(0.0,), inspection=fanned(*findings, **more))


LOST = Finding("contact.coupling", 1, Verdict.POOR, 0.41, 1.0, Side.LEFT)
SHADED = Finding("artifact.shadow", 1, Verdict.WEAK, 0.2, 0.4, None, SHADOW)
BRIGHT = Finding("gain.over", 1, Verdict.WEAK, 131.0, 0.4)


def pictures_in(page) -> list[str]:
    return PICTURE.findall(page.content.decode())


def corners(points: str) -> list[tuple[float, float]]:
    return [tuple(map(float, corner.split(","))) for corner in points.split()]


@pytest.mark.parametrize("who", ["amina", "supervisor", "rose"])
def test_trainee_supervisor_and_reviewer_see_where_a_remark_lies(
    world, signed_in, who: str, tmp_path, monkeypatch
) -> None:
    decide(tmp_path, monkeypatch, "[blinding]\nscore = false\n")
    scan = one_scan(world, LOST, SHADED, BRIGHT)
    client = signed_in(who)
    address = {"amina": f"/my-scans/{scan.pk}/", "supervisor": f"/scans/{scan.pk}/"}.get(who)
    page = client.get(address or client.post("/queue/next/").headers["Location"])
    drawn = pictures_in(page)
    assert len(drawn) == 2  # gain is nowhere in particular
    for svg in drawn:
        assert len(svg.encode()) < 1500
        assert "style=" not in svg
    titles = [TITLE.findall(svg) for svg in drawn]
    assert titles == [
        ["The place in the sector: on the left"],
        ["The place in the sector: in the middle, far from the probe"],
    ]


def test_a_reviewer_sees_no_remark_of_the_software_while_scores_are_hidden(world, signed_in) -> None:
    one_scan(world, LOST, SHADED, BRIGHT)
    rose = signed_in("rose")
    assert pictures_in(rose.get(rose.post("/queue/next/").headers["Location"])) == []


def test_the_marked_place_lies_inside_the_outline_on_the_side_that_was_said(world, signed_in) -> None:
    scan = one_scan(world, LOST, replace(LOST, rule="content.overlay", side=Side.RIGHT))
    drawn = pictures_in(signed_in("amina").get(f"/my-scans/{scan.pk}/"))
    for svg, is_left in zip(drawn, (True, False), strict=True):
        outline, tint, hatched = map(corners, POINTS.findall(svg))
        assert tint == hatched
        low, high = min(x for x, _ in outline), max(x for x, _ in outline)
        assert all(low - 1 <= x <= high + 1 for x, _ in hatched)
        middle = sum(x for x, _ in hatched) / len(hatched)
        assert (middle < (low + high) / 2) is is_left


def test_a_place_is_told_by_a_pattern_too_and_each_pattern_has_its_own_name(world, signed_in) -> None:
    scan = one_scan(world, LOST, SHADED)
    drawn = pictures_in(signed_in("amina").get(f"/my-scans/{scan.pk}/"))
    patterns = [re.findall(r'<pattern id="([^"]+)"', svg)[0] for svg in drawn]
    assert len(set(patterns)) == len(drawn) == 2
    for svg, name in zip(drawn, patterns, strict=True):
        assert f'fill="url(#{name})"' in svg


def test_in_french_the_place_is_said_in_french(world, signed_in) -> None:
    world.people["amina"].language = "fr"
    world.people["amina"].save()
    scan = one_scan(world, SHADED, replace(LOST, side=Side.BOTH))
    text = unescape(signed_in("amina").get(f"/my-scans/{scan.pk}/").content.decode())
    assert "au milieu, loin de la sonde" in text
    assert "des deux côtés" in text


def test_without_a_sector_there_is_advice_but_no_picture(world, signed_in) -> None:
    scan = one_scan(world, LOST, sector=UNKNOWN_SECTOR)
    page = signed_in("amina").get(f"/my-scans/{scan.pk}/")
    assert pictures_in(page) == []
    assert "on the left of the picture" in page.content.decode()


def test_a_place_in_a_sector_that_is_not_known_is_not_drawn_in_another(world, signed_in) -> None:
    scan = one_scan(world, replace(SHADED, evidence=(*SHADOW, ("sector", 3.0))))
    assert pictures_in(signed_in("amina").get(f"/my-scans/{scan.pk}/")) == []


def test_a_sector_that_an_older_version_kept_is_no_failure(world, signed_in) -> None:
    scan = one_scan(world, LOST)
    scan.sector = {"shape": "curvilinear"}
    scan.save()
    page = signed_in("amina").get(f"/my-scans/{scan.pk}/")
    assert page.status_code == 200
    assert pictures_in(page) == []


def calibrated(world, scan, **levels) -> None:
    made = Calibration.objects.create(
        organisation=world.relief, version=3, made_at=timezone.now(), clips=99, devices=4, cut_offs=None
    )
    of = {"device": {"device": scan.device}, "model": {"model": scan.device.model}, "programme": {}}
    for level, clips in levels.items():
        UsualValue.objects.create(
            calibration=made, level=level, rule="contact.coupling", rule_version=1, middle=0.1, spread=0.05,
            clips=clips, **of[level],
        )  # fmt: skip
    Assessment.objects.filter(scan=scan).update(calibration=made)


@pytest.mark.parametrize(
    ("levels", "said"),
    [
        ({}, "calibration 3 (limits as the rules were made)"),
        ({"programme": 99}, "calibration 3 (all devices, 99 clips)"),
        ({"programme": 99, "model": 60}, "calibration 3 (devices of this model, 60 clips)"),
        ({"programme": 99, "model": 60, "device": 42}, "calibration 3 (this device, 42 clips)"),
    ],
)
def test_a_score_says_what_it_was_held_against(world, signed_in, levels: dict[str, int], said: str) -> None:
    scan = one_scan(world, LOST)
    assert "calibration 3" not in signed_in("amina").get(f"/my-scans/{scan.pk}/").content.decode()
    calibrated(world, scan, **levels)
    assert said in signed_in("amina").get(f"/my-scans/{scan.pk}/").content.decode()


@pytest.mark.chromium
def test_on_a_phone_in_french_the_picture_stands_beside_its_advice(window, live_world) -> None:
    live_world.people["amina"].language = "fr"
    live_world.people["amina"].save()
    scan = one_scan(live_world, LOST, SHADED)
    page = window("amina", f"/my-scans/{scan.pk}/", width=360, height=740)
    assert page.evaluate(SIDEWAYS) <= 0
    card = page.locator(".pictured").first
    picture, advice = card.locator("svg.place").bounding_box(), card.locator("p").first.bounding_box()
    assert 60 <= picture["width"] <= 110
    assert picture["x"] >= advice["x"] + advice["width"]
    assert page.get_by_role("img", name="à gauche").is_visible()
    hatched = page.locator(".place .here").first
    assert hatched.evaluate("one => getComputedStyle(one).fill").startswith("url(")
