"""What is drawn during a reading goes into its form, with the keys of both, and comes back with the draft."""

import json

import pytest

from tests.web.world import item_of

pytestmark = pytest.mark.chromium


def test_a_line_is_drawn_in_between_two_answers_and_survives_a_reload(window, live_world) -> None:
    scan = live_world.scan()
    page = window("rose", "/queue/", reduced_motion="reduce")
    page.keyboard.press("n")
    page.wait_for_url(f"**/review/{item_of(scan).pk}/")
    page.wait_for_selector("[data-player][data-frame]")
    inside = "document.activeElement.closest('#reading') !== null"
    page.focus("#reading [name=overall]")
    for key in ("ArrowRight", "M", "ArrowDown", "Enter", "Shift+ArrowDown", "Shift+ArrowRight", "Enter"):
        page.keyboard.press(key)
    page.keyboard.type("spleen tip")
    page.keyboard.press("Enter")
    assert page.evaluate(inside), "the form goes on where it was"
    [mark] = json.loads(page.input_value("#reading [name=marks]"))
    assert mark == {
        "clip": scan.pk,
        "frame": 1,
        "shape": "line",
        "points": [[0.5, 0.51], [0.55, 0.56]],
        "text": "spleen tip",
    }
    assert page.locator("[data-ink] text").text_content() == "1 · not calibrated"
    page.wait_for_timeout(1500)
    page.reload()
    page.wait_for_selector("[data-player][data-frame]")
    assert json.loads(page.input_value("#reading [name=marks]")) == [mark]
    page.get_by_role("button", name="Go to mark 1").click()
    page.wait_for_selector('[data-player][data-frame="1"]')
    assert page.locator("[data-remarks]").inner_text() == "1. spleen tip"
