"""Can a person draw what is kept by mouse, keys and finger, see it as it will be, and does the scan then go on?"""

import io
import re
from pathlib import Path

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image
from pydicom import dcmwrite

from flows.presence import Run
from flows.process import process_scan
from pipeline.received import Kind, Received
from storage.catalogue import intake
from storage.catalogue.models import Decision, Scan, SectorLayout
from storage.objects import Area
from storage.objects.chosen import object_store
from supervision.states import State
from tests.core.deidentify.scenes import frames
from tests.core.reading.written import cine
from tests.web.held_scans import COLUMNS, ROWS, hold, screen, text_inside

pytestmark = pytest.mark.chromium

SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def outlines(page) -> list[list[tuple[float, float]]]:
    """Return what the form would send."""
    lines = page.locator("[data-outlines]").input_value().splitlines()
    return [[(float(x), float(y)) for x, y in re.findall(r"([\d.]+),([\d.]+)", line)] for line in lines]


def grip(page, number: int):
    return page.locator(f"[data-grip='{number}'] .dot")


def middle(page, number: int) -> tuple[float, float]:
    box = grip(page, number).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def in_picture(page, number: int) -> tuple[float, float]:
    found = re.search(r"([\d.]+) ([\d.]+)", page.locator(f"[data-grip='{number}']").get_attribute("transform"))
    return float(found[1]), float(found[2])


def opened(window, scan: Scan, **more: object):
    page = window("data_officer", f"/held/{scan.pk}/", **more)
    page.locator("[data-draw][data-corners]").wait_for()
    return page


def test_a_corner_follows_the_mouse_and_undo_takes_it_back(window, live_world) -> None:
    page = opened(window, hold(live_world))
    page.get_by_role("button", name="Rectangle").click()
    before = outlines(page)
    assert len(before[0]) == 4
    scale = COLUMNS / page.locator("[data-main]").bounding_box()["width"]
    x, y = middle(page, 2)
    page.mouse.move(x + 4, y + 3)  # beside the corner: it keeps its distance
    page.mouse.down()
    page.mouse.move(x - 56, y - 37, steps=4)
    page.mouse.up()
    moved = outlines(page)[0]
    assert moved[2][0] == pytest.approx(before[0][2][0] - 60 * scale, abs=1.5)
    assert moved[2][1] == pytest.approx(before[0][2][1] - 40 * scale, abs=1.5)
    assert [moved[n] for n in (0, 1, 3)] == [before[0][n] for n in (0, 1, 3)]
    page.keyboard.press("Control+z")
    assert outlines(page) == before


def test_keys_alone_move_add_remove_and_release(window, live_world) -> None:
    scan = hold(live_world)
    page = opened(window, scan)
    page.get_by_role("button", name="Rectangle").focus()
    page.keyboard.press("Enter")
    page.locator("[data-grip='0']").focus()
    page.keyboard.press("Tab")
    start = in_picture(page, 1)
    for key in ("ArrowLeft", "ArrowLeft", "ArrowDown", "Shift+ArrowDown"):
        page.keyboard.press(key)
    assert in_picture(page, 1) == (start[0] - 2, start[1] + 11)
    assert f"corner 2 of 4: {start[0] - 2:.0f}, {start[1] + 11:.0f}" in page.locator("[data-said]").inner_text()
    page.keyboard.press("Insert")
    assert len(outlines(page)[0]) == 5
    page.keyboard.press("Delete")
    page.keyboard.press("Delete")
    assert len(outlines(page)[0]) == 3
    page.keyboard.press("Delete")
    assert len(outlines(page)[0]) == 3
    wanted = outlines(page)
    page.get_by_role("button", name="Release with this outline").focus()
    page.keyboard.press("Enter")
    page.get_by_text("Your outline is kept").wait_for()
    assert [[tuple(corner) for corner in one] for one in Decision.objects.get(scan=scan).polygons] == wanted


def test_a_fan_keeps_its_arcs_and_a_second_sector_its_own_corners(window, live_world) -> None:
    page = opened(window, hold(live_world))
    page.get_by_role("button", name="Fan", exact=True).click()
    assert page.locator("[data-grip]").count() == 6
    (arc,) = outlines(page)
    assert len(arc) > 20
    low = max(y for _, y in arc)
    page.locator("[data-grip='4']").focus()
    page.keyboard.press("Shift+ArrowUp")
    assert max(y for _, y in outlines(page)[0]) < low
    page.get_by_role("button", name="Second sector").click()
    assert len(outlines(page)) == 2
    assert "sector 2 of 2" in page.locator("[data-count]").inner_text()
    page.locator("[data-grip='1']").focus()
    page.keyboard.press("ArrowLeft")
    assert len(outlines(page)[1]) == 4
    page.get_by_role("button", name="Remove this sector").click()
    assert len(outlines(page)) == 1
    page.get_by_role("button", name="Whole picture").click()
    assert outlines(page) == [[(0, 0), (COLUMNS - 1, 0), (COLUMNS - 1, ROWS - 1), (0, ROWS - 1)]]


def test_a_witness_can_be_taken_as_the_start(window, live_world) -> None:
    page = opened(window, hold(live_world))
    assert page.locator(".witness").count() == 2
    page.get_by_role("button", name="fitted to the picture").click()
    assert min(x for x, _ in outlines(page)[0]) == pytest.approx(56, abs=4)
    page.get_by_role("button", name="declared by the device").click()
    assert max(y for _, y in outlines(page)[0]) == pytest.approx(470, abs=4)


def test_after_shows_exactly_the_inside_of_the_outline(window, live_world) -> None:
    page = opened(window, hold(live_world, text_inside()), width=1400, height=1000)
    assert page.locator(".writing").count() == 1
    page.locator("summary", has_text="The outline as numbers").click()
    page.locator("[data-outlines]").fill("120,100 520,100 520,400 120,400")
    page.locator("[data-outlines]").dispatch_event("change")
    page.get_by_role("button", name="After", exact=True).click()
    page.wait_for_timeout(200)
    shot = Image.open(io.BytesIO(page.locator("[data-main]").screenshot())).convert("L").resize((COLUMNS, ROWS))
    shown, original = np.asarray(shot, np.float32), screen(inside="RIB VIEW", seed=1)
    assert shown[10:96, 10:-10].max() < 8  # the name
    assert shown[10:-10, 10:116].max() < 8
    assert shown[404:-10, 10:-10].max() < 8
    assert np.abs(shown[110:390, 130:510] - original[110:390, 130:510]).mean() < 8


def test_nothing_that_names_somebody_goes_to_the_printer(window, live_world) -> None:
    page = opened(window, hold(live_world))
    page.emulate_media(media="print")
    assert page.locator("[data-main]").is_hidden()
    assert page.locator(".result").is_hidden()
    assert page.locator("h1").is_visible()


def test_a_finger_moves_a_corner_on_a_phone_beside_the_loupe(window, live_world) -> None:
    page = opened(window, hold(live_world), width=360, height=740, has_touch=True, is_mobile=True)
    assert page.evaluate(SIDEWAYS) <= 0
    page.get_by_role("button", name="Rectangle").tap()
    page.locator("[data-main]").scroll_into_view_if_needed()
    before = outlines(page)[0]
    x, y = middle(page, 0)
    touch = page.context.new_cdp_session(page)

    def send(kind: str, *points: tuple[float, float]) -> None:
        listed = [{"x": px, "y": py, "id": 1} for px, py in points]
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": listed})

    top = page.evaluate("scrollY")
    send("touchStart", (x, y))
    for step in range(1, 6):
        send("touchMove", (x + 6 * step, y + 4 * step))
    assert page.locator("[data-loupe]").is_visible()
    send("touchEnd")
    assert page.locator("[data-loupe]").is_hidden()
    assert page.evaluate("scrollY") == top  # the page did not scroll away under the finger
    scale = COLUMNS / page.locator("[data-main]").bounding_box()["width"]
    after = outlines(page)[0]
    assert after[0][0] == pytest.approx(before[0][0] + 30 * scale, abs=3)
    assert after[0][1] == pytest.approx(before[0][1] + 20 * scale, abs=3)
    assert after[1:] == before[1:]


def test_the_page_in_french_on_a_phone_without_scrolling_sideways(window, live_world, live_server) -> None:
    officer = live_world.people["data_officer"]
    officer.language = "fr"
    officer.save()
    scan = hold(live_world, text_inside())
    page = opened(window, scan, width=360, height=740)
    assert "écriture à l'intérieur" in page.locator("h1").inner_text()
    assert page.get_by_role("button", name="Libérer avec ce contour").is_visible()
    page.locator("[data-grip='0']").focus()
    page.keyboard.press("ArrowDown")
    assert "coin 1 sur" in page.locator("[data-said]").inner_text()
    for address in (f"/held/{scan.pk}/", "/held-back/", "/re-identification/"):
        page.goto(live_server.url + address)
        assert page.evaluate(SIDEWAYS) <= 0, address


def test_without_scripts_the_outline_is_typed(window, live_world) -> None:
    scan = hold(live_world)
    page = window("data_officer", f"/held/{scan.pk}/", java_script_enabled=False)
    assert page.get_by_role("button", name="Rectangle").count() == 0
    page.locator("summary", has_text="The outline as numbers").click()
    assert len(outlines(page)[0]) == 50  # what the most trusted witness says
    page.locator("[data-outlines]").fill("100,100 500,100 300,400")
    page.get_by_role("button", name="Release with this outline").click()
    page.get_by_text("Your outline is kept").wait_for()
    assert Decision.objects.get(scan=scan).polygons == [[[100, 100], [500, 100], [300, 400]]]


def test_a_scan_is_ticked_only_when_its_picture_was_on_the_screen(window, live_world) -> None:
    first, *others = [hold(live_world, seed=seed) for seed in range(8)]
    page = opened(window, first, width=360, height=740)
    page.get_by_role("button", name="Release with this outline").click()
    page.get_by_role("link", name=re.compile("Look at 7 scans")).click()
    page.locator("input[name=scan]:checked").first.wait_for()
    assert 0 < page.locator("input[name=scan]:checked").count() < len(others)
    assert page.locator("input[name=scan]:disabled").count() > 0
    for number in range(len(others)):
        page.locator("[data-look]").nth(number).scroll_into_view_if_needed()
        page.locator("input[name=scan]").nth(number).and_(page.locator(":checked")).wait_for()
    page.locator("input[name=scan]").nth(0).uncheck()
    page.get_by_role("button", name="Release the ticked scans").click()
    page.get_by_text("6 scans go on with this outline").wait_for()
    assert Scan.objects.filter(state=State.WITHHELD).count() == 1


def test_a_drawn_scan_goes_to_the_queue_with_the_next_cycle(window, live_world, tmp_path: Path) -> None:
    path = tmp_path / "in.dcm"
    header = {"PatientName": "MBEKI^THANDI", "PatientID": "DEMO-0042", "FrameTime": "40"}
    dcmwrite(path, cine(frames(4), **header), enforce_file_format=False)
    raw = object_store("relief").put(Area.RAW, path)
    known = Received(raw.digest, raw.size, Kind.DICOM, "goma", "amina", "FAST")
    scan = intake.register(known, raw, "watched_folder", timezone.now()).scan
    run = Run("first", tmp_path)

    def cycle() -> str:
        assert scan.digest in intake.take("goma", 20, run.token, timezone.now())
        return process_scan(scan.digest, "relief", run, object_store("relief"))

    assert cycle() == "withheld"
    page = opened(window, scan)
    page.locator("summary", has_text="The outline as numbers").click()
    page.locator("[data-outlines]").fill("140,40 180,40 258,218 62,218")
    page.locator("[data-outlines]").dispatch_event("change")
    page.get_by_role("button", name="Release with this outline").click()
    page.get_by_text("Your outline is kept").wait_for()
    assert cycle() == "released"
    scan.refresh_from_db()
    assert scan.state == State.QUEUED
    assert scan.kept["polygons"] == [[[140, 40], [180, 40], [258, 218], [62, 218]]]
    assert SectorLayout.objects.filter(from_scan=scan, drawn_by=live_world.people["data_officer"]).count() == 1
    page.goto(page.url.split("/held")[0] + f"/scans/{scan.pk}/")
    assert "How it was made safe" in page.locator(".report").inner_text()
    assert "drawn by a person" in page.locator(".report").inner_text()
