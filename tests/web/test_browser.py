"""Does the whole walk work in a real browser: by keyboard, on a phone, in French, on a broken line?"""

import re

import pytest

from storage.catalogue.models import Review
from tests.web.world import numbered

pytestmark = pytest.mark.chromium

LISTS = {
    "rose": ["/queue/", "/account/"],
    "amina": ["/my-scans/", "/missing-details/"],
    "facilitator": ["/missing-details/", "/overview/"],
    "supervisor": ["/overview/", "/scans/"],
    "biomed": ["/devices/", "/calibration/"],
    "data_officer": ["/held-back/", "/held-back/?show=refused"],
    "administrator": ["/people/", "/people/new/", "/people/{rose}/"],
}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def furnish(world) -> None:
    """Put something on every page."""
    world.review(world.scan(), overall=2, adequate=False)
    world.scan()
    world.scan(pictures=[numbered(9)], times=(0.0,))
    world.scan(exam_type=None)
    world.scan(trainee=None)
    world.withheld()
    world.refused()


def test_from_the_queue_to_the_numbers_by_keyboard_alone(window, live_world) -> None:
    live_world.scan()
    supervisor = window("supervisor", "/overview/?project=goma")
    assert supervisor.locator("dt:has-text('Reviewed') + dd").inner_text() == "0"
    page = window("rose", "/")
    page.keyboard.press("n")
    page.wait_for_url("**/review/*/")
    page.wait_for_selector("[data-player][data-frame]")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("4")
    page.keyboard.press("Shift+A")
    page.keyboard.press("a")
    page.keyboard.press("t")
    page.keyboard.type("Keep the depth. 1 thing: go lower.")
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/queue/")
    assert "is saved" in page.locator(".said").inner_text()
    review = Review.objects.get()
    assert (review.overall, review.adequate) == (4, True)
    assert review.comment == "Keep the depth. 1 thing: go lower."
    trainee = window("amina", "/")
    assert "1 scan has new feedback" in trainee.locator("main").inner_text()
    trainee.get_by_role("link", name="Read the new feedback").click()
    assert "go lower" in trainee.locator(".feedback").inner_text()
    trainee.goto(trainee.url.split("/my-scans")[0] + "/my-scans/")
    assert "No new feedback" in trainee.locator("main").inner_text()
    supervisor.reload()
    assert supervisor.locator("dt:has-text('Reviewed') + dd").inner_text() == "1"


def test_after_a_review_the_next_scan_is_one_key_away(window, live_world) -> None:
    live_world.scan()
    live_world.scan()
    page = window("rose", "/")
    for left in (1, 0):
        page.keyboard.press("n")
        page.wait_for_url("**/review/*/")
        page.keyboard.press("3")
        page.keyboard.press("a")
        page.keyboard.press("Control+Enter")
        page.wait_for_url("**/queue/")
        assert Review.objects.count() == 2 - left


def test_two_reviewers_side_by_side_get_different_scans(window, live_world) -> None:
    for _ in range(2):
        live_world.scan()
    pages = [window("rose", "/queue/"), window("luc", "/queue/")]
    for page in pages:
        page.keyboard.press("n")
    for page in pages:
        page.wait_for_url("**/review/*/")
    assert pages[0].url != pages[1].url


def test_an_incomplete_review_is_not_sent_and_says_what_is_missing(window, live_world) -> None:
    live_world.scan()
    page = window("rose", "/queue/")
    page.keyboard.press("n")
    page.wait_for_url("**/review/*/")
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Choose a rating and say whether the scan is adequate.").wait_for()
    assert not Review.objects.exists()


def test_what_was_written_survives_a_reload_and_a_broken_line(window, live_world) -> None:
    live_world.scan()
    page = window("rose", "/queue/")
    page.keyboard.press("n")
    page.wait_for_url("**/review/*/")
    page.keyboard.press("5")
    page.locator("#comment").fill("Written before the line broke.")
    page.reload()
    assert page.locator("#comment").input_value() == "Written before the line broke."
    assert page.locator("[name=overall]:checked").input_value() == "5"
    page.keyboard.press("a")
    page.context.set_offline(True)
    page.keyboard.press("Control+Enter")
    page.get_by_text("Not sent: no connection.").wait_for()
    page.context.set_offline(False)
    page.keyboard.press("Control+Enter")
    page.wait_for_url("**/queue/")
    assert Review.objects.get().comment == "Written before the line broke."
    page.problems.clear()  # the browser itself reports the broken line


def test_a_lost_lease_is_told_and_the_text_stays(window, live_world) -> None:
    scan = live_world.scan()
    page = window("rose", "/queue/")
    page.keyboard.press("n")
    page.wait_for_url("**/review/*/")
    from storage.catalogue.models import ReviewItem

    ReviewItem.objects.filter(scan=scan).update(claimed_by=live_world.people["luc"])
    page.keyboard.press("3")
    page.keyboard.press("a")
    page.locator("#comment").fill("Not to be lost.")
    page.keyboard.press("Control+Enter")
    page.get_by_text("another reviewer took this scan").wait_for()
    page.keyboard.press("Escape")
    page.keyboard.press("2")
    assert page.get_by_text("another reviewer took this scan").is_visible()
    assert page.locator("#comment").input_value() == "Not to be lost."
    assert page.get_by_role("button", name=re.compile("Send the review")).is_disabled()
    page.problems.clear()  # the browser itself reports the answer 409


def test_nothing_scrolls_sideways_on_a_phone_in_either_language(window, live_world, live_server) -> None:
    furnish(live_world)
    for language in ("en", "fr"):
        for name, addresses in LISTS.items():
            live_world.people[name].language = language
            live_world.people[name].save()
            page = window(name, addresses[0], width=360, height=740)
            for address in addresses:
                page.goto(live_server.url + address.format(rose=live_world.people["rose"].pk))
                assert page.evaluate(SIDEWAYS) <= 0, (language, address)
                assert page.locator("html").get_attribute("lang") == language
            page.context.close()


def test_a_phone_shows_the_clip_first_then_the_form_and_the_button_at_the_bottom(window, live_world) -> None:
    live_world.scan()
    page = window("rose", "/queue/", width=360, height=740)
    page.get_by_role("button", name="Take the next scan").click()
    page.wait_for_url("**/review/*/")
    assert page.evaluate(SIDEWAYS) <= 0
    stage, form = page.locator("[data-stage]").bounding_box(), page.locator("[data-reading]").bounding_box()
    button = page.locator("[data-submit]").bounding_box()
    assert stage["width"] >= 355
    assert stage["y"] + stage["height"] <= form["y"]
    assert 640 < button["y"] + button["height"] <= 740


def test_the_next_action_has_one_place(window, live_world) -> None:
    furnish(live_world)
    page = window("rose", "/queue/")
    take = page.locator(".action .big").bounding_box()
    page.keyboard.press("n")
    page.wait_for_url("**/review/*/")
    send = page.locator(".action .big").bounding_box()
    assert take["x"] + take["width"] == pytest.approx(send["x"] + send["width"], abs=2)
    assert take["y"] == pytest.approx(send["y"], abs=2)
    stage = page.locator("[data-stage]").bounding_box()
    form = page.locator("[data-reading]").bounding_box()
    assert stage["width"] * stage["height"] > 1.5 * form["width"] * form["height"]


def test_the_language_is_remembered(window, live_world) -> None:
    page = window(None, "/login/")
    page.get_by_role("button", name="Français").click()
    assert page.locator("h1").inner_text() == "Se connecter"
    from tests.web.world import PASSWORD

    live_world.people["rose"].set_password(PASSWORD)
    live_world.people["rose"].save()
    page.get_by_label("Nom d'utilisateur").fill("rose")
    page.get_by_label("Mot de passe").fill(PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    page.wait_for_url("**/queue/")
    assert page.locator("h1").inner_text() == "File d'attente"
    live_world.people["rose"].refresh_from_db()
    assert live_world.people["rose"].language == "fr"
