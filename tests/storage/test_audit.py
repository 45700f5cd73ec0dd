"""Is nothing changed, taken out, put in, moved or cut off unseen, and do many writers make one chain?"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage.catalogue import audit
from storage.catalogue.audit import Head, Problem, Verdict
from storage.catalogue.models import Event
from tests.storage.conftest import NOON, World, make_world

AT_ONCE = 8
LATER = NOON + timedelta(hours=1)
LINKS = 7


def write(count: int, **facts: object) -> None:
    for number in range(count):
        Event.objects.create(at=NOON, what="tested", facts={"n": number, **facts})


def sql(statement: str, *values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@pytest.fixture
def chain(world: World) -> list[Event]:
    """Seven events: two of them about scans, by people."""
    write(LINKS - 2, share=0.1, name="é")
    for scan in (world.queued("one"), world.queued("two")):
        audit.saw(world.people["rose"], "evidence_seen", scan, NOON)
    Event.objects.filter(what__in=["received", "released", "queued"])._raw_delete("default")
    assert audit.seal() == LINKS
    return list(Event.objects.order_by("number"))


def test_a_chain_that_nobody_touched_is_sound_and_its_old_heads_stay_in_it(chain: list[Event]) -> None:
    heads = [Head(event.number or 0, event.hash) for event in chain]
    assert audit.verify(LATER) == Verdict(LINKS, heads[-1])
    write(3)
    audit.seal()
    for noted in heads:
        assert audit.verify(LATER, audit.head_of(str(noted))).sound
    assert audit.seal() == 0


FORGERIES: dict[str, tuple[Callable[[int], None], Problem]] = {
    "what": (lambda n: sql("UPDATE catalogue_event SET what = 'nothing' WHERE number = %s", n), Problem.CHANGED),
    "facts": (lambda n: sql("UPDATE catalogue_event SET facts = '{\"n\": 9}' WHERE number = %s", n), Problem.CHANGED),
    "time": (lambda n: sql("UPDATE catalogue_event SET at = %s WHERE number = %s", LATER, n), Problem.CHANGED),
    "whose": (lambda n: sql("UPDATE catalogue_event SET person_number = 77 WHERE number = %s", n), Problem.CHANGED),
    "scan": (lambda n: sql("UPDATE catalogue_event SET scan_digest = 'ab' WHERE number = %s", n), Problem.CHANGED),
    "taken out": (lambda n: sql("DELETE FROM catalogue_event WHERE number = %s", n), Problem.MISSING),
}


@pytest.mark.parametrize("forged", FORGERIES)
def test_what_is_forged_is_found_where_it_is(chain: list[Event], forged: str) -> None:
    forge, problem = FORGERIES[forged]
    for number in (1, 4, LINKS - 1):
        point = transaction.savepoint()
        forge(number)
        found = audit.verify(LATER)
        assert (found.first_bad, found.problem, found.sealed, found.sound) == (number, problem, number - 1, False)
        transaction.savepoint_rollback(point)
    assert audit.verify(LATER).sound


def test_a_link_with_a_valid_hash_that_is_put_in_or_moved_is_found(chain: list[Event]) -> None:
    forged = audit.Link(LINKS + 1, NOON, "reviewed", "", None, {}, "0" * 64)
    point = transaction.savepoint()
    Event.objects.create(at=NOON, what="reviewed", number=forged.number, previous=forged.previous, hash=forged.hash)
    assert audit.verify(LATER).problem is Problem.UNLINKED
    transaction.savepoint_rollback(point)
    sql("UPDATE catalogue_event SET number = 100 WHERE number = 2")
    sql("UPDATE catalogue_event SET number = 2 WHERE number = 3")
    sql("UPDATE catalogue_event SET number = 3 WHERE number = 100")
    assert (audit.verify(LATER).first_bad, audit.verify(LATER).problem) == (2, Problem.UNLINKED)


def test_an_event_hung_on_another_scan_or_person_is_found_and_one_that_lost_them_is_not(
    world: World, chain: list[Event]
) -> None:
    for field, other in (("scan_id", chain[-1].scan_id), ("person_id", world.people["luc"].pk)):
        point = transaction.savepoint()
        sql(f"UPDATE catalogue_event SET {field} = %s WHERE number = %s", other, LINKS - 1)  # noqa: S608
        assert audit.verify(LATER).problem is Problem.REASSIGNED
        transaction.savepoint_rollback(point)
    sql("UPDATE catalogue_event SET scan_id = NULL, person_id = NULL")
    assert audit.verify(LATER).sound
    assert chain[-1].scan_digest in {link.scan_digest for link, _ in audit.links()}


def test_a_chain_that_was_cut_or_made_anew_is_found_by_its_noted_head(chain: list[Event]) -> None:
    noted = audit.head()
    sql("DELETE FROM catalogue_event WHERE number > %s", LINKS - 2)
    assert audit.verify(LATER).sound  # nothing inside the chain can tell
    assert audit.verify(LATER, noted).problem is Problem.CUT
    sql("DELETE FROM catalogue_event")
    write(LINKS, forged=True)
    audit.seal()
    assert audit.verify(LATER).sound
    assert audit.verify(LATER, noted) == Verdict(LINKS, audit.head(), LINKS, Problem.CUT)


def test_an_event_that_waits_too_long_is_told(db: None) -> None:
    write(1)
    assert audit.verify(NOON + audit.MAY_WAIT).sound
    late = audit.verify(LATER)
    assert (late.unsealed, late.problem, late.sound) == (1, None, False)


def test_the_application_only_adds_events(db: None) -> None:
    write(1)
    event = Event.objects.get()
    acts = (event.save, event.delete, Event.objects.all().delete, lambda: Event.objects.update(what="else"))
    for act in acts:
        with pytest.raises(TypeError):
            act()


@given(
    facts=st.dictionaries(
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
        st.none()
        | st.booleans()
        | st.integers(-(2**53), 2**53)
        | st.floats(-1e9, 1e9).map(lambda x: round(x, 6))
        | st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12),
        max_size=4,
    ),
    at=st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1)),  # noqa: DTZ001 - UTC is put on below
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_an_event_says_it_can_be_followed_after_the_database_kept_it(
    db: None, facts: dict[str, object], at: datetime
) -> None:
    Event.objects.create(at=at.replace(tzinfo=NOON.tzinfo), what="tested", facts=facts)
    audit.seal()
    assert audit.verify(LATER).problem is None


def test_eight_writers_at_once_make_one_chain(transactional_db: None) -> None:
    make_world()
    barrier = Barrier(AT_ONCE)

    def begin(number: int) -> None:
        barrier.wait(30)
        try:
            for turn in range(5):
                with transaction.atomic():
                    Event.objects.create(at=NOON, what="tested", facts={"writer": number, "turn": turn})
                with transaction.atomic():
                    Event.objects.create(at=NOON, what="never", facts={})
                    transaction.set_rollback(True)
                Event.objects.bulk_create(Event(at=NOON, what="tested", facts={"writer": number}) for _ in range(3))
        finally:
            connection.close()

    with ThreadPoolExecutor(AT_ONCE) as threads:
        list(threads.map(begin, range(AT_ONCE)))
    # sealed by nothing but the writers themselves
    assert audit.verify(LATER) == Verdict(AT_ONCE * 5 * 4, audit.head())
    assert not Event.objects.filter(what="never").exists()
    for number in range(AT_ONCE):
        turns = [
            link.facts["turn"]
            for link, _ in audit.links()
            if link.facts.get("writer") == number and "turn" in link.facts
        ]
        assert turns == sorted(turns)
