"""Does each fault of a probe open one ticket, and can people only do with it what makes sense?"""

from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Conflict
from pipeline.finding import Verdict
from storage.catalogue import devices, tickets
from storage.catalogue.models import Assessment, Device, Event, Finding, Person, Ticket, TicketEntry
from supervision.roles import Role
from supervision.tickets import (
    BY_A_PERSON,
    CLOSED,
    TicketState,
    What,
    after,
    all_downtime,
    downtime,
    is_out_of_use,
    possible,
    spells,
)
from tests.storage.conftest import NOON, World
from tests.storage.probes import profiles, sound

DAY = timedelta(days=1)
LATER = NOON + timedelta(days=60)


@pytest.fixture
def device(world: World) -> Device:
    found = world.queued().device
    assert found is not None
    return found


@pytest.fixture
def biomed(world: World) -> Person:
    return world.person("ibrahim", Role.BIOMED)


@pytest.fixture
def broken(device: Device) -> Device:
    """Return a device of which elements at .4 went dead after sixty clips."""
    profiles(device, sound(60, seed=1))
    profiles(device, sound(20, seed=2, dip_at=0.4))
    return device


def whats(ticket: Ticket) -> list[str]:
    return list(TicketEntry.objects.filter(ticket=ticket).order_by("at", "pk").values_list("what", flat=True))


def find(world: World, now: datetime = LATER) -> int:
    return tickets.find_faults(world.goma, now)


def test_a_fault_opens_one_ticket_with_its_evidence(world: World, broken: Device) -> None:
    assert find(world) == 1
    ticket = Ticket.objects.get()
    assert (ticket.device, ticket.kind, ticket.state, ticket.opened_by) == (broken, "element", "open", None)
    assert ticket.facts["place"] == pytest.approx(0.4, abs=0.03)
    assert ticket.facts["hearing"] == "dead"
    assert len(ticket.face) == 128
    assert min(value for value in ticket.face if value is not None) == pytest.approx(-ticket.facts["dip"], abs=0.01)
    assert whats(ticket) == ["opened"]
    assert find(world, LATER + DAY) == 0, "the same clips show nothing new"
    assert whats(ticket) == ["opened"]
    assert Event.objects.filter(what="ticket_opened").count() == 1


def test_a_sound_probe_opens_none(world: World, device: Device) -> None:
    profiles(device, sound(80, seed=3))
    assert find(world) == 0


def test_later_clips_bring_it_up_to_date_and_are_told_once_a_week(world: World, broken: Device) -> None:
    find(world)
    before = Ticket.objects.get()
    profiles(broken, sound(20, seed=4, dip_at=0.4, dip=9.0))
    assert find(world, LATER + DAY) == 0
    ticket = Ticket.objects.get()
    assert ticket.facts["dip"] > before.facts["dip"] + 2
    assert ticket.seen_at > before.seen_at
    assert whats(ticket) == ["opened"]
    profiles(broken, sound(5, seed=5, dip_at=0.4, dip=9.0))
    assert find(world, LATER + 8 * DAY) == 0
    assert whats(ticket) == ["opened", "seen_again"]


def test_another_place_is_another_ticket(world: World, broken: Device) -> None:
    find(world)
    profiles(broken, sound(20, seed=6, dip_at=0.8))
    assert find(world) == 1
    places = sorted(ticket.facts["place"] for ticket in Ticket.objects.all())
    assert places == pytest.approx([0.4, 0.8], abs=0.04)


def test_what_was_dismissed_is_not_opened_again_until_the_probe_is_changed(
    world: World, broken: Device, biomed: Person
) -> None:
    find(world)
    ticket = Ticket.objects.get()
    tickets.act(ticket.pk, What.DISMISSED, biomed, LATER)
    profiles(broken, sound(20, seed=7, dip_at=0.4))
    assert find(world, LATER + DAY) == 0
    assert Ticket.objects.count() == 1
    changed = devices.profiles_of(broken).latest("at").at + timedelta(hours=1)
    devices.log_change(broken.pk, "replaced", changed, biomed, changed)
    assert not devices.health_of(broken).known
    profiles(broken, sound(60, seed=8), days=1)
    profiles(broken, sound(20, seed=9, dip_at=0.4), days=1)
    assert find(world, changed + timedelta(days=300)) == 1
    ticket.refresh_from_db()
    assert ticket.state == "dismissed"


def test_what_was_resolved_is_opened_again_only_by_clips_made_since(
    world: World, broken: Device, biomed: Person
) -> None:
    find(world)
    last = devices.profiles_of(broken).latest("at").at
    tickets.act(Ticket.objects.get().pk, What.RESOLVED, biomed, last + timedelta(hours=1))
    assert find(world) == 0
    profiles(broken, sound(10, seed=10, dip_at=0.4))
    assert find(world) == 0, "half of the clips that show it are older than the repair"
    profiles(broken, sound(10, seed=11, dip_at=0.4))
    assert find(world) == 1
    assert [ticket.state for ticket in Ticket.objects.order_by("pk")] == ["resolved", "open"]
    assert find(world) == 0


def test_a_logged_change_settles_what_was_found_and_not_what_people_said(
    world: World, broken: Device, biomed: Person
) -> None:
    find(world)
    said = tickets.report(broken.pk, "The cable is loose", biomed, LATER)
    devices.log_change(broken.pk, "repaired", LATER, biomed, LATER)
    found = Ticket.objects.get(kind="element")
    assert (found.state, found.closed_at, whats(found)) == ("resolved", LATER, ["opened", "resolved"])
    said.refresh_from_db()
    assert said.state == "open"
    assert list(tickets.open_tickets(broken)) == [said]
    with pytest.raises(ValueError, match="future"):
        devices.log_change(broken.pk, "repaired", LATER + DAY, biomed, LATER)
    event = Event.objects.get(what="probe_changed")
    assert (event.person, event.facts["resolved"]) == (biomed, [found.pk])


def held_in_air(world: World, value: float | None, evidence: dict[str, float]) -> Device:
    """Let a still come in whose rule saw the probe in air."""
    scan = world.queued()
    Finding.objects.update_or_create(
        assessment=Assessment.objects.get(scan=scan, current=True),
        rule="device.air_reverberation",
        defaults={
            "rule_version": 1,
            "verdict": Verdict.POOR if value is not None and value < 0.3 else Verdict.GOOD,
            "value": value,
            "severity": 0,
            "evidence": evidence,
        },
    )
    assert scan.device is not None
    return scan.device


@pytest.mark.parametrize(
    "evidence", [{"place": 0.25, "weak": 0.04, "dead": 0.02}, {"across_from": 0.23, "across_to": 0.27}]
)
def test_a_still_in_air_with_dead_elements_opens_a_ticket_until_another_rings_evenly(
    world: World, evidence: dict[str, float]
) -> None:
    device = held_in_air(world, 0.1, evidence)
    assert find(world) == 1
    ticket = Ticket.objects.get()
    assert (ticket.kind, ticket.device, ticket.facts["least"]) == ("in_air", device, 0.1)
    assert ticket.facts["place"] == pytest.approx(0.25)
    assert find(world) == 0
    Ticket.objects.all().delete()
    held_in_air(world, 0.9, evidence)
    assert find(world) == 0, "it was wet before"


def test_only_those_who_tend_devices_act_and_those_nearby_report(world: World, broken: Device, biomed: Person) -> None:
    find(world)
    ticket = Ticket.objects.get()
    facilitator = world.person("paul", Role.FACILITATOR, project=world.goma)
    elsewhere = world.person("olga", Role.BIOMED, project=world.elsewhere)
    for person in (facilitator, elsewhere, world.people["amina"], world.people["rose"]):
        with pytest.raises(Ticket.DoesNotExist):
            tickets.act(ticket.pk, What.ACKNOWLEDGED, person, LATER)
    tickets.act(ticket.pk, What.NOTE, facilitator, LATER, "seen on Monday too")
    assert tickets.report(broken.pk, "Scratch", facilitator, LATER).kind == "reported"
    for person in (elsewhere, world.people["amina"]):
        with pytest.raises(Device.DoesNotExist):
            tickets.report(broken.pk, "Scratch", person, LATER)
        with pytest.raises(Device.DoesNotExist):
            devices.log_change(broken.pk, "replaced", LATER, person, LATER)
    with pytest.raises(Device.DoesNotExist):
        devices.log_change(broken.pk, "replaced", LATER, facilitator, LATER)
    assert set(tickets.tickets_for(biomed)) == set(Ticket.objects.all())
    assert not tickets.tickets_for(elsewhere).exists()
    assert not tickets.tickets_for(world.people["amina"]).exists()


def test_the_life_of_a_ticket_is_written_down(world: World, broken: Device, biomed: Person) -> None:
    find(world)
    ticket = Ticket.objects.get()
    for hours, what in enumerate(("acknowledged", "out_of_use", "sent_for_repair", "resolved")):
        ticket = tickets.act(ticket.pk, what, biomed, LATER + timedelta(hours=hours))
    assert (ticket.state, ticket.acknowledged_by, ticket.closed_at) == ("resolved", biomed, LATER + timedelta(hours=3))
    assert devices.downtime_of(broken, LATER + 9 * DAY) == timedelta(hours=2)
    with pytest.raises(Conflict):
        tickets.act(ticket.pk, What.RESOLVED, biomed, LATER + DAY)
    with pytest.raises(Conflict):
        tickets.act(ticket.pk, What.BACK_IN_USE, biomed, LATER + DAY)
    with pytest.raises(ValueError, match="note"):
        tickets.act(ticket.pk, What.NOTE, biomed, LATER, "  ")
    with pytest.raises(ValueError, match="note"):
        tickets.report(broken.pk, "x" * 501, biomed, LATER)
    with pytest.raises(ValueError, match="note"):
        tickets.report(broken.pk, "no database\x00 takes this", biomed, LATER)
    assert tickets.act(ticket.pk, What.REOPENED, biomed, LATER + DAY).closed_at is None
    what = ["opened", "acknowledged", "out_of_use", "sent_for_repair", "resolved", "reopened"]
    assert whats(ticket) == what
    told = Event.objects.filter(what__startswith="ticket_", person=biomed).count()
    assert told == 5


acts = st.lists(st.sampled_from(BY_A_PERSON), max_size=30)


@given(acts)
def test_whatever_people_do_a_ticket_stays_sound(wanted: list[What]) -> None:
    state, lines, now = TicketState.OPEN, [(NOON, What.OPENED)], NOON
    for what in wanted:
        out = is_out_of_use(line for _, line in lines)
        then = after(state, what, out_of_use=out)
        assert (then is not None) == (what in possible(state, out_of_use=out))
        if then is None:
            continue
        now += DAY
        state = then
        lines.append((now, what))
        assert not (state in CLOSED and is_out_of_use(line for _, line in lines)), "closing ends the downtime"
        assert What.NOTE in possible(state, out_of_use=is_out_of_use(line for _, line in lines))
    lasting = downtime(lines, now)
    assert timedelta(0) <= lasting <= now - NOON
    found = spells(lines, now)
    assert all(start <= end for start, end in found)
    assert all(before[1] <= later[0] for before, later in pairwise(found))
    assert lasting == sum((end - start for start, end in found), timedelta(0))
    assert downtime(lines, now + DAY) - lasting == (DAY if is_out_of_use(line for _, line in lines) else timedelta(0))


@given(st.lists(st.tuples(st.integers(0, 100), st.integers(0, 100)), max_size=6))
def test_an_hour_counts_once_however_many_tickets_name_it(spans: list[tuple[int, int]]) -> None:
    hour = timedelta(hours=1)
    named = [(min(span), max(span)) for span in spans]
    told = [[(NOON + a * hour, What.OUT_OF_USE), (NOON + b * hour, What.BACK_IN_USE)] for a, b in named]
    hours = {number for a, b in named for number in range(a, b)}
    assert all_downtime(told, NOON + 200 * hour) == len(hours) * hour


def test_every_closed_ticket_can_be_opened_again_and_every_pending_one_closed() -> None:
    for state in TicketState:
        ends = {after(state, what, out_of_use=False) for what in BY_A_PERSON} - {None}
        assert (ends & CLOSED and state not in CLOSED) or TicketState.OPEN in ends
