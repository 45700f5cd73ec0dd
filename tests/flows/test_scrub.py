"""Is what the store loses found, mended from the second copy or reported; and what nobody knows put in order?"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Unavailable
from pipeline.wrapping import rotate
from storage.objects import Area, ObjectStore
from storage.objects.chosen import object_store
from storage.objects.second import second_copy
from storage.settings import settings
from tests.flows.conftest import now
from tests.servers import S3Server
from tests.storage.conftest import World

if TYPE_CHECKING:
    from storage.catalogue.models import Scan


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an installation of its own, with a disk for the second copy."""
    (tmp_path / "disk").mkdir()
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("SONORELAY_SECOND_COPY", str(tmp_path / "disk"))
    settings.cache_clear()
    object_store.cache_clear()
    return tmp_path / "home"


def night() -> dict[str, int]:
    from flows.scrub import look_after_objects

    counts: dict[str, int] = look_after_objects.fn()
    return {what: count for what, count in counts.items() if count}


def copies() -> tuple[ObjectStore, ObjectStore]:
    second = second_copy()
    assert second is not None
    return object_store("relief"), second


def place(store: ObjectStore, digest: str, area: str = "raw") -> Path:
    return store.shelf._root / area / digest[:2] / digest[2:4] / digest


def change(path: Path) -> None:
    lying = bytearray(path.read_bytes())
    lying[-1] ^= 1
    path.write_bytes(lying)


def happened(scan: Scan | None = None) -> list[str]:
    from storage.catalogue.models import Event

    events = Event.objects.filter(what__startswith="object_").order_by("pk")
    return [event.what for event in (events if scan is None else events.filter(scan=scan))]


HARM: dict[str, Callable[[ObjectStore, str], None]] = {
    "changed": lambda store, digest: change(place(store, digest)),
    "gone": lambda store, digest: place(store, digest).unlink(),
    "cut": lambda store, digest: place(store, digest).write_bytes(place(store, digest).read_bytes()[:200]),
    "well": lambda _store, _digest: None,
}


@pytest.mark.parametrize("there", HARM)
@pytest.mark.parametrize("here", HARM)
def test_what_one_place_lost_comes_back_from_the_other(arrive: Callable[..., Scan], here: str, there: str) -> None:
    from storage.catalogue.models import StoredObject
    from storage.catalogue.scrubbing import lost

    scan = arrive()
    assert night() == {"copied": 1, "checked": 1}
    for store, harm in zip(copies(), (here, there), strict=True):
        HARM[harm](store, scan.digest)
    before = place(copies()[1], scan.digest).read_bytes() if there == "well" else None
    counts = night()
    row = StoredObject.objects.get(scan=scan)
    if "well" in (here, there):
        assert lost() == 0
        assert row.fault == ""
        assert happened() == ([] if here == "well" else ["object_repaired"])
        assert counts == {"checked": 1, **({} if here == "well" else {"repaired": 1}), **(copied(here, there))}
        for store in copies():
            store.verify(Area.RAW, scan.digest)
        assert before is None or place(copies()[0], scan.digest).read_bytes() == before
    else:
        assert lost() == counts["lost"] == 1
        assert row.fault == ("object_missing" if here == "gone" else "object_damaged")
        assert night()["lost"] == 1
        assert happened() == ["object_lost"]  # said once, not every night


def copied(here: str, there: str) -> dict[str, int]:
    return {"copied": 1} if here == "well" and there != "well" else {}


def test_what_was_lost_is_found_when_it_comes_again(arrive: Callable[..., Scan], tmp_path: Path) -> None:
    from storage.catalogue.scrubbing import lost

    scan = arrive()
    with object_store().fetch(Area.RAW, scan.digest) as path:
        shutil.copy(path, tmp_path / "again")
    place(object_store(), scan.digest).unlink()
    assert night() == {"checked": 1, "lost": 1}
    object_store("relief").put(Area.RAW, tmp_path / "again")
    assert night() == {"checked": 1, "copied": 1}
    assert lost() == 0
    assert happened(scan) == ["object_lost", "object_found"]


def test_a_disk_that_is_not_there_is_not_taken_for_the_copy(arrive: Callable[..., Scan], tmp_path: Path) -> None:
    arrive()
    night()
    (tmp_path / "disk").rename(tmp_path / "unplugged")
    (tmp_path / "disk").mkdir()  # the empty folder to which it was mounted
    arrive()
    assert night() == {"second_copy_away": 1, "checked": 2}
    assert list((tmp_path / "disk").iterdir()) == []
    (tmp_path / "disk").rmdir()
    assert night()["second_copy_away"] == 1
    (tmp_path / "unplugged").rename(tmp_path / "disk")
    assert night() == {"copied": 1, "checked": 2}


def test_a_night_reads_its_portion_and_goes_on_from_there(arrive: Callable[..., Scan]) -> None:
    from flows.scrub import read_back
    from storage.catalogue.models import StoredObject

    for _ in range(5):
        arrive()
    sizes = sorted(StoredObject.objects.values_list("size", flat=True))
    rounds = [read_back(object_store(), None, 2 * sizes[0])["checked"] for _ in range(3)]
    assert rounds[0] in (1, 2)
    assert not StoredObject.objects.filter(checked_at=None).exists() or sum(rounds) < 5
    read_back(object_store(), None, 5 * sizes[-1])
    assert StoredObject.objects.filter(checked_at=None).count() == 0
    first = StoredObject.objects.order_by("checked_at").first()
    assert first is not None
    assert +read_back(object_store(), None, 1) == {"checked": 1}
    assert StoredObject.objects.get(pk=first.pk).checked_at != first.checked_at


def test_what_lies_plain_is_sealed_and_a_changed_key_wraps_anew(arrive: Callable[..., Scan], home: Path) -> None:
    scans = [arrive(), arrive()]
    night()
    for store in copies():
        with store.fetch(Area.RAW, scans[0].digest) as path:
            shutil.copy(path, home / "plain")
        shutil.copy(home / "plain", place(store, scans[0].digest))
    assert night() == {"checked": 2, "sealed": 1}
    old, new = rotate(home / "keys" / "relief.vault")
    bodies = [place(store, scan.digest).read_bytes()[112:] for store in copies() for scan in scans]
    assert night() == {"wrapped_anew": 4, "checked": 2}
    assert [place(store, scan.digest).read_bytes()[112:] for store in copies() for scan in scans] == bodies
    assert sorted(path.name for path in (home / "keys").glob("*.vault*")) == [
        "relief.vault",
        f"relief.vault.unused-{old.fingerprint}",
    ]
    (home / "keys" / f"relief.vault.unused-{old.fingerprint}").unlink()
    object_store.cache_clear()
    for store in copies():
        for scan in scans:
            store.verify(Area.RAW, scan.digest)
            assert store.sealed_by(Area.RAW, scan.digest) == bytes.fromhex(new.fingerprint.replace("-", ""))


def test_a_key_that_a_damaged_object_may_need_is_not_retired(arrive: Callable[..., Scan], home: Path) -> None:
    scan = arrive()
    old, _ = rotate(home / "keys" / "relief.vault")
    whole = place(object_store(), scan.digest).read_bytes()
    place(object_store(), scan.digest).write_bytes(whole[:60])
    night()
    assert (home / "keys" / f"relief.vault.previous-{old.fingerprint}").exists()
    place(object_store(), scan.digest).write_bytes(whole)
    night()
    assert (home / "keys" / f"relief.vault.unused-{old.fingerprint}").exists()


def test_an_original_goes_from_both_places_or_from_none(arrive: Callable[..., Scan], tmp_path: Path) -> None:
    from flows.retention import delete_what_is_over
    from storage.catalogue.models import Scan
    from storage.catalogue.scrubbing import lost

    scans = [arrive(), arrive()]
    Scan.objects.filter(pk=scans[0].pk).update(state="rejected")
    night()
    (tmp_path / "disk").rename(tmp_path / "unplugged")
    with pytest.raises(Unavailable, match="second_copy_away"):
        delete_what_is_over.fn(30)
    object_store().verify(Area.RAW, scans[0].digest)
    (tmp_path / "unplugged").rename(tmp_path / "disk")
    assert [delete_what_is_over.fn(30) for _ in range(2)] == [1, 0]
    for store in copies():
        assert list(store.digests(Area.RAW)) == [scans[1].digest]
    assert night() == {"checked": 1}
    assert lost() == 0


@pytest.mark.service
def test_a_bucket_holds_the_second_copy(
    arrive: Callable[..., Scan], s3_server: S3Server, monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    for name, value in s3_server.environment(f"t{secrets.token_hex(6)}").items():
        monkeypatch.setenv(name, value if name != "SONORELAY_OBJECTS" else "folder")
    monkeypatch.setenv("SONORELAY_SECOND_COPY", f"s3:t{secrets.token_hex(6)}")
    settings.cache_clear()
    object_store.cache_clear()
    scan = arrive()
    assert night() == {"copied": 1, "checked": 1}
    change(place(object_store(), scan.digest))
    assert night() == {"checked": 1, "repaired": 1}
    rotate(home / "keys" / "relief.vault")
    assert night() == {"wrapped_anew": 2, "checked": 1}
    store, second = copies()
    with store.shelf.open(Area.RAW, scan.digest) as here, second.shelf.open(Area.RAW, scan.digest) as there:
        assert here.read() == there.read()
    place(store, scan.digest).unlink()
    assert night() == {"checked": 1, "repaired": 1}
    store.verify(Area.RAW, scan.digest)


def grown_old(path: Path) -> None:
    then = (now() - timedelta(days=3)).timestamp()
    os.utime(path, (then, then))


def test_what_no_row_names_goes_but_never_an_original(
    arrive: Callable[..., Scan], world: World, tmp_path: Path
) -> None:
    from storage.catalogue.models import Scan, StoredObject

    store, second = copies()
    scans = [arrive(), arrive()]
    path = tmp_path / "made"
    leftover = {}
    for area in (Area.RELEASED, Area.WITHHELD):
        for age in ("old", "young"):
            path.write_text(f"{area} {age}")
            leftover[area, age] = store.put(area, path).digest
            if age == "old":
                grown_old(place(store, leftover[area, age], area))
    night()
    for (area, age), digest in leftover.items():
        assert (store.size(area, digest) is None) == (second.size(area, digest) is None) == (age == "old")
    # the catalogue came back from an older backup: one scan without its row, another without anything
    StoredObject.objects.filter(scan=scans[0]).delete()
    Scan.objects.filter(pk=scans[1].pk).delete()
    for scan in scans:
        grown_old(place(store, scan.digest))
    assert night() == {"adopted": 1, "unknown": 1}
    assert night() == {"checked": 1, "unknown": 1}
    assert sorted(happened()) == ["object_adopted", "object_unknown"]
    assert StoredObject.objects.get(scan=scans[0]).role == "raw"
    world.bunia.delete()  # now there is only one project that it can be of
    assert night() == {"checked": 1, "adopted": 1}
    found = Scan.objects.get(digest=scans[1].digest)
    assert (found.project, found.state, found.arrivals.get().source) == (world.goma, "received", "found_in_store")
    for scan in scans:
        store.verify(Area.RAW, scan.digest)


def test_what_a_crash_left_in_the_work_folder_goes(home: Path, world: World) -> None:
    left = home / "opened" / "open-abc"
    left.mkdir(parents=True)
    (left / "scan").write_text("names a patient")
    then = (now() - timedelta(hours=25)).timestamp()
    os.utime(left, (then, then))
    assert night() == {"swept": 1}
    assert not left.exists()
