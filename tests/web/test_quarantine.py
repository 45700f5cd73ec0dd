"""Who sees what of a scan that is held back, what can be done with it, and what happens when two people do it?"""

import re
from html import unescape

import pytest
from django.test import Client

from pipeline.errors import Withheld
from storage.catalogue.models import Decision, Event, Question, Scan, SectorLayout
from supervision.states import State
from tests.web.held_scans import NAME, NUMBER, bytes_of, fan, hold, text_inside

LINE = " ".join(f"{x:.0f},{y:.0f}" for x, y in fan())


def seen(client: Client, scan: Scan) -> str:
    """Return what the page of a scan says it shows, as its forms send it back."""
    page = client.get(f"/held/{scan.pk}/").content.decode()
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found
    return unescape(found.group(1))


@pytest.mark.parametrize("name", ["facilitator", "auditor"])
def test_who_may_not_release_reads_why_and_what_was_done_and_sees_no_picture(name, world, signed_in) -> None:
    scan = hold(world)
    client = signed_in(name)
    page = unescape(client.get(f"/held/{scan.pk}/").content.decode())
    assert "witnesses differ" in page
    assert "What was done, and by whom" in page
    for sign in ("/picture/", "<image", "draw.js", "polygon", "Release with this outline", "Refuse the scan"):
        assert sign not in page
    assert client.get(f"/held/{scan.pk}/picture/evidence/").status_code == 403


@pytest.mark.parametrize("name", ["amina", "rose", "supervisor", "administrator", "biomed"])
def test_others_do_not_see_the_page_at_all(name, world, signed_in) -> None:
    scan = hold(world)
    assert signed_in(name).get(f"/held/{scan.pk}/").status_code == 403
    assert signed_in(name).get(f"/held/{scan.pk}/picture/evidence/").status_code == 403


def test_the_picture_is_served_to_its_officer_only_and_kept_nowhere(world, signed_in) -> None:
    scan = hold(world)
    answer = signed_in("data_officer").get(f"/held/{scan.pk}/picture/evidence/")
    assert b"".join(answer.streaming_content) == bytes_of(scan)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "ETag" not in answer.headers
    assert "Last-Modified" not in answer.headers
    envelope = signed_in("data_officer").get(f"/held/{scan.pk}/picture/envelope/")
    assert b"".join(envelope.streaming_content) == bytes_of(scan, "envelope")
    assert signed_in("data_officer").get(f"/held/{scan.pk}/picture/raw/").status_code == 404
    assert signed_in("foreign-owner").get(f"/held/{scan.pk}/picture/evidence/").status_code == 404
    assert signed_in("foreign-owner").get(f"/held/{scan.pk}/").status_code == 404
    assert Client().get(f"/held/{scan.pk}/picture/evidence/").headers["Location"].startswith("/login/")


def test_the_picture_is_gone_the_moment_the_scan_is_decided_on(world, signed_in) -> None:
    scan = hold(world)
    client = signed_in("data_officer")
    client.post(f"/held/{scan.pk}/refuse/", {"code": "names_patient", "seen": seen(client, scan)})
    assert client.get(f"/held/{scan.pk}/picture/evidence/").status_code == 404


def test_nothing_that_names_somebody_stands_in_the_page(world, signed_in) -> None:
    scan = hold(world, text_inside())
    client = signed_in("data_officer")
    for address in (f"/held/{scan.pk}/", "/held-back/"):
        page = client.get(address).content.decode()
        assert NAME not in page
        assert NUMBER not in page
    assert "/picture/" not in client.get("/held-back/").content.decode()


def test_a_drawing_lets_the_scan_go_on_and_teaches_its_screen(world, signed_in) -> None:
    scan = hold(world)
    client = signed_in("data_officer")
    answer = client.post(f"/held/{scan.pk}/release/", {"outlines": LINE, "seen": seen(client, scan)}, follow=True)
    page = unescape(answer.content.decode())
    assert "every check runs again" in page
    assert "being processed" in page
    scan.refresh_from_db()
    assert scan.state == State.RECEIVED
    drawn = Decision.objects.get(scan=scan)
    assert drawn.decided_by == world.people["data_officer"]
    assert len(drawn.polygons[0]) == len(fan())
    assert Event.objects.get(scan=scan, what="sector_drawn").person == world.people["data_officer"]
    assert SectorLayout.objects.get(from_scan=scan).rows == 480


@pytest.mark.parametrize(
    "outlines",
    [
        "",
        "1,1 2,2",
        "10,10 200,200 200,10 10,100",
        "10,10 9000,10 10,300",
        "nan,1 2,2 3,3",
        "1,1 2,2 3,3;drop",
        "1" * 200_000,
    ],
)
def test_what_is_no_outline_changes_nothing_and_says_so(outlines, world, signed_in) -> None:
    scan = hold(world)
    client = signed_in("data_officer")
    answer = client.post(f"/held/{scan.pk}/release/", {"outlines": outlines, "seen": seen(client, scan)})
    assert answer.status_code == 422
    assert "Nothing was released" in answer.content.decode()
    scan.refresh_from_db()
    assert scan.state == State.WITHHELD
    assert not Decision.objects.exists()


def test_a_page_that_somebody_else_overtook_changes_nothing(world, signed_in) -> None:
    scan = hold(world)
    officer, owner = signed_in("data_officer"), signed_in("partner_owner")
    old = seen(officer, scan)
    owner.post(f"/held/{scan.pk}/refuse/", {"code": "names_patient", "seen": old})
    for act, data in (
        ("release", {"outlines": LINE}),
        ("refuse", {"code": "filmed_screen"}),
        ("ask", {"code": "how_made"}),
        ("text", {"read": "yes"}),
    ):
        answer = officer.post(f"/held/{scan.pk}/{act}/", {**data, "seen": old})
        assert answer.status_code == 409, act
        assert "out of date" in answer.content.decode()
    scan.refresh_from_db()
    assert (scan.state, scan.reason) == (State.REJECTED, "names_patient")
    again = hold(world)
    assert officer.post(f"/held/{again.pk}/release/", {"outlines": LINE, "seen": old}).status_code == 409


def test_writing_is_accepted_only_by_somebody_who_says_that_they_read_it(world, signed_in) -> None:
    scan = hold(world, text_inside())
    client = signed_in("data_officer")
    stamp = seen(client, scan)
    assert client.post(f"/held/{scan.pk}/text/", {"seen": stamp}).status_code == 422
    scan.refresh_from_db()
    assert scan.state == State.WITHHELD
    client.post(f"/held/{scan.pk}/text/", {"seen": stamp, "read": "yes"})
    scan.refresh_from_db()
    assert scan.state == State.RECEIVED
    assert Decision.objects.get(scan=scan).text_accepted
    differ = hold(world)
    assert client.post(f"/held/{differ.pk}/text/", {"seen": seen(client, differ), "read": "yes"}).status_code == 409


def test_an_identifier_that_was_left_cannot_be_drawn_away(world, signed_in) -> None:
    scan = hold(world, Withheld("identifier_left"))
    client = signed_in("data_officer")
    page = client.get(f"/held/{scan.pk}/").content.decode()
    assert "Release with this outline" not in page
    assert "Report it as an incident" in page
    data = {"outlines": LINE, "seen": seen(client, scan)}
    assert client.post(f"/held/{scan.pk}/release/", data).status_code == 409


def test_a_question_goes_to_the_sender_and_the_answer_comes_back(world, signed_in) -> None:
    scan = hold(world)
    officer, amina, joel = signed_in("data_officer"), signed_in("amina"), signed_in("joel")
    assert officer.post(f"/held/{scan.pk}/ask/", {"code": "who is it", "seen": seen(officer, scan)}).status_code == 422
    officer.post(f"/held/{scan.pk}/ask/", {"code": "how_made", "seen": seen(officer, scan)})
    question = "How did this file leave the device?"
    for client, address in (
        (amina, "/my-scans/"),
        (amina, f"/my-scans/{scan.pk}/"),
        (amina, "/missing-details/"),
        (signed_in("facilitator"), "/missing-details/"),
    ):
        assert question in client.get(address).content.decode(), address
    assert question not in joel.get("/my-scans/").content.decode()
    assert joel.post(f"/questions/{scan.pk}/", {"answer": "filmed"}).status_code == 404
    amina.post(f"/questions/{scan.pk}/", {"answer": "it is Mrs. Mbeki"})
    assert Question.objects.get().answer == ""
    answer = amina.post(f"/questions/{scan.pk}/", {"answer": "filmed", "from": "my-scans"})
    assert answer.headers["Location"] == "/my-scans/"
    page = officer.get(f"/held/{scan.pk}/").content.decode()
    assert "The screen was filmed or photographed" in page
    assert "Amina Mwamba" in page
    assert question not in amina.get("/my-scans/").content.decode()


def test_a_refusal_is_read_by_the_sender(world, signed_in) -> None:
    scan = hold(world)
    client = signed_in("data_officer")
    assert client.post(f"/held/{scan.pk}/refuse/", {"code": "internal", "seen": seen(client, scan)}).status_code == 422
    client.post(f"/held/{scan.pk}/refuse/", {"code": "filmed_screen", "seen": seen(client, scan)})
    from pipeline.reasons import REASONS

    assert REASONS["filmed_screen"].en in unescape(signed_in("amina").get("/my-scans/").content.decode())


def test_the_list_narrows_by_reason_and_project_and_tells_how_long(world, signed_in) -> None:
    here, there, text = hold(world), hold(world, project=world.bunia), hold(world, text_inside())
    client = signed_in("data_officer")
    page = client.get("/held-back/").content.decode()
    assert "witnesses differ (2)" in page
    assert "the oldest 0 min" in page
    found = client.get("/held-back/?reason=witnesses_differ&project=goma").content.decode()
    assert here.short_id in found
    assert there.short_id not in found
    assert text.short_id not in found
    assert (
        hold(world, project=world.elsewhere, trainee="joel").short_id not in client.get("/held-back/").content.decode()
    )


def test_scans_of_one_screen_are_released_together_but_none_that_was_decided_on(world, signed_in) -> None:
    first, second, third, taken = (hold(world, seed=seed) for seed in range(4))
    apart = hold(world, project=world.bunia)
    client, owner = signed_in("data_officer"), signed_in("partner_owner")
    page = client.post(f"/held/{first.pk}/release/", {"outlines": LINE, "seen": seen(client, first)}, follow=True)
    assert "3 other held scans come from the same screen" in page.content.decode()
    layout = SectorLayout.objects.get(from_scan=first)
    shown = client.get(f"/held/screen/{layout.pk}/").content.decode()
    assert {int(n) for n in re.findall(r"/held/(\d+)/picture/", shown)} == {second.pk, third.pk, taken.pk}
    assert "checked" not in shown  # only the script ticks, and only what was seen
    owner.post(f"/held/{taken.pk}/refuse/", {"code": "names_patient", "seen": seen(owner, taken)})
    chosen = {"scan": [second.pk, taken.pk, apart.pk]}
    said = client.post(f"/held/screen/{layout.pk}/release/", chosen, follow=True).content.decode()
    assert "1 scan goes on with this outline" in said
    assert "2 scans were left out" in said
    states = {scan.pk: scan.state for scan in Scan.objects.all()}
    assert states[second.pk] == State.RECEIVED
    assert states[taken.pk] == State.REJECTED
    assert states[third.pk] == states[apart.pk] == State.WITHHELD
    assert "Look at 1 scan" in client.get("/held-back/").content.decode()
    assert "Look at 1 scan" not in signed_in("auditor").get("/held-back/").content.decode()
    assert signed_in("foreign-owner").get(f"/held/screen/{layout.pk}/").status_code == 404
    client.post(f"/held/screen/{layout.pk}/retire/")
    assert client.get(f"/held/screen/{layout.pk}/").status_code == 404
