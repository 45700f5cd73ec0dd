"""Does a ticket show what was seen, lead to the next step, and keep who did what?"""

import re

import pytest
from django.utils import timezone

from storage.catalogue import tickets
from storage.catalogue.models import Ticket
from supervision.tickets import BY_A_PERSON, Change, Fault, TicketState, What
from tests.web.aging_probes import device_of, with_ticket
from tests.web.test_browser import SIDEWAYS
from tests.web.test_devices import text_of
from web.devices import ACTS, ADVICE, CHANGES, ENTRIES, FAULTS, TICKETS

OFFERED = re.compile(r'name="what" value="([a-z_]+)"')


def test_every_state_step_and_fault_has_its_words() -> None:
    assert set(FAULTS) == set(ADVICE) == set(Fault)
    assert set(TICKETS) == set(TicketState)
    assert set(ENTRIES) == set(What)
    assert set(ACTS) == set(BY_A_PERSON)
    assert set(CHANGES) == set(Change)


def test_the_evidence_is_drawn_from_numbers_with_the_place_marked(world, signed_in) -> None:
    ticket = with_ticket(world)
    answer = signed_in("biomed").get(f"/tickets/{ticket.pk}/")
    page = answer.content.decode()
    svg = page.split('<figure class="chart drawn">')[1].split("</figure>")[0]
    assert 'aria-label="The face of the probe now' in svg
    assert ">1 dead</text>" in svg
    assert "grey levels below its beginning" in text_of(answer)
    assert "Wipe the probe" in page
    assert "<img" not in page


def test_a_ticket_goes_from_open_to_resolved_and_back_with_everybody_named(world, signed_in) -> None:
    ticket = with_ticket(world)
    biomed, address = signed_in("biomed"), f"/tickets/{ticket.pk}/"
    steps = [
        (What.ACKNOWLEDGED, "taken up"),
        (What.OUT_OF_USE, "device out of use"),
        (What.SENT_FOR_REPAIR, "in repair"),
        (What.BACK_IN_USE, "device back in use"),
        (What.RESOLVED, "resolved"),
        (What.REOPENED, "opened again"),
    ]
    for what, said in steps:
        assert what.value in OFFERED.findall(biomed.get(address).content.decode()), what
        done = biomed.post(f"{address}act/", {"what": what.value, "note": f"Note on {what.value}."}, follow=True)
        assert said in text_of(done)
        assert f"Note on {what.value}." in text_of(done)
        assert "Noted with your name" in text_of(done)
    ticket.refresh_from_db()
    assert ticket.state == "open"
    assert [entry.what for entry in ticket.entries.all()] == ["opened", *(what.value for what, _ in steps)]
    assert {entry.person for entry in ticket.entries.all()[1:]} == {world.people["biomed"]}


def test_the_next_step_stands_in_the_bar(world, signed_in) -> None:
    ticket, biomed = with_ticket(world), signed_in("biomed")
    for expected in ("acknowledged", "sent_for_repair", "resolved", "reopened"):
        bar = biomed.get(f"/tickets/{ticket.pk}/").content.decode().split('<footer class="action">')[1]
        assert OFFERED.findall(bar) == [expected]
        biomed.post(f"/tickets/{ticket.pk}/act/", {"what": expected})


@pytest.mark.parametrize("what", ["reopened", "opened", "seen_again", "painted", ""])
def test_what_cannot_be_done_now_changes_nothing(world, signed_in, what: str) -> None:
    ticket = with_ticket(world)
    done = signed_in("biomed").post(f"/tickets/{ticket.pk}/act/", {"what": what}, follow=True)
    assert "Nothing was changed" in text_of(done)
    ticket.refresh_from_db()
    assert ticket.state == "open"
    assert ticket.entries.count() == 1


@pytest.mark.parametrize("note", ["", "   ", "x" * 501])
def test_a_note_must_say_something_and_be_short(world, signed_in, note: str) -> None:
    ticket = with_ticket(world)
    done = signed_in("biomed").post(f"/tickets/{ticket.pk}/act/", {"what": "note", "note": note}, follow=True)
    assert "write a note" in text_of(done)
    assert ticket.entries.count() == 1


def test_a_facilitator_adds_a_note_and_nothing_else_and_a_supervisor_only_reads(world, signed_in) -> None:
    ticket = with_ticket(world)
    address = f"/tickets/{ticket.pk}/"
    facilitator = signed_in("facilitator")
    assert OFFERED.findall(facilitator.get(address).content.decode()) == ["note"]
    assert "Nothing was changed" in text_of(facilitator.post(f"{address}act/", {"what": "resolved"}, follow=True))
    assert "Seen it too." in text_of(
        facilitator.post(f"{address}act/", {"what": "note", "note": "Seen it too."}, follow=True)
    )
    supervisor = signed_in("supervisor")
    assert OFFERED.findall(supervisor.get(address).content.decode()) == []
    assert supervisor.post(f"{address}act/", {"what": "note", "note": "x"}).status_code == 403
    ticket.refresh_from_db()
    assert ticket.state == "open"


def test_what_somebody_writes_is_text_and_no_markup(world, signed_in) -> None:
    device = device_of(world.goma)
    ticket = tickets.report(device.pk, "<b onclick=x>torn</b>", world.people["biomed"], timezone.now())
    page = signed_in("biomed").get(f"/tickets/{ticket.pk}/").content.decode()
    assert "&lt;b onclick=x&gt;torn" in page
    assert "<b onclick" not in page


@pytest.mark.parametrize(
    ("kind", "facts", "said"),
    [
        ("element", {"place": 0.64, "width": 0.03, "dip": 5.96, "sureness": 9.0, "hearing": "dead"}, "dead at 64%"),
        ("band", {"top": 0.25, "bottom": 0.31, "change": -12.4}, "From 25% to 31% of the depth −12.4 grey levels"),
        ("drift", {"cusum": 9.1, "since": "2026-03-04T10:00:00+00:00", "change": -9.0}, "since 4 March 2026: −9"),
        ("in_air", {"least": 0.2, "place": 0.5, "weak": 0.04, "dead": 0.02, "width": 0.02}, "In air 20% of the mean"),
        ("band", {}, ""),
        ("in_air", {"least": 0.2}, "Uneven ringing in air"),
    ],
)
def test_every_kind_of_fault_is_said_with_its_numbers(world, signed_in, kind: str, facts, said: str) -> None:
    now = timezone.now()
    device = device_of(world.goma)
    ticket = Ticket.objects.create(device=device, kind=kind, opened_at=now, seen_at=now, facts=facts)
    for who in ("biomed", "supervisor"):
        assert said.lower() in text_of(signed_in(who).get(f"/tickets/{ticket.pk}/")).lower()
    assert signed_in("biomed").get(f"/devices/{device.pk}/").status_code == 200


@pytest.mark.chromium
def test_on_a_phone_in_french_a_ticket_is_taken_up_with_one_press(window, live_world) -> None:
    ticket = with_ticket(live_world)
    live_world.people["biomed"].language = "fr"
    live_world.people["biomed"].save()
    page = window("biomed", "/", width=360, height=740)
    page.locator("td a").first.click()
    page.get_by_role("link", name="Voir le ticket le plus récent").click()
    page.get_by_label("Note (avec toute étape").fill("Je regarde demain.")
    assert page.evaluate(SIDEWAYS) <= 0
    page.get_by_role("button", name="Prendre en charge").click()
    page.get_by_text("Noté avec votre nom.").wait_for()
    assert "Je regarde demain." in page.locator("main").inner_text()
    ticket.refresh_from_db()
    assert ticket.state == "acknowledged"
