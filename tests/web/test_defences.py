"""Is a password guessed slowly only, and can what was uploaded ever run in a browser?"""

from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.signals import user_login_failed
from django.test import Client, RequestFactory
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from storage.catalogue import tokens
from storage.catalogue.models import Event, Scan
from storage.objects import Area
from storage.objects.chosen import object_store
from storage.settings import settings
from tests.web.held_scans import hold
from tests.web.sending import Sender, takes_by_http, token_of
from tests.web.world import PASSWORD
from web.pages.objects import SHOWN_AS
from web.proxies import address_of
from web.sign_in import MOST_IN_AN_HOUR

PROXY, OUTER, ATTACKER, NURSE = "10.0.0.5", "10.0.1.9", "203.0.113.7", "198.51.100.4"


@pytest.fixture
def behind_proxies(monkeypatch) -> None:
    monkeypatch.setenv("SONORELAY_TRUSTED_PROXIES", f"{PROXY}, 10.0.1.0/24")
    settings.cache_clear()


def asked_from(remote: str, passed_on: str) -> str:
    return address_of(RequestFactory(REMOTE_ADDR=remote, HTTP_X_FORWARDED_FOR=passed_on).get("/"))


def test_behind_a_proxy_the_address_is_that_of_who_asks_and_cannot_be_made_up(behind_proxies) -> None:
    assert asked_from(PROXY, NURSE) == NURSE
    assert asked_from(PROXY, f"{NURSE}, {OUTER}") == NURSE
    assert asked_from(PROXY, f"1.2.3.4, {ATTACKER}") == ATTACKER, "what the sender wrote stands before what we trust"
    assert asked_from(ATTACKER, NURSE) == ATTACKER, "nobody else is believed"
    assert asked_from(PROXY, "") == PROXY
    assert asked_from(PROXY, "<script>") == PROXY


@given(st.text(max_size=60))
def test_no_header_makes_an_address_that_is_none(passed_on: str) -> None:
    request = RequestFactory(REMOTE_ADDR=ATTACKER).get("/")
    request.META["HTTP_X_FORWARDED_FOR"] = passed_on
    assert address_of(request) == ATTACKER


def test_a_guesser_locks_the_account_for_themselves_alone(behind_proxies, world) -> None:
    rose = world.people["rose"]
    rose.set_password(PASSWORD)
    rose.save()

    def sign_in(behind: str, password: str) -> int:
        client = Client(REMOTE_ADDR=PROXY, HTTP_X_FORWARDED_FOR=behind)
        return client.post("/login/", {"username": "rose", "password": password}).status_code

    assert [sign_in(f"{n}.1.1.1, {ATTACKER}", "wrong") for n in range(1, 7)][-1] == 429
    assert sign_in(ATTACKER, PASSWORD) == 429
    assert sign_in(NURSE, PASSWORD) == 302


def test_many_failures_do_not_fill_the_audit(world) -> None:
    names = [name for number in range(MOST_IN_AN_HOUR + 10) for name in ("rose", f"nobody{number}")]
    for number, name in enumerate([*names, "luc"]):
        request = RequestFactory(REMOTE_ADDR=f"10.9.0.{number}").post("/login/")
        user_login_failed.send(sender="tests", credentials={"username": name}, request=request)
    noted = [one.facts for one in Event.objects.filter(what="sign_in_failed").order_by("pk")]
    rose, luc = world.people["rose"].pk, world.people["luc"].pk
    assert sum(facts.get("about") == rose for facts in noted) == MOST_IN_AN_HOUR
    assert sum("about" not in facts for facts in noted) == MOST_IN_AN_HOUR
    assert sum("more" in facts for facts in noted) == 2
    assert noted[-1] == {"about": luc}, "another account is still noted"


def test_a_new_password_ends_sessions_and_tokens(world, signed_in) -> None:
    rose = world.people["rose"]
    rose.set_password(PASSWORD)
    rose.save()
    mine, elsewhere, secret = signed_in("rose"), signed_in("rose"), token_of(world.people["amina"])
    now = timezone.now()
    token = tokens.make(rose, "sync", tokens.grantable(rose), None, now + timedelta(days=1), now)[1]
    changed = {"old_password": PASSWORD, "new_password1": "a-longer-one-77", "new_password2": "a-longer-one-77"}
    page = mine.post("/account/", changed, follow=True).content.decode()
    assert "Your 1 token has ended." in page
    assert "A new password ends your sessions on other devices, and all your tokens." in page
    assert mine.get("/queue/").status_code == 200
    assert elsewhere.get("/queue/").status_code == 302
    assert tokens.person_and_scope_of(token, timezone.now()) is None
    assert tokens.person_and_scope_of(secret, timezone.now()) == world.people["amina"], "of nobody else"
    signed_in("administrator").post(f"/people/{world.people['amina'].pk}/password/")
    assert tokens.person_and_scope_of(secret, timezone.now()) is None


HTML = b"<html><script>alert(document.domain)</script></html>"
POLYGLOTS = {
    "dicom": HTML.ljust(128, b" ") + b"DICM" + HTML,
    "gif": b"GIF89a/*" + b"\x01\x00" * 4 + b"*/=1;alert(1)//" + HTML,
    "svg": b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
    "html": HTML,
}


def harmless(answer) -> bool:
    """Tell whether a browser that opens this answer runs nothing of it."""
    told = {name.lower(): value for name, value in answer.headers.items()}
    return (
        told["x-content-type-options"] == "nosniff"
        and told["content-type"] in SHOWN_AS
        and told["content-disposition"] == "inline"
        and told["content-security-policy"] == "default-src 'none'; sandbox"
    )


@pytest.mark.parametrize("name", POLYGLOTS)
def test_what_was_uploaded_is_no_page_at_any_address(name, world, signed_in, tmp_path, monkeypatch) -> None:
    takes_by_http(tmp_path, monkeypatch)
    content = POLYGLOTS[name]
    amina = Sender(token_of(world.people["amina"]))
    address = amina.create(len(content), content).headers["Location"]
    digest = Scan.objects.get().digest
    told = amina.client.get(address)
    assert told.headers["Content-Type"] == "application/json"
    assert b"alert" not in told.content
    for area in Area:
        for query in ("", "?type=text/html", "?type=image/svg%2Bxml&expires=9999999999&signature=x"):
            assert signed_in("partner_owner").get(f"/objects/{area}/{digest}{query}").status_code == 404


@pytest.mark.parametrize(
    "media_type", ["text/html", "image/svg+xml", "application/javascript", "video/x-unknown", "image/"]
)
def test_even_a_released_object_is_only_shown_as_what_the_pipeline_writes(media_type, tmp_path: Path, db: None) -> None:
    path = tmp_path / "object"
    path.write_bytes(POLYGLOTS["svg"])
    store = object_store("relief")
    kept = store.put(Area.RELEASED, path)
    url = store.url(Area.RELEASED, kept.digest, media_type, timedelta(minutes=5))
    assert Client().get(url.removeprefix(settings().base_url)).status_code == 404
    shown = store.url(Area.RELEASED, kept.digest, "image/png", timedelta(minutes=5))
    for method in ("get", "head"):
        assert harmless(getattr(Client(), method)(shown.removeprefix(settings().base_url)))


def test_the_picture_of_a_doubt_is_a_picture(world, signed_in) -> None:
    scan = hold(world)
    assert harmless(signed_in("data_officer").get(f"/held/{scan.pk}/picture/evidence/"))
