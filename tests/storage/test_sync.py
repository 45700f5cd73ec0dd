"""Do two installations that exchange come to hold the same scans and files, whatever the link, whatever is lacking?"""

import shutil
import uuid

import pytest

from storage.catalogue import grouping
from storage.catalogue.evidence import drop_objects
from storage.catalogue.models import Event, Exam, Held, Review, Scan, StoredObject, Wanted
from storage.objects import Area
from storage.sync import applying, journal, sides
from storage.sync.exchange import CHUNK
from storage.sync.records import as_json
from storage.sync.telling import told as told_of
from tests.storage.acts_on_two_sides import Pair, form, read_in, same, scan_in
from tests.storage.two_sides import exchange, scanned


def test_an_exam_is_asked_for_when_it_can_be_seen(pair: Pair) -> None:
    exam = scan_in(pair.field_box, pair)
    pair.wire.cut_after = 12  # the records went, the preview did not
    assert exchange(pair.wire).problem == "headquarters_unreachable"
    with pair.there.here():
        assert Wanted.objects.filter(role="preview").exists()
        assert not Exam.objects.get(uuid=exam).items.exists()
    pair.wire.cut_after = None
    pair.meet()
    with pair.there.here():
        assert Exam.objects.get(uuid=exam).items.filter(done_at=None).count() == 1
    same(pair)


def test_clips_grouped_anew_where_they_came_in_follow_on_the_other_side(pair: Pair) -> None:
    one, other = scan_in(pair.field_box, pair, "a", patient="SR-1"), scan_in(pair.field_box, pair, "b", patient="")
    pair.meet()
    reading = read_in(pair.there, pair, other, "rose", form(4))
    with pair.field_box.here() as world:
        numbers = dict(Exam.objects.values_list("uuid", "pk"))
        grouping.join(numbers[one], numbers[other], world.people["grace"], pair.later())
    pair.meet()
    assert list(same(pair)) == [str(one)]
    with pair.field_box.here() as world:
        kept = Exam.objects.get()
        assert kept.clips.count() == 2
        assert Review.objects.get().submission == reading.submission, "read there under the name that it had"
    third = scan_in(pair.field_box, pair, "c", patient="SR-1")
    with pair.field_box.here() as world:
        assert Exam.objects.get(uuid=third).clips.count() == 1, "what comes after it was read is an exam of its own"
    pair.meet()
    same(pair)


def test_the_same_file_on_both_sides_is_one_exam(pair: Pair) -> None:
    for at in (pair.field_box, pair.there):
        scan_in(at, pair, "the same file")
    extra = scan_in(pair.field_box, pair, "more of it", patient="SR-the same file")
    pair.meet()
    held = same(pair)
    assert len(held) == 1
    assert str(extra) not in held, "headquarters' name stays"
    with pair.there.here():
        assert Scan.objects.count() == 2


def test_what_is_taken_back_is_gone_on_the_other_side_at_once(pair: Pair) -> None:
    exam = scan_in(pair.field_box, pair)
    pair.meet()
    with pair.field_box.here():
        scan = Scan.objects.get()
        drop_objects(scan.objects_stored.all())
        Event.objects.create(at=pair.later(), what="withdrawn", scan=scan)
    pair.wire.cut_after = 6  # hello and the first records, nothing more
    exchange(pair.wire)
    with pair.there.here():
        assert not StoredObject.objects.exists()
        assert not Wanted.objects.exists()
        assert Exam.objects.filter(uuid=exam).exists()


def test_the_bytes_of_a_day_are_kept_to(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    with pair.field_box.here():
        scanned(pair.field_box.store(), "large", pair.later(), sizes=(20_000, 2_500_000))
    monkeypatch.setenv("SONORELAY_SYNC_DAILY_MB", "1")
    today = exchange(pair.wire)
    assert (today.problem, today.budget_used_up, today.objects_sent) == ("", True, 1)
    assert 1_000_000 - CHUNK <= today.bytes_sent <= 1_000_000
    assert exchange(pair.wire).bytes_sent == 0
    sent = today.bytes_sent
    for _ in range(2):
        pair.later(24 * 60)
        sent += exchange(pair.wire).bytes_sent
    assert sent == 2_520_000, "gone on with at the byte"
    with pair.there.here():
        assert not Wanted.objects.exists()


def test_what_would_use_up_the_reserve_of_the_disk_is_not_fetched(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    scan_in(pair.there, pair)
    monkeypatch.setenv("SONORELAY_DISK_RESERVE_MB", str(10**9))
    full = exchange(pair.wire)
    assert (full.problem, full.received, full.bytes_received) == ("disk_full", 1, 0), "records come all the same"
    monkeypatch.delenv("SONORELAY_DISK_RESERVE_MB")
    pair.meet()
    with pair.field_box.here():
        assert not Wanted.objects.exists()
    same(pair)


def test_what_speaks_of_something_unknown_waits(pair: Pair) -> None:
    exam = scan_in(pair.field_box, pair)
    with pair.field_box.here():
        journal.write_up(pair.later())
        (record,) = (as_json(told_of(one, sides.this_side().uuid)) for one in Exam.objects.all())
    with pair.there.here() as world:
        peer, first = sides.field_box(uuid.uuid4(), world.people["grace"]), None
        for table, code in (
            (record | {"project": "kalemie"}, "project_unknown"),
            (record | {"version": 2}, "not_understood"),
            (record | {"draw": 7}, "not_understood"),
        ):
            for _ in range(2):  # the second time it was held already
                applied = applying.apply("exam", str(exam), table, peer, [world.goma], pair.later())
                assert applied is applying.Applied.HELD
            held = Held.objects.get()
            assert (held.code, held.record) == (code, table)
            first = first or held.since
            assert held.since == first, "since it was held first"
        assert not Exam.objects.exists()
        Held.objects.update(record=record)
        assert applying.try_held(peer, [world.goma], pair.later()) == 1
        assert not Held.objects.exists()
        assert Exam.objects.get().uuid == exam


@pytest.mark.parametrize("same_vault", [True, False])
def test_originals_go_sealed_and_only_where_the_vault_opens_them(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, *, same_vault: bool
) -> None:
    monkeypatch.setenv("SONORELAY_SYNC_ORIGINALS", "all")
    scan_in(pair.field_box, pair)
    if same_vault:
        (vault,) = (pair.field_box.home / "keys").glob("*.vault")
        (pair.there.home / "keys").mkdir(mode=0o700, exist_ok=True)
        shutil.copy2(vault, pair.there.home / "keys" / vault.name)
    done = exchange(pair.wire)
    assert (done.problem, done.objects_sent) == ("", 3 if same_vault else 2)
    with pair.field_box.here():
        digest = StoredObject.objects.get(role="raw").digest
        with pair.field_box.store().shelf.open(Area.RAW, digest) as file:
            lying = file.read()
    with pair.there.here():
        assert StoredObject.objects.filter(role="raw").exists() == same_vault
        store = pair.there.store()
        assert (store.size(Area.RAW, digest) is not None) == same_vault, "what cannot be opened is not kept"
        if same_vault:
            store.verify(Area.RAW, digest)
            with store.shelf.open(Area.RAW, digest) as file:
                assert file.read() == lying, "as it lay, never opened on the way"
