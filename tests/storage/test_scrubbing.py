"""In which order are objects looked at, and what does the catalogue remember of it?"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from storage.objects import Area
from storage.objects.tending import Tended
from tests.storage.conftest import NOON, World, make_world

if TYPE_CHECKING:
    from storage.catalogue.models import Scan

FOUND = st.sampled_from([Tended(""), Tended("object_missing"), Tended("object_damaged"), Tended("", repaired=True)])


class ARound(TestCase):
    @settings(max_examples=25, deadline=None)
    @given(ages=st.lists(st.none() | st.integers(0, 4), min_size=1, max_size=7), found=st.data())
    def test_everything_is_looked_at_once_longest_unchecked_first(
        self, ages: list[int | None], found: st.DataObject
    ) -> None:
        from storage.catalogue import scrubbing
        from storage.catalogue.models import Event, StoredObject

        world = make_world()
        for number, age in enumerate(ages):
            at = None if age is None else NOON - timedelta(days=age)
            StoredObject.objects.filter(scan=world.received(f"scan {number}")).update(checked_at=at)
        expected = sorted(ages, key=lambda age: (age is not None, 0 if age is None else -age))
        at_last = dict(StoredObject.objects.values_list("digest", "checked_at"))
        began, seen, now_lost = NOON + timedelta(hours=1), [], 0
        for known in scrubbing.unchecked(began):
            tended = found.draw(FOUND)
            scrubbing.note(known, tended, began, NOON + timedelta(hours=2))
            seen.append(at_last[known.digest])
            now_lost += bool(tended.fault)
            assert known.organisation == "relief"
        assert seen == [None if age is None else NOON - timedelta(days=age) for age in expected]
        assert scrubbing.lost() == now_lost
        assert Event.objects.filter(what="object_lost").count() == now_lost
        for known in scrubbing.unchecked(began + timedelta(days=1)):
            scrubbing.note(known, Tended(""), began + timedelta(days=1), NOON)
        assert scrubbing.lost() == 0
        assert Event.objects.filter(what="object_found").count() == now_lost


def test_an_object_that_two_scans_name_is_looked_at_once(world: World) -> None:
    from storage.catalogue import scrubbing
    from storage.catalogue.models import Event, StoredObject

    one, two = world.received("one"), world.received("two")
    StoredObject.objects.filter(scan=two).update(digest=one.digest)
    known = next(scrubbing.unchecked(NOON))
    scrubbing.note(known, Tended("object_missing"), NOON, NOON)
    assert list(scrubbing.unchecked(NOON)) == []
    assert scrubbing.lost() == 1
    assert {event.scan for event in Event.objects.filter(what="object_lost")} == {one, two}


@pytest.mark.parametrize("area", Area)
def test_what_a_row_names_is_never_taken_away(world: World, area: Area) -> None:
    from storage.catalogue import scrubbing
    from storage.catalogue.models import StoredObject

    scan: Scan = world.received("scan")
    row = StoredObject.objects.filter(scan=scan)
    row.update(area=area)
    assert not scrubbing.take_away(area, scan.digest, ())
    row.update(deleted_at=NOON)
    assert scrubbing.take_away(area, scan.digest, ())
    row.delete()
    assert scrubbing.take_away(area, scan.digest, ()) == (area is not Area.RAW)


def test_the_last_scrub_is_remembered(world: World) -> None:
    from storage.catalogue import scrubbing

    assert scrubbing.last_scrub() is None
    for days, unknown in ((0, 3), (1, 2)):
        scrubbing.note_scrubbed({"unknown": unknown}, NOON + timedelta(days=days))
    assert scrubbing.last_scrub() == (NOON + timedelta(days=1), {"unknown": 2})


def test_the_doctor_tells_what_is_lost_and_when_nobody_looked(world: World) -> None:
    from storage.catalogue import scrubbing
    from storage.health import Verdict, originals

    def told(days: float = 0) -> dict[str, Verdict]:
        asked = (originals.whole, originals.looked_after)
        return {check.name: check.verdict for one in asked for check in one.ask(NOON + timedelta(days=days))}

    world.received("scan")
    assert told() == {"objects.whole": Verdict.GOOD}
    known = next(scrubbing.unchecked(NOON))
    scrubbing.note(known, Tended("object_missing"), NOON, NOON)
    scrubbing.note_scrubbed({"unknown": 1}, NOON)
    unwell = {"objects.whole": Verdict.BAD, "objects.unknown": Verdict.WARN}
    assert told(1) == {**unwell, "objects.scrub": Verdict.GOOD}
    assert told(4) == {**unwell, "objects.scrub": Verdict.WARN}
    scrubbing.note(known, Tended("", repaired=True), NOON, NOON)
    scrubbing.note_scrubbed({}, NOON + timedelta(days=4))
    assert told(4) == {"objects.whole": Verdict.GOOD, "objects.scrub": Verdict.GOOD}
