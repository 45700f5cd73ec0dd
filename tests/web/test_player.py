"""Is the frame on the screen the frame that was asked for? In a real browser, on clips that carry their numbers."""

import random
import time
from itertools import pairwise

import pytest

from tests.web.world import BLOCKS, EVEN, numbered

pytestmark = pytest.mark.chromium

UNEVEN = tuple(sum((0.02, 0.09, 0.033, 0.05)[k % 4] for k in range(n)) for n in range(40))
READ = """blocks => {
  const video = document.querySelector("video"), canvas = document.createElement("canvas");
  const paint = canvas.getContext("2d");
  canvas.width = video.videoWidth; canvas.height = video.videoHeight;
  paint.drawImage(video, 0, 0);
  const width = Math.floor(canvas.width / blocks), row = Math.floor(canvas.height / 2);
  const bright = place => paint.getImageData(Math.floor((place + .5) * width), row, 1, 1).data[0] > 128;
  return [...Array(blocks).keys()].reduce((number, place) => number * 2 + bright(place), 0);
}"""


def player(window, world, times=EVEN, *, path: str | None = None, name: str = "rose", **more):
    """Open a clip as its reviewer, paused at a frame that is really there."""
    scan = world.scan(pictures=[numbered(n) for n in range(len(times))], times=times)
    page = window(name, "/queue/", reduced_motion="reduce", **more)
    page.keyboard.press("n")
    page.wait_for_url("**/review/*/")
    page.wait_for_selector("[data-player][data-frame]")
    assert scan.short_id in page.content()
    return page


def settle(page, frame: int) -> int:
    """Wait until the player says that it shows `frame`, and return the number that is really in the picture."""
    page.wait_for_selector(f'[data-player][data-frame="{frame}"]')
    return page.evaluate(READ, BLOCKS)


@pytest.mark.parametrize("times", [EVEN, UNEVEN], ids=["even", "uneven"])
def test_each_step_shows_exactly_the_next_frame(times, window, live_world) -> None:
    page = player(window, live_world, times)
    assert settle(page, 0) == 0
    for frame in range(1, 15):
        page.keyboard.press("ArrowRight")
        assert settle(page, frame) == frame
    for frame in range(13, 5, -1):
        page.keyboard.press(",")
        assert settle(page, frame) == frame
    page.keyboard.press("End")
    assert settle(page, 39) == 39
    page.keyboard.press("ArrowRight")
    assert settle(page, 39) == 39
    page.keyboard.press("Home")
    assert settle(page, 0) == 0


@pytest.mark.parametrize("times", [EVEN, UNEVEN], ids=["even", "uneven"])
def test_each_jump_shows_exactly_the_frame_of_the_bar(times, window, live_world) -> None:
    page = player(window, live_world, times)
    for frame in random.Random(4).sample(range(40), 20):
        page.locator("[data-scrub]").fill(str(frame))
        assert settle(page, frame) == frame
        assert page.locator("[data-counter]").inner_text() == f"frame {frame + 1}/40 · {times[frame]:.2f} s"


def test_the_first_frame_is_named_even_if_it_is_there_before_the_script(window, live_world) -> None:
    page = player(window, live_world)
    page.route("**/player.js?*", lambda route: (page.wait_for_timeout(400), route.continue_()))
    for _ in range(3):
        page.reload()
        assert settle(page, 0) == 0
    page.keyboard.press("ArrowRight")
    assert settle(page, 1) == 1


def test_many_steps_at_once_end_where_they_should(window, live_world) -> None:
    page = player(window, live_world)
    for _ in range(17):
        page.keyboard.press(".")
    assert settle(page, 17) == 17


def test_it_plays_within_the_loop_and_stops_on_a_frame_it_names(window, live_world) -> None:
    page = player(window, live_world)
    page.locator("[data-scrub]").fill("10")
    settle(page, 10)
    page.keyboard.press("i")
    page.locator("[data-scrub]").fill("15")
    settle(page, 15)
    page.keyboard.press("o")
    assert page.get_attribute("[data-player]", "data-loop") == "10-15"
    page.evaluate("""() => {
      window.seen = [];
      new MutationObserver(() => seen.push(Number(document.querySelector("[data-player]").dataset.frame)))
        .observe(document.querySelector("[data-player]"), { attributeFilter: ["data-frame"] });
    }""")
    for _ in range(3):
        page.keyboard.press("-")  # slowly, so that a busy machine keeps up with every frame
    page.keyboard.press(" ")
    until = time.monotonic() + 60
    while page.evaluate("seen.filter((frame, i) => i && frame < seen[i - 1]).length") < 3:
        assert time.monotonic() < until
        page.wait_for_timeout(100)
    page.keyboard.press(" ")
    page.wait_for_selector('[data-player][data-playing="false"]')
    page.wait_for_timeout(200)
    seen = page.evaluate("seen")
    assert len(set(seen)) >= 5
    assert min(seen) >= 10
    assert max(seen) <= 16  # one frame beyond may flash by; the loop never runs away
    assert sum(later < earlier for earlier, later in pairwise(seen)) >= 3
    assert page.evaluate(READ, BLOCKS) == int(page.get_attribute("[data-player]", "data-frame"))
    page.keyboard.press("l")
    assert page.get_attribute("[data-player]", "data-loop") == "off"


def test_speed_brightness_contrast_zoom_and_outline_follow_the_keys(window, live_world) -> None:
    page = player(window, live_world)
    rate = lambda: page.evaluate("document.querySelector('video').playbackRate")  # noqa: E731
    for _ in range(9):
        page.keyboard.press("-")
    assert rate() == pytest.approx(0.1)
    for _ in range(9):
        page.keyboard.press("+")
    assert rate() == 4
    page.keyboard.press("Shift+B")
    page.keyboard.press("c")
    style = page.evaluate("document.querySelector('[data-picture]').style.filter")
    assert style == "brightness(1.1) contrast(0.9)"
    page.keyboard.press("z")
    assert float(page.get_attribute("[data-player]", "data-zoom")) == pytest.approx(1.4)
    box = page.locator("[data-stage]").bounding_box()
    page.mouse.move(box["x"] + 100, box["y"] + 100)
    page.mouse.wheel(0, -100)
    assert float(page.get_attribute("[data-player]", "data-zoom")) == pytest.approx(1.68)
    before = page.evaluate("document.querySelector('[data-canvas]').style.transform")
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"] + 70)
    page.mouse.up()
    assert page.evaluate("document.querySelector('[data-canvas]').style.transform") != before
    page.keyboard.press("r")
    assert page.get_attribute("[data-player]", "data-zoom") == "1.00"
    assert page.evaluate("document.querySelector('[data-picture]').style.filter") == "brightness(1) contrast(1)"
    assert page.locator("[data-outline]").is_hidden()
    page.keyboard.press("g")
    assert page.locator("[data-outline]").is_visible()


def test_the_sheet_names_every_key_and_closes(window, live_world) -> None:
    page = player(window, live_world)
    page.keyboard.press("?")
    sheet = page.locator("dialog.keys")
    assert sheet.is_visible()
    shown = set(sheet.locator("kbd").all_inner_texts())
    wanted = {"space", "←", "→", ",", ".", "-", "+", "i", "o", "l", "b", "B", "c", "C", "z", "Z", "r", "g", "?"}
    assert wanted | {"1", "5", "a", "A", "t", "Ctrl"} <= shown
    page.keyboard.press("?")
    assert sheet.is_hidden()


def test_a_clip_that_does_not_load_says_so(window, live_world) -> None:
    live_world.scan()
    page = window("rose", "/queue/")
    page.route("**/objects/**", lambda route: route.abort())
    page.keyboard.press("n")
    page.get_by_text("The clip did not load").wait_for()
    page.unroute("**/objects/**")
    page.get_by_role("button", name="Try again").click()
    page.wait_for_selector("[data-player][data-frame]")
    page.problems.clear()  # the browser itself reports the aborted request
