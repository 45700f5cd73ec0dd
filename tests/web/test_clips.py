"""Several clips, two qualities, drawings, distances and M-mode: what the player does beyond one clip's frames."""

import json
import re
from dataclasses import replace
from pathlib import Path

import pydicom
import pytest

from pipeline.declared import believed_scale
from pipeline.find_sector import find_sector
from pipeline.phantom.dicom import write_dicom
from pipeline.phantom.probe import layout
from pipeline.phantom.scene import Scene
from pipeline.reading import open_scan, read_clip
from pipeline.sector import Shape as Probe
from supervision.marks import Shape, mark_of
from tests.real_files import data_file
from tests.web.playing import frame_shown, pictures_of, play
from tests.web.world import EVEN, inspection_of, numbered

pytestmark = pytest.mark.chromium

UNEVEN = tuple(sum((0.02, 0.09, 0.033, 0.05)[k % 4] for k in range(n)) for n in range(40))


def scan_of(world, times=EVEN, *, scale: int = 1, offset: int = 0, **more):
    """Bring a clip that carries the numbers of its frames, from `offset` on, `scale` times 160 × 96 pixels."""
    pictures = [numbered(n + offset).repeat(scale, 0).repeat(scale, 1) for n in range(len(times))]
    return world.scan(pictures=pictures, times=times, **more)


def marks_in(page) -> list[dict[str, object]]:
    return json.loads(page.input_value("#reading [name=marks]") or "[]")


@pytest.mark.parametrize("quality", ["small", "full"])
def test_frames_are_exact_in_both_qualities_and_a_change_keeps_the_frame(quality, window, live_world) -> None:
    [picture] = pictures_of(scan_of(live_world, UNEVEN, scale=8))
    page = play(window, [picture], quality)
    width = lambda: page.evaluate("document.querySelector('video').videoWidth")  # noqa: E731
    sizes = {"small": 640, "full": 960}
    assert (page.get_attribute("[data-player]", "data-quality"), width()) == (quality, sizes[quality])
    assert frame_shown(page, picture, 0) == 0
    for frame in (1, 2, 3, 4, 5):
        page.keyboard.press("ArrowRight")
        assert frame_shown(page, picture, frame) == frame
    page.keyboard.press("End")
    assert frame_shown(page, picture, 39) == 39
    page.locator("[data-scrub]").fill("23")
    assert frame_shown(page, picture, 23) == 23
    other = {"small": "full", "full": "small"}[quality]
    page.locator("[data-scrub]").blur()
    page.keyboard.press("f")
    page.wait_for_selector(f'[data-player][data-quality="{other}"]')
    page.wait_for_function(f"document.querySelector('video').videoWidth === {sizes[other]}")
    page.wait_for_selector("canvas[hidden]", state="attached")
    assert frame_shown(page, picture, 23) == 23
    page.keyboard.press("ArrowLeft")
    assert frame_shown(page, picture, 22) == 22
    page.reload()
    page.wait_for_selector("[data-player][data-frame]")
    assert page.get_attribute("[data-player]", "data-quality") == other, "the choice is remembered"


def test_a_scan_of_before_has_no_small_preview_and_plays_in_full(window, live_world) -> None:
    scan = scan_of(live_world)
    scan.objects_stored.filter(role="small").delete()
    [picture] = pictures_of(scan)
    assert picture.small == ""
    page = play(window, [picture], "small")
    page.keyboard.press("ArrowRight")
    assert frame_shown(page, picture, 1) == 1
    assert page.get_attribute("[data-player]", "data-quality") == "full"
    assert page.locator("[data-do=quality]").is_hidden()


def test_several_clips_stand_side_by_side_or_follow_each_other(window, live_world) -> None:
    scans = [scan_of(live_world), scan_of(live_world, UNEVEN, offset=20), scan_of(live_world, (0.0,))]
    one, two, still = pictures_of(*scans, views=["Morison", "Pelvis", "Subxiphoid"])
    page = play(window, [one, two, still])
    assert page.get_attribute("[data-player]", "data-layout") == "beside"
    places = [page.locator(f'[data-clip="{picture.clip}"]').bounding_box() for picture in (one, two)]
    assert places[0]["y"] == places[1]["y"]
    assert places[0]["x"] < places[1]["x"]
    assert [" ".join(text.split()) for text in page.locator("[data-take]").all_inner_texts()] == [
        "Morison 1/3",
        "Pelvis 2/3",
        "Subxiphoid 3/3",
    ]
    page.keyboard.press("]")
    page.keyboard.press("ArrowRight")
    assert frame_shown(page, two, 1) == 21
    assert frame_shown(page, one, 0) == 0, "a step moves the clip at hand only"
    page.keyboard.press("y")
    page.keyboard.press("End")
    assert (frame_shown(page, one, 39), frame_shown(page, two, 39)) == (39, 59)
    page.keyboard.press("j")
    assert page.locator(f'[data-clip="{one.clip}"]').is_hidden()
    assert page.locator(f'[data-clip="{two.clip}"]').is_visible()
    page.keyboard.press(">")
    assert page.locator("[data-counter]").inner_text() == "still picture"
    page.keyboard.press("]")
    page.keyboard.press("[")
    page.keyboard.press("ArrowLeft")
    assert frame_shown(page, two, 38) == 58
    page.set_viewport_size({"width": 360, "height": 740})
    page.reload()
    page.wait_for_selector("[data-player][data-frame]")
    assert page.get_attribute("[data-player]", "data-layout") == "sequence"
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_what_is_drawn_is_pinned_to_its_frame_and_kept_in_the_form(window, live_world) -> None:
    [picture] = pictures_of(scan_of(live_world))
    page = play(window, [picture])
    box = page.locator("[data-ink]").bounding_box()
    page.locator("[data-scrub]").fill("7")
    frame_shown(page, picture, 7)
    page.locator("[data-scrub]").blur()
    page.keyboard.press("W")
    page.mouse.move(box["x"] + box["width"] / 2 - 40, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2 + 40, box["y"] + box["height"] / 2 + 40)
    page.mouse.up()
    page.keyboard.type("fluid here")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowRight")
    frame_shown(page, picture, 8)
    page.keyboard.press("x")  # wholly on the keyboard
    page.keyboard.press("Shift+ArrowLeft")
    page.keyboard.press("Enter")
    for key in ("Shift+ArrowRight", "Shift+ArrowRight", "ArrowDown", "Shift+ArrowDown", "Enter", "Escape"):
        page.keyboard.press(key)
    page.keyboard.press("K")
    page.keyboard.type("label missing")
    page.keyboard.press("Enter")
    marks = [mark_of(table) for table in marks_in(page)]
    assert [(mark.shape, mark.frame, mark.text) for mark in marks] == [
        (Shape.ARROW, 7, "fluid here"),
        (Shape.BOX, 8, ""),
        (Shape.PIN, 8, "label missing"),
    ]
    assert {mark.clip for mark in marks} == {picture.clip}
    (left, top), (right, bottom) = marks[0].points
    assert (left + right) / 2 == pytest.approx(0.5, abs=0.01)
    assert top == pytest.approx(0.5, abs=0.01)
    assert right > left
    assert bottom > top
    assert marks[1].points == ((0.45, 0.5), (0.55, 0.56))
    assert page.locator("[data-ink] rect").count() == 1
    assert page.locator("[data-ticks] rect").count() == 2
    assert page.locator("[data-remarks]").inner_text() == "3. label missing"
    page.get_by_role("button", name="Go to mark 1").click()
    frame_shown(page, picture, 7)
    assert page.locator("[data-ink] rect").count() == 0
    assert page.locator("[data-ink] path").count() == 1
    page.keyboard.press("K")
    page.keyboard.press("Escape")  # a remark without words is none
    page.get_by_role("button", name="Delete mark 2").click()
    assert [mark["shape"] for mark in marks_in(page)] == ["arrow", "pin"]
    page.keyboard.press("Delete")
    assert [mark["shape"] for mark in marks_in(page)] == ["pin"]
    page.focus("#reading [name=next]")
    page.keyboard.type("wxmk")
    assert page.input_value("#reading [name=next]") == "wxmk", "keys within the form are the form's"


def test_a_draft_comes_back_and_what_is_only_shown_cannot_be_changed(window, live_world) -> None:
    [picture] = pictures_of(scan_of(live_world))
    mark = {"clip": picture.clip, "frame": 4, "shape": "arrow", "points": [[0.2, 0.2], [0.6, 0.5]], "text": "here"}
    page = play(window, [picture], marks=json.dumps([mark]))
    page.get_by_role("button", name="Go to mark 1").click()
    frame_shown(page, picture, 4)
    assert page.get_by_label("Remark on mark 1").input_value() == "here"
    other = play(window, [picture], form=False, shown=[mark | {"text": "<b>shown</b>"}], language="fr")
    other.get_by_role("button", name="Aller au repère 1").click()
    frame_shown(other, picture, 4)
    assert other.locator("[data-remarks]").inner_text() == "1. <b>shown</b>"
    assert other.locator("[data-list] input, [data-do=arrow]:visible").count() == 0
    other.keyboard.press("Delete")
    assert other.locator("[data-ink] path").count() == 1


def test_a_distance_is_told_only_where_the_scale_is_trusted(window, live_world) -> None:
    scan = scan_of(live_world)
    line = ["M", *["Shift+ArrowLeft"] * 2, "Enter", *["Shift+ArrowRight"] * 4, "Enter"]  # a fifth of the width
    for millimetres, language, said in ((0.5, "en", "16.0 mm"), (0.5, "fr", "16,0 mm"), (None, "en", "not calibrated")):
        [picture] = [replace(one, mm_per_pixel=millimetres) for one in pictures_of(scan)]
        page = play(window, [picture], form=False, language=language)
        for key in line:
            page.keyboard.press(key)
        assert (
            page.locator("[data-ink] text").text_content().replace("\u202f", " ").replace("\u00a0", " ")
            == f"1 · {said}"
        )
        assert said in page.locator("[data-list]").inner_text().replace("\u202f", " ").replace("\u00a0", " ")
    page.keyboard.press("H")  # the blocks of numbers 0 to 39 turn their last place with every frame
    page.wait_for_selector('[data-mmode][data-frames="40"]')
    column = page.evaluate("""() => {
      const canvas = document.querySelector("[data-mmode] canvas"), paint = canvas.getContext("2d");
      const at = n => paint.getImageData((n + .5) * canvas.width / 40, canvas.height - 40, 1, 1).data[0];
      return [...Array(40).keys()].map(n => at(n) > 128);
    }""")
    assert column == [bool(n >> 2 & 1) for n in range(40)]
    assert "1.6 s" in page.locator("[data-axis]").inner_text()


def simulated(folder: Path) -> tuple[Path, tuple[float, float], float]:
    """Return a simulated scan, between which rows of its middle its sector stands, and how deep that is."""
    scene = Scene(3, Probe.LINEAR, frames=2)
    probe = layout(scene)
    write_dicom(scene, folder / "simulated.dcm")
    heights = [y for _, y in probe.sector.polygon]
    return folder / "simulated.dcm", (min(heights), max(heights)), probe.depth_mm


def recorded(_folder: Path) -> tuple[Path, tuple[float, float], float]:
    """Return a scan of a device that declares its scale, the rows of its region, and how deep that is."""
    path = data_file("derived/affiniti_color_cine6_j2k.dcm")
    [region] = pydicom.dcmread(path, stop_before_pixels=True).SequenceOfUltrasoundRegions
    rows = region.RegionLocationMinY0, region.RegionLocationMaxY1
    return path, rows, (rows[1] - rows[0]) * region.PhysicalDeltaY * 10


@pytest.mark.parametrize("made", [simulated, recorded])
def test_a_line_over_the_depth_of_a_scan_is_as_long_as_the_scan_is_deep(made, window, live_world, tmp_path) -> None:
    path, (top, bottom), depth = made(tmp_path)
    clip = read_clip(path)
    scale = believed_scale(clip, find_sector(clip))
    assert scale is not None
    with open_scan(path) as file:
        pictures = [frame.pixels for frame in file.frames()]
    times = [n / 20 for n in range(len(pictures))]
    known = replace(inspection_of(pictures, times), mm_per_pixel=scale)
    [picture] = pictures_of(live_world.scan(pictures=pictures, times=times, inspection=known))
    page = play(window, [picture], form=False)
    box = page.locator("[data-ink]").bounding_box()
    size = min(box["width"] / picture.columns, box["height"] / picture.rows)
    height = lambda row: box["y"] + box["height"] / 2 + (row - picture.rows / 2) * size  # noqa: E731
    page.keyboard.press("M")
    page.mouse.move(box["x"] + box["width"] / 2, height(top))
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, height(bottom))
    page.mouse.up()
    said = page.locator("[data-ink] text").text_content()
    assert float(re.fullmatch(r"1 · ([0-9.]+)\smm", said).group(1)) == pytest.approx(depth, rel=0.01)
