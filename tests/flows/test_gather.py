"""Is every file of every place taken in once, answered beside it, and let go of only then?"""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pipeline.errors import Unavailable
from tests.flows.conftest import scene
from tests.flows.places import Field, make_field, receipts_in
from tests.servers import absent

__all__ = ["make_field"]


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """Give a file system of its own, of 4 MB, as a USB stick is one."""
    folder = tmp_path / "stick"
    folder.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "stick", folder], check=False).returncode:
        absent("the right to mount a file system")
    yield folder
    subprocess.run(["umount", "--lazy", folder], check=False)


def of_folder(folder: Path, *, keep: bool = False) -> str:
    return f'[[projects.sources]]\nkind = "watched_folder"\nfolder = "{folder}"\nkeep = {str(keep).lower()}\n'


def test_each_file_is_answered_beside_the_inbox_in_the_language_of_the_project(
    make_field: Callable[..., Field],
) -> None:
    field = make_field(language="fr")
    field.drop("amina/FAST/=HYPERLINK(1).dcm", b"one")
    field.drop("amina/FAST/Zoé.dcm", b"two")
    (field.inbox / "amina" / "FAST").joinpath(os.fsdecode(b"bad\xff\nname.dcm")).write_bytes(b"three")
    assert field.look_and_answer() == 3
    answers = receipts_in(field.inbox, ";")
    assert [row["fichier"] for row in answers] == [
        "amina/FAST/=HYPERLINK(1).dcm",
        "amina/FAST/Zoé.dcm",
        "amina/FAST/bad\ufffd\ufffdname.dcm",
    ]
    assert {row["réponse"] for row in answers} == {"en cours de lecture"}
    assert not list(field.inbox.glob("amina/FAST/*"))
    assert field.look() == 0, "the receipts are nobody's scans"


def test_a_name_is_no_formula(make_field: Callable[..., Field]) -> None:
    field = make_field()
    field.drop("=1+1.dcm", b"one")
    field.look()
    assert [row["file"] for row in receipts_in(field.inbox)] == ["'=1+1.dcm"]


def test_answers_are_brought_up_to_date_until_they_are_final(
    make_field: Callable[..., Field], cycle: Callable[[], object]
) -> None:
    field = make_field()
    field.drop("notes.txt", b"no scan at all")
    field.look_and_answer()
    (before,) = receipts_in(field.inbox)
    cycle()
    field.look_and_answer()
    (after,) = receipts_in(field.inbox)
    assert (before["answer"], after["answer"]) == ("being read", "refused")
    assert before["receipt"] == after["receipt"]
    assert len(after["scan"]) >= 8
    assert after["what to do"]


def test_a_table_that_somebody_edited_is_left_and_another_begun(make_field: Callable[..., Field]) -> None:
    field = make_field()
    field.drop("a.dcm", b"one")
    field.look()
    (table,) = (field.inbox / "sonorelay-receipts").iterdir()
    table.write_text("my own notes")
    field.drop("b.dcm", b"two")
    field.look_and_answer()
    assert table.read_text() == "my own notes"
    (other,) = set((field.inbox / "sonorelay-receipts").iterdir()) - {table}
    assert b"b.dcm" in other.read_bytes()


def test_receipts_follow_no_link(make_field: Callable[..., Field], tmp_path: Path) -> None:
    field = make_field()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (field.inbox / "sonorelay-receipts").symlink_to(elsewhere)
    field.drop("a.dcm", b"one")
    assert field.look_and_answer() == 1
    assert not list(elsewhere.iterdir())


def test_what_a_killed_run_received_is_answered_and_removed_without_arriving_again(
    make_field: Callable[..., Field], monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.receive import Reception

    field = make_field()
    for number in range(3):
        field.drop(f"{number}.dcm", b"scan %d" % number)

    def killed(_reception: Reception) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(Reception, "_let_go", killed)
        with pytest.raises(KeyboardInterrupt):
            field.look()
    assert field.arrivals() == 3
    assert field.look() == 0
    assert field.arrivals() == 3
    assert len(receipts_in(field.inbox)) == 3
    assert not list(field.inbox.glob("*.dcm"))


def test_the_same_file_put_there_again_is_another_arrival(make_field: Callable[..., Field]) -> None:
    field = make_field()
    for _ in range(2):
        os.utime(field.drop("a.dcm", b"one"), (1_700_000_000, 1_700_000_000))
        assert field.look_and_answer() == 1
    assert [row["answer"] for row in receipts_in(field.inbox)] == ["being read", "received before"]


def test_a_write_protected_stick_is_read_once_and_answered_in_the_inbox(
    make_field: Callable[..., Field], stick: Path
) -> None:
    field = make_field(of_folder(stick))
    field.drop("amina/FAST/a.dcm", b"one", stick)
    subprocess.run(["mount", "-o", "remount,ro", stick], check=True)
    assert [field.look_and_answer() for _ in range(3)] == [1, 0, 0]
    assert (stick / "amina/FAST/a.dcm").exists()
    assert [row["file"] for row in receipts_in(field.inbox)] == ["amina/FAST/a.dcm"]
    subprocess.run(["mount", "-o", "remount,rw", stick], check=True)
    field.drop("amina/FAST/a.dcm", b"another one", stick)
    assert field.look_and_answer() == 1
    assert not (stick / "amina/FAST/a.dcm").exists()


def test_an_archive_is_kept_and_only_what_is_new_is_taken(make_field: Callable[..., Field], tmp_path: Path) -> None:
    archive = tmp_path / "archive"
    field = make_field(of_folder(archive, keep=True))
    field.drop("a.dcm", b"one", archive)
    assert field.look() == 1
    field.drop("b.dcm", b"two", archive)
    field.drop("a.dcm.json", b'{"trainee": "amina"}', archive)  # says more of what was taken
    assert field.look() == 2
    assert field.look() == 0
    assert len(list(archive.glob("*.dcm"))) == 2


def test_a_stick_that_is_pulled_out_loses_nothing(
    make_field: Callable[..., Field], stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.sources.watched_folder import FoundFile

    field = make_field(of_folder(stick) + of_folder(tmp_path / "other"))
    for number in range(4):
        field.drop(f"{number}.dcm", b"scan %d" % number, stick)
    field.drop("x.dcm", b"elsewhere", tmp_path / "other")
    begun = FoundFile.incoming

    def pulled(file: FoundFile) -> object:
        if file.path.name == "2.dcm":
            raise OSError(errno.EIO, "Input/output error")
        return begun(file)

    with monkeypatch.context() as patch:
        patch.setattr(FoundFile, "incoming", pulled)
        assert field.look() == 4, "the third file cannot be read; all others are"
    assert [path.name for path in stick.glob("*.dcm")] == ["2.dcm"]
    assert field.look() == 1
    subprocess.run(["umount", stick], check=True)
    stick.rmdir()
    assert field.look() == 0, "a folder that is not there holds nothing"


def test_a_sidecar_that_comes_after_its_file_is_heard(make_field: Callable[..., Field]) -> None:
    from storage.catalogue.models import Scan

    field = make_field()
    field.drop("amina/a.mp4", b"one")
    field.drop("amina/b.mp4.json", b'{"exam_type": "FAST"}')
    field.look()
    field.drop("amina/a.mp4.json", b'{"exam_type": "FAST", "age": "infant"}')
    assert field.look_and_answer() == 1
    scan = Scan.objects.get()
    assert (scan.exam_type, scan.said["age"]) == ("FAST", "infant")
    assert [path.name for path in field.inbox.glob("amina/*")] == ["b.mp4.json"], "its file has yet to come"


def test_of_a_medium_only_pictures_are_taken(make_field: Callable[..., Field], stick: Path) -> None:
    from storage.catalogue.models import AuthorName, Scan

    field = make_field(of_folder(stick))
    field.drop("DICOMDIR", b"\0" * 128 + b"DICM", stick)
    field.drop("AUTORUN.INF", b"[autorun]", stick)
    field.drop("VIEWER/VIEWER.EXE", b"MZ\x90", stick)
    field.drop("DICOM/PA0/ST0/IM0", b"\0" * 128 + b"DICM" + b"\0" * 64, stick)
    assert field.look() == 1
    assert Scan.objects.get().kind == "dicom"
    assert not AuthorName.objects.exists(), "the folders of a medium name nobody"
    assert (stick / "DICOMDIR").exists()
    assert (stick / "VIEWER/VIEWER.EXE").exists()


def test_a_device_whose_clock_runs_ahead_is_heard(make_field: Callable[..., Field]) -> None:
    field = make_field()
    tomorrow = time.time() + 24 * 3600
    os.utime(field.drop("a.dcm", b"one"), (tomorrow, tomorrow))
    assert field.look() == 1


def test_without_room_files_wait_where_they_are(
    make_field: Callable[..., Field], monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage.room import room_left
    from storage.settings import settings

    field = make_field(SONORELAY_DISK_RESERVE_MB=str(1 << 40))
    waits = field.drop("a.dcm", b"one")
    assert room_left() == 0
    assert field.look() == 0
    assert waits.exists()
    monkeypatch.setenv("SONORELAY_DISK_RESERVE_MB", "0")
    settings.cache_clear()
    assert field.look() == 1


def test_without_room_what_was_received_is_let_go(
    make_field: Callable[..., Field], monkeypatch: pytest.MonkeyPatch
) -> None:
    from storage.settings import settings

    field = make_field()
    received = field.drop("a.dcm", b"one")

    def disk_fills(_file: object) -> bool:
        field.drop("b.dcm", b"two")
        monkeypatch.setenv("SONORELAY_DISK_RESERVE_MB", str(1 << 40))
        settings.cache_clear()
        return False

    with monkeypatch.context() as patch:
        patch.setattr("flows.sources.watched_folder.FoundFile.remove", disk_fills)
        assert field.look() == 1
    assert received.exists()
    assert field.look() == 0
    assert [path.name for path in field.inbox.glob("*.dcm")] == ["b.dcm"]


@pytest.mark.parametrize("room", [0, 90_112, 180_224])
def test_a_disk_that_is_full_in_the_middle_gives_the_scan_back(
    make_field: Callable[..., Field], stick: Path, arrive: Callable[..., object], room: int
) -> None:
    from flows.batches import process_batch
    from storage.catalogue.models import Scan

    make_field()
    arrive(scene(frames=6), regions=True)
    home = stick.parent / "home"
    (home / "running").symlink_to(stick)
    fill = stick / "fill"
    fill.write_bytes(b"\0" * (shutil.disk_usage(stick).free - room))
    with pytest.raises(Unavailable, match="disk_full"):
        process_batch.fn("goma", "relief")
    scan = Scan.objects.get()
    assert (scan.state, scan.taken_by, scan.attempts) == ("received", "", 0)
    fill.unlink()
    assert process_batch.fn("goma", "relief") == {"released": 1}
