"""Do the registers add up over time, hold who was there, and let only the right people decide?"""

from datetime import date, datetime, timedelta
from random import Random

import pytest
from django.db import IntegrityError, transaction

from pipeline.errors import Conflict
from storage.catalogue.models import (
    Device,
    Event,
    Person,
    RequestEntry,
    ServicePeriod,
    Ticket,
    TicketEntry,
    TrainingSession,
)
from storage.catalogue.registers import requests, service, training
from storage.catalogue.registers.figures import registers_of
from storage.catalogue.registers.training import SessionHeld
from supervision.registers import (
    MOVES,
    Act,
    Attended,
    RegisterFigures,
    RequestKind,
    RequestState,
    ServiceEnd,
    SessionKind,
    after,
    possible,
    state_after,
)
from supervision.roles import Role
from supervision.tickets import Fault, What
from tests.storage.conftest import NOON, World

DAY = timedelta(days=1)
FIRST = date(2026, 1, 1)
DAYS = 90
CUT_OFF = datetime.combine(FIRST, NOON.timetz()) + DAYS * DAY


@pytest.fixture
def facilitator(world: World) -> Person:
    return world.person("fatou", Role.FACILITATOR, project=world.goma)


@pytest.fixture
def supervisor(world: World) -> Person:
    return world.person("sven", Role.SUPERVISOR)


def filled(world: World, random: Random) -> None:
    """Fill a quarter of the registers with chance."""
    keeper = world.person(f"keeper {random.random()}", Role.SUPERVISOR, Role.BIOMED)
    crowd = [world.person(f"nurse {n} {random.random()}", Role.TRAINEE) for n in range(6)]

    def moment() -> datetime:
        return datetime.combine(FIRST, NOON.timetz()) + timedelta(hours=random.randrange(24 * (DAYS - 1)))

    for _ in range(40):
        held = SessionHeld(
            moment().date(),
            random.randint(20, 400),
            random.choice(list(SessionKind)),
            exam_types=tuple(random.sample(["FAST", "CARD", "LUNG_AD"], random.randint(0, 2))),
            facilitators=frozenset({keeper.pk}),
            attendance={one.pk: random.choice(list(Attended)) for one in random.sample(crowd, random.randint(0, 6))},
            guests=random.randint(0, 9),
        )
        training.log(random.choice([world.goma, world.bunia]).pk, held, keeper, CUT_OFF)
    for _ in range(25):
        at = moment()
        one = requests.ask(world.goma.pk, random.choice(list(RequestKind)), "gel", keeper, at)
        while random.random() < 0.7:
            at += timedelta(hours=random.randrange(1, 300))
            requests.act(one.pk, random.choice(possible(RequestState(one.state))), keeper, at, "so be it")
            one.refresh_from_db()
    for number in range(3):
        device = Device.objects.create(project=world.goma, pseudonym=f"SR-{random.random()}"[:20], model="CX50")
        since = FIRST + random.randint(-20, 60) * DAY
        until = None if number == 0 else since + random.randint(0, 60) * DAY
        ServicePeriod.objects.create(
            device=device,
            since=since,
            until=until,
            ended="" if until is None else ServiceEnd.MOVED,
            logged_by=keeper,
            logged_at=NOON,
        )
        for _ in range(5):
            opened = moment()
            ticket = Ticket.objects.create(device=device, kind=Fault.REPORTED, opened_at=opened, seen_at=opened)
            TicketEntry.objects.create(ticket=ticket, at=opened, what=What.OPENED)
            for _ in range(random.randint(0, 5)):
                opened += timedelta(hours=random.randrange(1, 200))
                what = random.choice([What.OUT_OF_USE, What.BACK_IN_USE, What.RESOLVED, What.REOPENED])
                TicketEntry.objects.create(ticket=ticket, at=opened, what=what)


def counted(figures: RegisterFigures) -> dict[object, tuple[float, ...]]:
    """Return all that must add up."""
    held = {"all": figures.training, **figures.training_by_exam_type, **figures.training_by_project}
    told: dict[object, tuple[float, ...]] = {
        key: (one.sessions, one.minutes, one.expected, one.attended, one.guests) for key, one in held.items()
    }
    told |= {key: (one.sessions,) for key, one in figures.training_by_kind.items()}
    told |= {key: (one.made, one.met, one.declined) for key, one in figures.requests.items()}
    seconds = {one.device: (one.in_service.total_seconds(), one.down.total_seconds()) for one in figures.devices}
    told |= {one.device: (*seconds[one.device], one.opened, one.closed) for one in figures.devices}
    return told


@pytest.mark.parametrize("seed", [1, 2])
def test_any_partition_of_a_period_adds_up(world: World, seed: int) -> None:
    random = Random(seed)
    filled(world, random)
    places, last = [world.goma, world.bunia], FIRST + (DAYS - 1) * DAY
    whole = registers_of(places, FIRST, last, CUT_OFF)
    assert whole.training.sessions == 40
    assert sum(one.down.total_seconds() for one in whole.devices) > 0
    assert all(one.down <= one.in_service for one in whole.devices)
    for _ in range(4):
        cuts = sorted(random.sample(range(1, DAYS), random.randint(1, 12)))
        begins = [FIRST + days * DAY for days in (0, *cuts)]
        parts = [
            registers_of(places, begin, end - DAY, CUT_OFF)
            for begin, end in zip(begins, [*begins[1:], last + DAY], strict=True)
        ]
        total: dict[object, tuple[float, ...]] = {}
        for part in map(counted, parts):
            for key, values in part.items():
                total[key] = tuple(map(sum, zip(total.get(key, (0,) * len(values)), values, strict=True)))
        assert total == counted(whole)
        assert [one.pending for one in parts[-1].devices] == [one.pending for one in whole.devices]
        assert {k: one.pending for k, one in parts[-1].requests.items()} == {
            k: one.pending for k, one in whole.requests.items()
        }


def test_what_is_written_down_after_the_cut_off_does_not_change_a_figure(world: World, supervisor: Person) -> None:
    device = Device.objects.create(project=world.goma, pseudonym="SR-LATE", model="CX50")
    held = SessionHeld(date(2026, 3, 1), 60, SessionKind.COURSE, guests=3)
    kept = training.log(world.goma.pk, held, supervisor, NOON)
    before = registers_of([world.goma], date(2026, 3, 1), date(2026, 3, 31), NOON)
    training.log(world.goma.pk, held, supervisor, NOON + DAY)
    training.cancel(kept.pk, supervisor, NOON + DAY)
    service.begin(device.pk, date(2026, 2, 1), "", world.person("ibrahim", Role.BIOMED), NOON + DAY)
    assert registers_of([world.goma], date(2026, 3, 1), date(2026, 3, 31), NOON) == before
    later = registers_of([world.goma], date(2026, 3, 1), date(2026, 3, 31), NOON + 2 * DAY)
    assert (before.training.sessions, later.training.sessions) == (1, 1)  # one cancelled, one new
    assert (before.devices[0].registered, later.devices[0].registered) == (False, True)


def test_a_session_holds_who_was_there_and_only_people_of_the_project(
    world: World, facilitator: Person, supervisor: Person
) -> None:
    amina = world.people["amina"]
    held = SessionHeld(
        NOON.date(),
        90,
        SessionKind.BEDSIDE,
        exam_types=("FAST",),
        facilitators=frozenset({facilitator.pk}),
        attendance={amina.pk: Attended.PRESENT},
    )
    kept = training.log(world.goma.pk, held, facilitator, NOON)
    assert list(training.sessions_for(amina)) == [kept]  # her own, as a trainee
    training.change(kept.pk, SessionHeld(NOON.date(), 90, SessionKind.BEDSIDE), facilitator, NOON + DAY)
    assert list(training.sessions_for(amina)) == []
    stranger = world.person("emil", Role.TRAINEE, project=world.elsewhere)
    with pytest.raises(ValueError, match="people"):
        training.log(
            world.goma.pk,
            SessionHeld(NOON.date(), 9, SessionKind.COURSE, facilitators=frozenset({stranger.pk})),
            facilitator,
            NOON,
        )
    with pytest.raises(ValueError, match="future"):
        training.log(world.goma.pk, SessionHeld(NOON.date() + DAY, 9, SessionKind.COURSE), facilitator, NOON)
    with pytest.raises(world.bunia.DoesNotExist):
        training.log(world.bunia.pk, held, facilitator, NOON)
    with pytest.raises(TrainingSession.DoesNotExist):
        training.cancel(kept.pk, amina, NOON)
    training.cancel(kept.pk, supervisor, NOON)
    with pytest.raises(Conflict):
        training.change(kept.pk, held, supervisor, NOON)
    told = list(Event.objects.filter(what__startswith="session_").order_by("pk").values_list("what", flat=True))
    assert told == ["session_logged", "session_changed", "session_cancelled"]


def test_who_asks_may_withdraw_and_who_decides_decides(world: World, supervisor: Person) -> None:
    amina = world.people["amina"]
    one = requests.ask(world.goma.pk, RequestKind.TRAINING, "Lung, please", amina, NOON, exam_types=["LUNG_AD"])
    rose = world.person("nadia", Role.TRAINEE, project=world.goma)
    assert list(requests.requests_for(rose)) == []
    assert set(requests.possible_acts(one, amina)) == {Act.WITHDRAWN, Act.NOTE}
    with pytest.raises(Conflict):
        requests.act(one.pk, Act.MET, amina, NOON)
    assert requests.act(one.pk, Act.ACCEPTED, supervisor, NOON).state == RequestState.ACCEPTED
    assert requests.act(one.pk, Act.WITHDRAWN, amina, NOON).closed_at == NOON
    with pytest.raises(Conflict):
        requests.act(one.pk, Act.ACCEPTED, supervisor, NOON)
    lines = [Act(line) for line in RequestEntry.objects.filter(request=one).values_list("act", flat=True)]
    assert state_after(lines) is RequestState.WITHDRAWN
    with pytest.raises(ValueError, match="text"):
        requests.ask(world.goma.pk, RequestKind.TRAINING, "  ", amina, NOON)
    with pytest.raises(ValueError, match="past"):
        requests.ask(world.goma.pk, RequestKind.TRAINING, "x", amina, NOON, wanted_by=date(2026, 1, 1))


def test_the_lines_of_a_request_always_tell_its_state() -> None:
    for state in RequestState:
        for what in Act:
            then = after(state, what)
            assert (then is not None) == (what in possible(state))
            if then is not None and what in MOVES:
                assert state_after([Act.MADE, what]) is then


def test_a_device_is_in_service_once_at_a_time(world: World) -> None:
    biomed, device = world.person("ibrahim", Role.BIOMED), world.queued().device
    assert device is not None
    unknown = registers_of([world.goma], NOON.date() - DAY, NOON.date(), NOON + DAY).devices[0]
    assert (unknown.registered, unknown.in_service) == (False, timedelta(hours=12))  # since its first scan, at noon
    service.begin(device.pk, NOON.date() - 10 * DAY, "Ward 3", biomed, NOON)
    with pytest.raises(Conflict):
        service.begin(device.pk, NOON.date(), "Ward 4", biomed, NOON)
    service.end(device.pk, NOON.date() - 5 * DAY, ServiceEnd.MOVED, biomed, NOON)
    with pytest.raises(ValueError, match="after"):
        service.begin(device.pk, NOON.date() - 5 * DAY, "Ward 4", biomed, NOON)
    service.begin(device.pk, NOON.date() - 4 * DAY, "Ward 4", biomed, NOON)
    known = registers_of([world.goma], NOON.date() - 10 * DAY, NOON.date() - DAY, NOON).devices[0]
    assert (known.registered, known.in_service, known.usable) == (True, 10 * DAY, 1.0)
    with pytest.raises(Device.DoesNotExist):
        service.end(device.pk, NOON.date(), ServiceEnd.LOST, world.people["amina"], NOON)
    with pytest.raises(IntegrityError), transaction.atomic():
        ServicePeriod.objects.create(device=device, since=NOON.date(), logged_by=biomed, logged_at=NOON)
