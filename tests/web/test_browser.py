"""Does the whole walk work in a real browser: by keyboard, on a phone, in French, on a broken line?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from storage.catalogue.models import Review, ReviewItem
from supervision.exam_types import exam_types
from supervision.phrases import phrases, suggested
from supervision.rating import Answer, Cause, Component, Consequence
from supervision.review_form import form_of
from tests.web.world import item_of, numbered

pytestmark = pytest.mark.chromium

FAST = exam_types()["FAST"]
VIEWS = [view.code for view in FAST.views]
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

OFFERED = """([worst, cause]) => {
  const form = document.querySelector("[data-reading]");
  for (const cell of form.querySelectorAll(".grid select")) {
    cell.value = worst.includes(cell.name.split(".")[2]) ? "1" : "2";
  }
  form.elements.cause.value = cause;
  form.elements.comment.dispatchEvent(new Event("input", { bubbles: true }));
  const codes = (row) => [...row.querySelectorAll("[data-chips] button")].map((one) => one.value);
  return Object.fromEntries([...form.querySelectorAll("[data-advice]")].map((row) => [row.dataset.advice, codes(row)]));
}"""


def furnish(world) -> None:
    """Put something on every page."""
    world.review(world.scan(), overall=2)
    world.scan()
    world.scan(pictures=[numbered(9)], times=(0.0,))
    world.scan(exam_type=None)
    world.scan(trainee=None)
    world.withheld()
    world.refused()


def open_next(page) -> None:
    """Take the next exam by its key and wait until its form is alive."""
    page.keyboard.press("n")
    page.wait_for_url("**/review/*/")
    page.wait_for_selector("[data-sum]:not([hidden])")


def press(page, *keys: str) -> int:
    """Press the keys one after the other and return how many they were."""
    for key in keys:
        page.keyboard.press(key)
    return len(keys)


def test_a_usual_exam_is_read_on_the_keyboard_alone_in_a_dozen_keys(window, live_world) -> None:
    live_world.scan()
    supervisor = window("supervisor", "/overview/?project=goma")
    page = window("rose", "/queue/")
    open_next(page)
    page.wait_for_selector("[data-player][data-playing=true]")
    keys = press(page, "a", "4")  # all views correct, overall 4
    keys += press(page, *["2"] * len(FAST.questions))  # no, no, no
    keys += press(page, "1", "1", "1", "Control+Enter")  # keep, change, next: the first that is offered
    page.wait_for_url("**/queue/")
    review = Review.objects.get()
    form = form_of(review.form)
    assert (review.overall, review.adequate, review.final) == (4, True, True)
    assert {level for rated in form.views.values() for level in rated.values()} == {2}
    assert set(form.answers.values()) == {Answer.NEGATIVE}
    assert all(one.phrase in phrases() for one in (form.keep, form.change, form.next))
    print(f"a usual exam took {keys} keys")
    assert keys <= 12
    supervisor.reload()
    assert supervisor.locator("dt:has-text('Reviewed') + dd").first.inner_text() == "1"


def test_everything_of_the_form_is_reached_by_keys_and_the_player_plays_from_inside_it(window, live_world) -> None:
    live_world.scan()
    page = window("rose", "/queue/")
    open_next(page)
    active = "document.activeElement.name"
    press(page, "ArrowDown", "1", "2")  # first view: present 1, landmarks 2
    assert page.evaluate(active) == f"v.{VIEWS[0]}.axis"
    azerty = page.context.new_cdp_session(page)  # é is the 2 of a French keyboard without shift
    azerty.send("Input.dispatchKeyEvent", {"type": "keyDown", "key": "é", "code": "Digit2", "text": "é"})
    assert page.locator(f"[name='v.{VIEWS[0]}.axis']").input_value() == "2"
    page.wait_for_selector("[data-player][data-playing=true]")
    press(page, "Space")
    page.wait_for_selector("[data-player][data-playing=false]")
    assert page.evaluate(active) == f"v.{VIEWS[0]}.depth"
    press(page, "n", "Enter")  # depth does not apply; the rest of the view is correct
    assert page.locator(f"[name='v.{VIEWS[0]}.depth']").input_value() == "na"
    assert page.locator(f"[name='v.{VIEWS[0]}.sweep']").input_value() == "2"
    assert page.locator(f"[name=seen][value={VIEWS[0]}]").is_checked()
    press(page, "0")  # the second view is not there: nothing else of it needs a word
    assert page.evaluate(active) == f"v.{VIEWS[2]}.present"
    assert "not adequate" not in page.locator("[data-sum]").inner_text()
    assert "adequate: no (Present in" in page.locator("[data-sum]").inner_text()
    press(page, "A")
    assert page.evaluate(active) == "overall"
    assert page.locator(f"[name='v.{VIEWS[2]}.steady']").input_value() == "0"  # measured, and left as it was
    press(page, "u")
    assert page.locator(f"[name='v.{VIEWS[2]}.present']").input_value() == ""
    press(page, "A", "2", "m")
    assert page.evaluate(active) == f"q.{FAST.questions[0].code}"
    press(page, *["2"] * len(FAST.questions))
    press(
        page, "d", "ArrowDown", "2", "4", "3", "2", "1"
    )  # indication, consequence, integration, entrustment, confidence
    page.locator("[name=cause]").select_option("contact")
    press(page, "k", "t")
    page.keyboard.type("Press gently: n a 3.")
    press(page, "Escape", "Control+Enter")
    page.wait_for_url("**/queue/")
    form = form_of(Review.objects.get().form)
    assert (form.overall, form.indication, form.integration, form.entrustment, form.confidence) == (2, 2, 3, 2, 1)
    assert (form.consequence, form.cause, form.comment) == (
        Consequence.CONTACT_NOW,
        Cause.CONTACT,
        "Press gently: n a 3.",
    )
    assert form.views[VIEWS[0]][Component.PRESENT] == 1
    assert form.views[VIEWS[0]][Component.DEPTH] is None


def test_what_was_measured_is_never_sent_unseen(window, live_world) -> None:
    live_world.scan()
    page = window("rose", "/queue/", height=420)
    open_next(page)
    press(page, "Control+Enter")
    page.get_by_text("Not sent:").wait_for()
    assert page.evaluate("document.activeElement.name") == f"v.{VIEWS[0]}.present"
    press(page, "a")
    page.get_by_text("were not on the screen").wait_for()
    assert not page.locator(f"[name=seen][value={VIEWS[-1]}]").is_checked()
    press(page, "a", "a")
    assert page.locator(f"[name=seen][value={VIEWS[-1]}]").is_checked()
    assert not Review.objects.exists()


def test_a_draft_survives_a_cut_link_and_is_found_on_another_device(window, live_world) -> None:
    live_world.scan()
    page = window("rose", "/queue/")
    open_next(page)
    press(page, "a", "4", "t")
    page.keyboard.type("Written at home.")
    page.locator("[data-kept]").get_by_text("saved").wait_for()
    other = window("rose", page.url.removeprefix(page.url.split("/review/")[0]))
    assert other.locator("#comment").input_value() == "Written at home."
    other.wait_for_selector("[data-sum]:not([hidden])")
    press(other, "k", "1")
    other.locator("[data-kept]").get_by_text("saved").wait_for()
    page.locator("#comment").fill("Written at home, and longer.")  # on an older version than the other device's
    page.get_by_text("You also wrote elsewhere").wait_for()
    assert page.locator("[name=keep]").input_value() in phrases()
    page.keyboard.press("Escape")
    page.context.set_offline(True)
    press(page, "w", *["2"] * len(FAST.questions), "Control+Enter")
    page.get_by_text("No connection: your reading is kept").wait_for()
    page.context.set_offline(False)
    page.wait_for_url("**/queue/")  # by itself
    form = form_of(Review.objects.get().form)
    assert form.comment == "Written at home, and longer."
    assert form.keep.phrase
    assert 1 <= Review.objects.get().seconds < 60  # counted while somebody was at work
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('sonorelay-draft'))") == []
    page.problems.clear()  # the browser itself reports the cut link


def test_the_sentences_that_fit_best_are_offered_as_the_core_ranks_them(window, live_world) -> None:
    live_world.scan()
    page = window("rose", "/queue/")
    open_next(page)
    for worst in ((), (Component.DEPTH,), (Component.STEADY, Component.AXIS)):
        for cause in (None, *Cause):
            offered = page.evaluate(OFFERED, [worst, cause or ""])
            best = set(Component) - set(worst)
            for kind, codes in offered.items():
                known = suggested(kind, cause, best if kind == "keep" else worst, "FAST")
                assert codes == [one.code for one in known[:3]], (kind, cause, worst)


def test_a_lost_lease_is_told_and_the_text_stays_until_one_signs_out(window, live_world) -> None:
    live_world.scan()
    page = window("rose", "/queue/")
    open_next(page)
    press(page, "a", "3", *["2"] * len(FAST.questions), "t")
    page.keyboard.type("Not to be lost.")
    ReviewItem.objects.update(claimed_by=live_world.people["luc"], lease_until=timezone.now() + timedelta(minutes=30))
    press(page, "Control+Enter")
    page.wait_for_selector("[data-answer].bad")
    assert page.locator("#comment").input_value() == "Not to be lost."
    assert page.locator("[data-submit]").is_disabled()
    told = page.locator("[data-answer]").inner_text()
    press(page, "Escape", "q", "2")
    assert page.locator("[data-answer]").inner_text() == told
    page.locator("[data-kept]").get_by_text("saved").wait_for()  # also without a lease
    page.reload()
    assert page.locator("main textarea").input_value() == "Not to be lost."
    assert page.evaluate("localStorage.length") > 0
    page.locator(".menu summary").last.click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/login/")
    assert page.evaluate("Object.keys(localStorage).filter((name) => name.startsWith('sonorelay-draft'))") == []
    page.problems.clear()  # the browser itself reports the answers 409


def test_two_reviewers_at_once_get_different_exams_and_both_are_kept(window, live_world) -> None:
    for _ in range(2):
        live_world.scan()
    pages = [window("rose", "/queue/"), window("luc", "/queue/")]
    for page in pages:
        open_next(page)
    assert pages[0].url != pages[1].url
    for page in pages:
        press(page, "a", "3", *["2"] * len(FAST.questions), "Control+Enter")
    for page in pages:
        page.wait_for_url("**/queue/")
    assert sorted(Review.objects.values_list("reviewer__username", flat=True)) == ["luc", "rose"]


def test_a_second_reading_that_differs_goes_to_an_arbiter_who_reads_blind_and_decides(window, live_world) -> None:
    scan = live_world.scan()
    live_world.people["arbiter"].language = "fr"
    live_world.people["arbiter"].save()
    first = window("rose", "/queue/")
    open_next(first)
    press(first, "a", "4", *["2"] * len(FAST.questions), "d", "ArrowDown", "ArrowDown", "4", "Control+Enter")
    first.wait_for_url("**/queue/")
    second = window("luc", "/queue/")
    open_next(second)
    press(second, "a", "q", "2", *["1"] * len(FAST.questions), "Control+Enter")
    second.wait_for_url("**/queue/")
    judge = window("arbiter", "/queue/")
    open_next(judge)
    assert "les notes globales s'écartent" not in judge.content()
    press(judge, "a", "3", *["1"] * len(FAST.questions), "Control+Enter")
    judge.wait_for_url("**/decide/")
    assert "les notes globales s'écartent" in judge.locator("main").inner_text()
    assert judge.locator("tr.differs").count() >= 1 + len(FAST.questions)
    held = ReviewItem.objects.filter(pk=item_of(scan).pk)
    held.update(claimed_by=live_world.people["rose"])
    judge.reload()
    judge.wait_for_selector("[data-answer].bad")  # an arbiter who lost the exam is told, and decides nothing
    assert judge.locator("[data-submit]").is_disabled()
    press(judge, "3", "4", "Control+Enter")
    assert held.get().done_at is None
    judge.problems.clear()  # the browser itself reports the answer 409
    held.update(claimed_by=live_world.people["arbiter"])
    judge.reload()
    judge.wait_for_function("document.querySelector('[data-lease]').textContent.includes('min')")
    press(judge, "3", "4", "6", "t")
    judge.keyboard.type("Vu à 0,4 s, 2 fois.")
    press(judge, "Control+Enter")
    judge.wait_for_url("**/queue/")
    final = Review.objects.get(final=True)
    assert (final.reviewer.username, final.overall) == ("arbiter", 3)
    decided = item_of(scan).arbitration
    assert (len(decided.reasons), decided.note) == (2, "Vu à 0,4 s, 2 fois.")


def test_a_phone_shows_the_clip_first_then_the_form_and_the_button_at_the_bottom(window, live_world) -> None:
    live_world.scan()
    page = window("rose", "/queue/", width=360, height=740)
    page.get_by_role("button", name="Take the next exam").click()
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
    assert stage["width"] * stage["height"] > 1.2 * form["width"] * form["height"]


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
