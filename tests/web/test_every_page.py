"""Can every page be used by everybody: read aloud, on a phone, in French, on a poor link?"""

from datetime import UTC, datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.test import Client
from django.utils import timezone

from tests.courses import learned
from tests.web.every_page import Pages, furnish, readable_routes
from tests.web.test_browser import SIDEWAYS
from tests.web.test_pages import HEAVIEST, weight_of

SERIOUS = ("serious", "critical")
PHONE = {"width": 360, "height": 740}
DESK = {"width": 1366, "height": 768}
AT_A_DESK = {"review", "decide", "amend", "queue", "overview", "scans", "exam", "held", "device", "library"}
"""Pages that are laid out otherwise where there is room, and are worked on there."""


SQUEEZED = """() => [...document.querySelectorAll("main :is(dd, dt, td, th, p, li, label, button)")]
  .filter((one) => one.checkVisibility() && one.innerText.trim().length > 3)
  .filter((one) => one.clientWidth > 1 && one.clientWidth < 40 && one.clientHeight > 3 * one.clientWidth)
  .map((one) => one.innerText.slice(0, 40))"""
"""Text in a column so narrow that words are broken into their letters."""


@pytest.fixture
def pages(live_world, tmp_path, monkeypatch) -> Pages:
    made = furnish(live_world, tmp_path, monkeypatch)
    for person in live_world.people.values():
        person.language = "fr"
        person.save()
    return made


@pytest.mark.chromium
def test_every_page_is_accessible_and_fits_a_phone(pages: Pages, window) -> None:
    assert readable_routes(pages.world) - set(pages.addresses) == set(), "a page that nobody has looked at"
    assert set(pages.addresses) > AT_A_DESK
    faults: list[str] = []
    for name, (who, address) in pages.addresses.items():
        page = window(who, address, **PHONE)
        sizes = (PHONE, DESK) if name in AT_A_DESK else (PHONE,)
        faults += [f"{name}: {fault}" for fault in _faults(page, sizes)]
        page.context.close()
    assert not faults, "\n".join(faults)


def test_every_page_is_light_and_speaks_french(pages: Pages) -> None:
    weights = {}
    for name, (who, address) in pages.addresses.items():
        client = Client()
        if who:
            client.force_login(pages.world.people[who], backend="web.sign_in.OwnPeople")
        answer = client.get(address)
        assert answer.status_code == 200, (name, answer.status_code)
        assert who is None or '<html lang="fr"' in answer.content.decode(), name
        weights[name] = max(weight_of(answer), len(answer.content))
    assert {name: weight for name, weight in weights.items() if weight > HEAVIEST} == {}


def test_a_year_of_weeks_with_a_long_course_is_light_too(world, signed_in) -> None:
    year = timezone.now().year - 1
    amina, end = world.people["amina"], datetime(year, 12, 30, tzinfo=UTC)
    outcomes = [number % 3 > 0 for number in range(120)]
    readers = [world.people["rose"], world.people["luc"]]
    learned(world.goma, amina, readers, outcomes, until=end, every=timedelta(days=3))
    client = signed_in("supervisor")
    for page in ("", "projects/goma/", "exam-types/BLADDER/", f"trainees/{amina.pk}/"):
        answer = client.get(f"/overview/{page}?period={year}")
        assert answer.content.count(b"-W") > 100, "each week leads to its scans"
        assert len(answer.content) <= HEAVIEST, page


def _faults(page, sizes) -> list[str]:
    found = []
    if (over := page.evaluate(SIDEWAYS)) > 0:
        found.append(f"scrolls sideways at 360 px by {over}")
    found += [f"squeezed at 360 px: {text!r}" for text in page.evaluate(SQUEEZED)]
    for size in sizes:
        page.set_viewport_size(size)
        found += [
            f"at {size['width']} {one['id']}: {one['nodes'][0]['html'][:160]}"
            for one in Axe().run(page).response["violations"]
            if one["impact"] in SERIOUS
        ]
    return found
