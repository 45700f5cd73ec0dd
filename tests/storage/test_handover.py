"""A project goes over whole to an installation in which nothing was, and whoever gave it away has it no more."""

from __future__ import annotations

import csv
import json
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING
from zipfile import ZipFile

import bagit
import pytest
from django.db.backends.sqlite3.base import DatabaseWrapper

from pipeline.errors import Conflict, Misconfigured, Rejected, Unavailable
from storage.objects import Area
from storage.settings import settings
from supervision.certificate import verify
from supervision.handover import Stage, Unmet
from supervision.roles import Action, Role
from tests.storage.conftest import NOON
from tests.storage.two_sides import Installation, installed, removed, scanned

if TYPE_CHECKING:
    from storage.catalogue.models import Exam, Handover, Person, ProjectBundle, Review
    from storage.handover.arriving import Arrived

PASSPHRASE = "five words that nobody guesses"
PROGRAMME = """
[review]
second_read_share = 0.0

[[organisations]]
code = "relief"
name = "Relief"

[[organisations]]
code = "other"
name = "Other"

[[projects]]
code = "goma"
organisation = "relief"
name = "Goma \\"General\\""
sources = [{kind = "watched_folder", folder = "/srv/goma"}, {kind = "browser"}]

[[projects]]
code = "bunia"
organisation = "relief"
name = "Bunia"
"""
pytestmark = pytest.mark.django_db(transaction=True)


class Drill:
    """The giving installation, and how often a new one was made; time goes by one minute with every look."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.now, self.made = folder, NOON, 0
        self.old = installed(folder, "old")
        (self.old.home / "programme.toml").write_text(PROGRAMME)
        self.new: list[Installation] = []

    def later(self, minutes: int = 1) -> datetime:
        self.now += timedelta(minutes=minutes)
        return self.now

    def person(self, name: str) -> Person:
        return self.old.world.people[name]

    def exported(self, name: str, by: str = "owner", *, originals: bool = True) -> Path:
        from storage.handover.exporting import Wanted
        from storage.handover.leaving import into_folder

        folder = self.folder / name
        with self.old.here():
            wanted = Wanted("goma", self.person(by), originals=originals, passphrase=PASSPHRASE)
            into_folder(wanted, folder, self.old.store(), self.later())
        return folder

    def restored(self, bundle: Path) -> tuple[Installation, Arrived]:
        """Restore into a catalogue without tables, a store without files and a home without keys."""
        from storage.handover import arriving
        from storage.objects.chosen import object_store
        from storage.restoring import refuse_unless_empty

        home = self.folder / f"new-{len(self.new)}"
        home.mkdir()
        described = {**self.old.connection.settings_dict, "NAME": str(home / "catalogue.sqlite3")}
        there = Installation(home, DatabaseWrapper(described, "default"))
        self.new.append(there)
        with there.here():
            refuse_unless_empty(object_store("ministry"))
            opened = arriving.opened(bundle)
            keys = arriving.keys_in(opened, PASSPHRASE)
            owner = arriving.Owner("ministry", "Ministry of Health")
            return there, arriving.restore(opened, owner, keys, object_store("ministry"), self.later())

    def confirmed(self, receipt: bytes) -> ProjectBundle:
        from storage.handover import steps

        with self.old.here():
            return steps.confirm("goma", receipt, self.person("owner"), self.later())

    def move(self, made: Handover, to: Stage, by: str = "owner") -> None:
        from storage.handover import steps

        with self.old.here():
            steps.move(made, to, self.person(by), self.later())

    def read(self, exam: Exam, reader: str) -> Review:
        from storage.catalogue import queue, readings
        from tests.storage.acts_on_two_sides import BLADDER, form

        item = exam.items.filter(done_at=None).latest("pk")
        queue.claim(item.pk, self.person(reader), self.later())
        seen = [view.code for view in BLADDER.views]
        return readings.submit(item.pk, self.person(reader), uuid.uuid4(), form(4), self.later(), seen=seen)


@pytest.fixture
def drill(tmp_path: Path) -> Iterator[Drill]:
    from storage.keys import organisation_key

    organisation_key.cache_clear()
    made = Drill(tmp_path)
    with made.old.here() as world:
        world.person("owner", Role.PARTNER_OWNER)
        world.person("stranger", Role.PARTNER_OWNER, project=world.bunia)
        world.person("minister", Role.PARTNER_OWNER, project=world.goma)
        world.person("noor", Role.REVIEWER, project=world.goma)
        store = made.old.store()
        for number in range(3):
            scanned(store, f"goma {number}", made.later())
        scanned(store, "a scan of bunia", made.later(), project="bunia")
    yield made
    removed(made.old, *made.new)
    organisation_key.cache_clear()


def exams(project: str) -> list[Exam]:
    from storage.catalogue.models import Exam

    return list(Exam.objects.filter(project__code=project).order_by("pk"))


def test_the_drill(drill: Drill) -> None:
    from storage.catalogue import handovers, queue, scope
    from storage.catalogue.models import Event, Person, ProjectBundle, Scan
    from storage.handover import steps

    with drill.old.here():
        drill.read(exams("goma")[0], "rose")
        made = steps.begin("goma", "ministry", "Ministry of Health", drill.person("owner"), drill.later())
        with pytest.raises(steps.NotYet) as refused:
            steps.move(made, Stage.SHADOW, drill.person("owner"), drill.later())
        assert refused.value.unmet == (Unmet.NOT_RESTORED, Unmet.NO_READERS)
        going = {drill.person(name).pk for name in ("amina", "noor", "minister")}
        steps.choose(made, going, drill.person("owner"), drill.later())

    bundle = drill.exported("dry run")
    holds_nothing_of_another_project(drill, bundle)
    there, arrived = drill.restored(bundle)
    is_the_receivers_and_opens_with_a_key_of_its_own(drill, there)
    assert arrived.differences == ()
    assert arrived.here["tables"] == arrived.said["tables"]
    assert arrived.here["unmatched"] == 0
    assert arrived.here["objects"] == 9  # original, poster and preview of three scans
    drill.confirmed(arrived.receipt.as_json())
    drill.move(made, Stage.SHADOW)

    with drill.old.here():
        shadowed = exams("goma")[1]
        with pytest.raises(Conflict, match="other_side"):
            drill.read(shadowed, "rose")
        drill.read(shadowed, "noor")
        with pytest.raises(Conflict):
            queue.claim(shadowed.items.get(done_at=None).pk, drill.person("noor"), drill.later())
        drill.read(shadowed, "rose")
        assert steps.shown(made).shadowed == 1
        assert (
            queue.next_item(drill.person("luc"), drill.later()) is None
        )  # what is left is for the receiver to read first
        assert queue.next_item(drill.person("noor"), drill.later()) is not None
    drill.move(made, Stage.SWITCHED)
    with drill.old.here():
        with pytest.raises(Misconfigured, match="not_given"):
            steps.choose(made, {drill.person("owner").pk}, drill.person("owner"), drill.later())
        assert not scope.projects_for(drill.person("grace"), Action.SYNC).filter(code="goma").exists()
        assert scope.projects_for(drill.person("minister"), Action.MANAGE_PEOPLE).filter(code="goma").exists()
    drill.move(made, Stage.READ_ONLY, by="minister")
    with drill.old.here():
        with pytest.raises(Unavailable, match="handed_over"):
            handovers.refuse_when_frozen("goma")
        with pytest.raises(steps.NotYet):
            steps.move(made, Stage.REVOKED, drill.person("minister"), drill.later())
    last, arrived = drill.restored(drill.exported("final"))
    assert arrived.differences == ()
    drill.confirmed(arrived.receipt.as_json())
    drill.move(made, Stage.REVOKED)

    with drill.old.here():
        ours = [drill.person(name) for name in ("owner", "rose", "luc", "grace", "ada")]
        left = {action for action in Action for one in ours if "goma" in codes(one, action)}
        assert left == {Action.SEE_HANDOVER}
        assert not scope.scans_for(drill.person("owner"), Action.SEE_SCANS).filter(project__code="goma").exists()
        assert scope.scans_for(drill.person("owner"), Action.SEE_SCANS).filter(project__code="bunia").exists()
        certificate = verify(json.dumps(made.steps.get(stage=Stage.REVOKED).signed).encode())
        says = certificate.document["says"]
        assert certificate.document["kind"] == "handover"
        assert [one["stage"] for one in says["before"]] == ["dry_run", "shadow", "switched", "read_only"]
        assert says["bundle"]["digest"] == ProjectBundle.objects.latest("made_at").digest
        assert Event.objects.filter(what="handover_step", facts__project="goma").count() == 5
    with pytest.raises(Rejected, match="certificate_changed"):
        verify(certificate.as_json().replace(b"ministry", b"ministre"))
    with last.here():
        assert not Person.objects.filter(is_active=True).exists()
        assert not Person.objects.exclude(email="").exists()
        assert Scan.objects.count() == 3
        assert {one.reviewer.username for one in exams("goma")[1].reviews.all()} == {"noor", "rose"}
    assert there.home != last.home


def codes(person: Person, action: Action) -> set[str]:
    from storage.catalogue import scope

    return set(scope.projects_for(person, action).values_list("code", flat=True))


def holds_nothing_of_another_project(drill: Drill, bundle: Path) -> None:
    from storage.catalogue.models import Scan

    with drill.old.here():
        strange = Scan.objects.get(project__code="bunia")
        told = [strange.digest, "bunia", "stranger", *strange.objects_stored.values_list("digest", flat=True)]
    for file in [one for one in bundle.rglob("*") if one.is_file()]:
        data = file.read_bytes()
        assert not [one for one in told if one.encode() in data], file


def is_the_receivers_and_opens_with_a_key_of_its_own(drill: Drill, there: Installation) -> None:
    from storage.catalogue.models import Organisation, Scan
    from storage.objects.chosen import object_store

    with there.here():
        assert Organisation.objects.get().code == "ministry"
        raw = Scan.objects.earliest("pk")
        object_store().verify(Area.RAW, raw.digest)
        keys = {one.name: one.read_bytes() for one in settings().keys_folder.iterdir()}
        said = settings().programme_file.read_text()
        assert "ministry" in said
        assert "/srv/goma" not in said
    with drill.old.here():
        assert keys["ministry.key"] == settings().key_file("relief").read_bytes()
        assert settings().key_file("relief").with_suffix(".vault").read_bytes() not in keys.values()
        assert settings().key_file("relief").with_suffix(".signing").read_bytes() not in keys.values()


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

    def pulled_out(*said: object) -> Iterator[bytes]:
        nonlocal written
        written += 1
        if written == 5:
            yield b"half a file"
            raise OSError(5, "Input/output error")
        yield from real(*said)  # type: ignore[arg-type]

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
    drill.exported("stick")
    assert [file for file in there if file.stat().st_mtime_ns != there[file]] == [turned]
    assert not (stick / "in-progress.jsonl").exists()
    with pytest.raises(Misconfigured, match="bundle_there"):
        drill.exported("stick")
    assert arriving.opened(stick).proven.events > 0


def test_what_the_giver_lost_is_told_and_is_a_difference(drill: Drill) -> None:
    from storage.handover import arriving
    from storage.handover.leaving import counts_of

    with drill.old.here():
        lost = exams("goma")[0].clips.get().objects_stored.get(role="preview").digest
        drill.old.store().delete(Area.RELEASED, lost)
    opened = arriving.opened(drill.exported("bundle"))
    assert opened.said["missing"] == [f"released/{lost}"]
    said = counts_of(opened.said)
    assert arriving.differences(said, {**said, "unmatched": 1, "chain": True}) == (
        "missing at the giver: 1",
        "unmatched digests: 1",
    )


def test_an_owner_takes_the_project_along_by_the_browser_and_nobody_else_does(drill: Drill) -> None:
    from storage.handover import arriving
    from storage.handover.exporting import Wanted
    from storage.handover.leaving import as_zip

    with drill.old.here():
        store = drill.old.store()
        for name in ("rose", "stranger", "amina"):
            with pytest.raises(Misconfigured, match="not_given"):
                as_zip(Wanted("goma", drill.person(name)), store, drill.later())
        data = b"".join(as_zip(Wanted("goma", drill.person("owner"), language="fr"), store, drill.later()))
    with ZipFile(BytesIO(data)) as archive:
        assert archive.testzip() is None
        archive.extractall(drill.folder / "zip")
    (folder,) = (drill.folder / "zip").iterdir()
    opened = arriving.opened(folder)
    assert opened.said["objects"]["count"] == 6  # no key, no original
    table = (folder / "data" / "tables" / "scan.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(table.decode("utf-8-sig").splitlines(), delimiter=";"))
    assert len(rows) == 3
    assert {row["score"] for row in rows} == {"70,0"}


def test_a_disk_without_room_is_told_before_anything_is_written(drill: Drill, monkeypatch: pytest.MonkeyPatch) -> None:
    from collections import namedtuple

    from storage.handover import exporting

    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(exporting, "disk_usage", lambda _path: usage(100, 100, 1000))
    with pytest.raises(Misconfigured, match="no_room_there"):
        drill.exported("full")
    assert not (drill.folder / "full").exists()
