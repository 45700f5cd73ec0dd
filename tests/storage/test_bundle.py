"""The bundle of a project is whole or says what is missing, and is written to any disk or straight to a browser."""

from __future__ import annotations

import csv
from collections import namedtuple
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import bagit
import pytest

from pipeline.errors import Conflict, Misconfigured, Unavailable
from storage.objects import Area
from tests.storage.giving_away import PASSPHRASE, Drill, drill, exams

if TYPE_CHECKING:
    from storage.handover.taking import Taking

__all__ = ["drill"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_any_byte_that_changed_is_found_and_named(drill: Drill) -> None:
    from storage.handover import arriving

    bundle = drill.exported("bundle")
    arriving.opened(bundle)
    files = sorted(one for one in bundle.rglob("*") if one.is_file() and one.stat().st_size > 2)
    chosen = [*files[:: max(len(files) // 12, 1)], *(one for one in files if one.parent == bundle)]
    for file in chosen:
        before = file.read_bytes()
        file.write_bytes(before[:-2] + bytes([before[-2] ^ 1]) + before[-1:])
        with pytest.raises(Misconfigured, match="bundle_damaged"):
            arriving.opened(bundle)
        file.write_bytes(before)
    # who also changes the manifests is found by the signature
    scan = bundle / "data" / "catalogue" / "catalogue_scan.jsonl"
    scan.write_bytes(scan.read_bytes().replace(b"BLADDER", b"EFAST\x20\x20"))
    bagit.Bag(str(bundle)).save(manifests=True)
    with pytest.raises(Misconfigured, match="bundle_damaged"):
        arriving.opened(bundle)


def test_an_export_that_broke_goes_on_and_is_the_same_bag(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage.handover import arriving, exporting

    real, written = exporting._object, 0

    def pulled_out(*said: Any) -> Iterator[bytes]:
        nonlocal written
        written += 1
        if written == 5:
            yield b"half a file"
            raise OSError(5, "Input/output error")
        yield from real(*said)

    monkeypatch.setattr(exporting, "_object", pulled_out)
    with pytest.raises(OSError, match="Input/output"):
        drill.exported("stick")
    monkeypatch.undo()
    stick = drill.folder / "stick"
    with pytest.raises(bagit.BagError):
        bagit.Bag(str(stick))
    there = {file: file.stat().st_mtime_ns for file in (stick / "data" / "objects").rglob("*") if file.is_file()}
    assert len(there) == 4
    turned = min(there)  # a bit of the stick turned meanwhile
    turned.write_bytes(b"\0" + turned.read_bytes()[1:])
    progress = stick / "in-progress.jsonl"
    progress.write_text(f'["torn", 1\n{progress.read_text()}')
    drill.exported("stick")
    assert [file for file in there if file.stat().st_mtime_ns != there[file]] == [turned]
    assert not progress.exists()
    with pytest.raises(Misconfigured, match="bundle_there"):
        drill.exported("stick")
    assert arriving.opened(stick).proven.events > 0


def test_what_the_giver_lost_is_told_and_is_a_difference(drill: Drill) -> None:
    from storage.handover import arriving
    from storage.handover.leaving import counts_of
    from supervision.certificates.project_receipt import differences

    with drill.old.here():
        lost = exams("goma")[0].clips.get().objects_stored.get(role="preview").digest
        drill.old.store().delete(Area.RELEASED, lost)
    opened = arriving.opened(drill.exported("bundle"))
    assert opened.said["missing"] == [f"released/{lost}"]
    said = counts_of(opened.said)
    assert differences(said, {**said, "unmatched": 1, "chain": True}) == (
        "missing at the giver: 1",
        "unmatched digests: 1",
    )


def test_an_owner_takes_the_project_along_by_the_browser_in_several_attempts(drill: Drill) -> None:
    from storage.catalogue.models import ProjectBundle
    from storage.handover import arriving, taking
    from storage.handover.exporting import Wanted

    with drill.old.here():
        store, owner = drill.old.store(), drill.person("owner")
        for name in ("rose", "stranger", "amina"):
            with pytest.raises(Misconfigured, match="not_given"):
                taking.ask(Wanted("goma", drill.person(name)), store, drill.later())
        with pytest.raises(Misconfigured, match="passphrase_short"):
            taking.ask(Wanted("goma", owner, passphrase="short"), store, drill.later())
        wanted = Wanted("goma", owner, language="fr", originals=True, passphrase=PASSPHRASE)
        work = taking.ask(wanted, store, drill.later())
        assert took(drill).state is taking.BundleState.MAKING
        with pytest.raises(Conflict, match="stale"):
            taking.ask(wanted, store, drill.later())
        work()
        assert took(drill).state is taking.BundleState.READY
        ends = b"".join(taking.pieces(took(drill), owner, store, drill.later(), took(drill).size - 3000))
        data = b""
        for number in range(1, 8):  # each download breaks somewhere; the next one goes on there
            for piece in taking.pieces(took(drill), owner, store, drill.later(), len(data)):
                data += piece
                if len(data) > took(drill).size * number // 7:
                    break
        assert data[-3000:] == ends
        assert len(data) == took(drill).size
        assert ProjectBundle.objects.get().digest == took(drill).digest
    with ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        archive.extractall(drill.folder / "zip")
    (folder,) = (drill.folder / "zip").iterdir()
    opened = arriving.opened(folder)
    assert opened.digest == took(drill).digest
    assert opened.said["objects"]["count"] == 9
    assert arriving.keys_in(opened.folder, PASSPHRASE) is not None
    table = (folder / "data" / "tables" / "scan.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(table.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert len(rows) == 3
    assert {row["score"] for row in rows} == {"70,0"}


def test_a_bundle_says_when_a_file_of_it_is_gone_and_is_removed_after_some_days(drill: Drill) -> None:
    from storage.handover import taking
    from storage.handover.exporting import Wanted

    with drill.old.here():
        store, owner = drill.old.store(), drill.person("owner")
        taking.ask(Wanted("goma", owner), store, drill.later())()
        store.delete(Area.RELEASED, exams("goma")[0].clips.get().objects_stored.get(role="preview").digest)
        with pytest.raises(Unavailable, match="object_missing"):
            list(taking.pieces(took(drill), owner, store, drill.later()))
        assert str(took(drill).failed).startswith("object_missing")
        taking.ask(Wanted("goma", owner), store, drill.later())()
        assert (took(drill).state, took(drill).missing) == (taking.BundleState.READY, 1)
        folder = took(drill).folder
        drill.now += taking.KEPT
        assert taking.sweep(drill.now) == 1
        assert not folder.exists()


def took(drill: Drill) -> Taking:
    """Return the bundle that somebody asked for."""
    from storage.handover import taking

    with drill.old.here():
        found = taking.of_project("goma", drill.now)
        assert found is not None
        return found


def test_a_disk_without_room_is_told_before_anything_is_written(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    from storage.handover import exporting

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(exporting, "disk_usage", lambda _path: usage(100, 100, 1000))
    with pytest.raises(Misconfigured, match="no_room_there"):
        drill.exported("full")
    assert not (drill.folder / "full").exists()
