"""Are the pages light, self-contained, well defended and whole in both languages?"""

import gzip
import re
from html import unescape
from pathlib import Path

import pytest
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import web
from storage.catalogue import quarantine
from tests.web.aging_probes import with_ticket
from tests.web.held_scans import fan, hold

PAGES = {
    "rose": ["queue", "account"],
    "amina": ["my-scans", "awaiting"],
    "supervisor": ["overview", "scans", "calibration"],
    "biomed": ["devices"],
    "data_officer": ["quarantine"],
    "administrator": ["people", "person-new"],
}
HEAVIEST = 60_000
ASSET = re.compile(r'(?:src|href)="(/static/[^"]+)"')
ADDRESS = re.compile(r"(?:https?:)?//[a-z0-9.-]+\.[a-z]{2,}", re.IGNORECASE)


def furnish(world) -> None:
    """Fill every list beyond its first page."""
    for number in range(28):
        scan = world.scan(score=float(40 + number))
        if number % 2:
            world.review(scan)
    for _ in range(3):
        world.scan(exam_type=None)
        world.withheld()


@pytest.fixture
def every_page(world, signed_in) -> dict[str, object]:
    """Return the answer of every page, one review page and one scan page among them."""
    furnish(world)
    pages = {name: signed_in(who).get(reverse(name)) for who, names in PAGES.items() for name in names}
    rose = signed_in("rose")
    pages["review"] = rose.get(rose.post("/queue/next/").headers["Location"])
    pages["scan"] = signed_in("supervisor").get(f"/scans/{world.scan().pk}/")
    held = hold(world)
    officer = signed_in("data_officer")
    pages["held"] = officer.get(f"/held/{held.pk}/")
    layout = quarantine.decide_sector(hold(world).pk, [fan()], world.people["data_officer"], timezone.now())
    pages["alike"] = officer.get(f"/held/screen/{layout.pk}/")
    pages["re-identification"] = officer.get("/re-identification/")
    ticket = with_ticket(world)
    pages["device"] = signed_in("partner_owner").get(f"/devices/{ticket.device_id}/")
    pages["ticket"] = signed_in("biomed").get(f"/tickets/{ticket.pk}/")
    pages["login"] = Client().get("/login/")
    pages["404"] = rose.get("/nowhere/")
    pages["403"] = rose.get("/overview/")
    pages["409"] = signed_in("luc").get(pages["review"].request["PATH_INFO"])
    return pages


def weight_of(page) -> int:
    """Return the bytes that a browser loads for a page before its pictures and clips, compressed as they are sent."""
    sent = len(gzip.compress(page.content, 6))
    for address in set(ASSET.findall(page.content.decode())):
        answer = Client().get(address, headers={"Accept-Encoding": "gzip"})
        assert answer.status_code == 200, address
        assert answer.headers["Content-Encoding"] == "gzip", address
        sent += len(b"".join(answer.streaming_content))
    return sent


def test_no_failure_page_weighs_more_than_60_kilobytes(every_page) -> None:
    for name in ("404", "403", "409"):
        assert weight_of(every_page[name]) <= HEAVIEST, name


def test_every_page_has_one_small_stylesheet_and_those_with_a_clip_a_second_one() -> None:
    sheets = {sheet.name: sheet.stat().st_size for sheet in Path(web.__path__[0]).rglob("*.css")}
    assert sheets.keys() == {"style.css", "reading.css"}
    assert sheets["style.css"] <= 20_000
    assert sheets["reading.css"] <= 9_000


def test_files_may_be_kept_for_a_year_because_their_address_follows_their_content(db) -> None:
    address = next(one for one in ASSET.findall(render_to_string("no_role.html")) if "style.css" in one)
    assert re.search(r"\?[0-9a-f]{10}$", address)
    answer = Client().get(address)
    assert "max-age=31536000" in answer.headers["Cache-Control"]
    answer.close()


def test_no_script_or_style_stands_in_a_page_and_nothing_comes_from_elsewhere(every_page) -> None:
    for name, page in every_page.items():
        text = page.content.decode()
        scripts = re.findall(r"<script\b([^>]*)>(.*?)</script>", text, re.DOTALL)
        for attributes, inside in scripts:
            assert 'type="application/json"' in attributes or ("src=" in attributes and not inside), name
        assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=\"", text), name
        assert not ADDRESS.findall(text.replace("http://www.w3.org/", "")), name
    for kind in ("*.css", "*.js", "*.svg"):
        for path in Path(web.__path__[0]).rglob(kind):
            assert not ADDRESS.findall(path.read_text().replace("http://www.w3.org/", "")), path.name


def test_every_answer_carries_its_defences(every_page) -> None:
    for name, page in every_page.items():
        policy = page.headers["Content-Security-Policy"]
        rules = dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())
        assert rules["default-src"] == "'none'", name
        assert rules["script-src"] == rules["style-src"] == rules["connect-src"] == "'self'"
        assert rules["media-src"] == rules["img-src"] == "'self'"
        assert "unsafe" not in policy
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Referrer-Policy"] == "same-origin"
        assert page.headers["X-Content-Type-Options"] == "nosniff"
        if name not in ("login", "404", "403", "409"):
            assert "no-store" in page.headers["Cache-Control"], name


def test_cookies_are_closed_to_scripts_and_other_sites(world) -> None:
    from tests.web.world import PASSWORD

    world.people["rose"].set_password(PASSWORD)
    world.people["rose"].save()
    client = Client()
    client.get("/login/")
    client.post("/login/", {"username": "rose", "password": PASSWORD})
    for name in ("sessionid", "csrftoken"):
        assert client.cookies[name]["httponly"]
        assert client.cookies[name]["samesite"] == "Lax"
    assert int(client.cookies["sessionid"]["max-age"]) == 12 * 3600


def test_a_form_without_its_token_is_refused_in_words(world) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(world.people["rose"], backend="web.sign_in.OwnPeople")
    answer = client.post("/queue/next/")
    assert answer.status_code == 403
    assert "Nothing was changed" in answer.content.decode()


def test_failures_speak_both_languages(world, signed_in, every_page) -> None:
    assert "outside your projects" in every_page["404"].content.decode()
    assert "Ask your administrator" in every_page["403"].content.decode()
    assert "Another reviewer has just taken this scan" in every_page["409"].content.decode()
    world.people["rose"].language = "fr"
    world.people["rose"].save()
    rose = signed_in("rose")
    assert "hors de vos projets" in unescape(rose.get("/nowhere/").content.decode())
    assert "demandez à votre administrateur" in unescape(rose.get("/overview/").content.decode())


def test_an_unforeseen_failure_is_told_without_the_catalogue(monkeypatch) -> None:
    def break_down(*_: object) -> None:
        raise RuntimeError("a detail that nobody may read")

    monkeypatch.setattr("web.pages.health.Project.objects.exists", break_down)
    for language, words in (("en", "What was saved before is safe"), ("fr", "Ce qui était enregistré est en sécurité")):
        answer = Client(raise_request_exception=False).get("/readyz", headers={"Accept-Language": language})
        assert answer.status_code == 500
        assert words in answer.content.decode()
        assert "a detail" not in answer.content.decode()


def test_every_language_button_and_label_is_there_in_french(every_page, world, signed_in) -> None:
    for page in every_page.values():
        assert 'value="fr" lang="fr">Français</button>' in page.content.decode()
    for who, names in PAGES.items():
        world.people[who].language = "fr"
        world.people[who].save()
        client = signed_in(who)
        for name in names:
            answer = client.get(reverse(name))
            assert '<html lang="fr"' in answer.content.decode()
            assert answer.headers["Content-Language"] == "fr"
            assert 'value="en" lang="en">English</button>' in answer.content.decode()


def test_the_scripts_are_found_where_the_pages_say() -> None:
    for name in (
        "style.css",
        "player.js",
        "review.js",
        "draw.js",
        "alike.js",
        "keys.js",
        "icon.svg",
        "django_htmx/htmx-2.min.js",
    ):
        assert finders.find(name)
