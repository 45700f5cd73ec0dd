"""Which files does the watched folder hand over, and with which context?"""

import json
import os
import time
from pathlib import Path

import pytest

from flows.sources.watched_folder import FoundFile, new_files
from storage.reception import Incoming


def drop(folder: Path, name: str, content: bytes = b"x") -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def said_of(file: FoundFile) -> Incoming:
    with file.incoming() as incoming:
        return incoming


def found(folder: Path) -> list[str]:
    return [file.path.name for file in new_files(folder, settled_seconds=0)]


def test_place_says_who_and_what(tmp_path: Path) -> None:
    drop(tmp_path, "a.dcm")
    drop(tmp_path, "amina/b.dcm")
    drop(tmp_path, "amina/fast/c.dcm")
    drop(tmp_path, "amina/FAST/deeper/d.dcm")
    files = {file.path.name: said_of(file) for file in new_files(tmp_path, settled_seconds=0)}
    context = {name: (said.author, said.exam_type) for name, said in files.items()}
    assert context == {
        "a.dcm": (None, None),
        "b.dcm": ("amina", None),
        "c.dcm": ("amina", "FAST"),
        "d.dcm": ("amina", "FAST"),
    }


def test_sidecar_says_more_than_the_place_and_goes_with_the_file(tmp_path: Path) -> None:
    drop(tmp_path, "amina/a.mp4")
    said = {"trainee": "ousmane", "exam_type": "card", "captured_at": "2026-03-01T10:00:00+03:00"}
    sidecar = drop(tmp_path, "amina/a.mp4.json", json.dumps(said).encode())
    (file,) = new_files(tmp_path, settled_seconds=0)
    incoming = said_of(file)
    assert (incoming.author, incoming.exam_type) == ("ousmane", "CARD")
    assert incoming.captured_at is not None
    assert incoming.captured_at.isoformat() == "2026-03-01T07:00:00+00:00"
    file.remove()
    assert not sidecar.exists()
    assert not file.path.exists()


@pytest.mark.parametrize(
    "said", [b"{", b"[]", b'{"traine": "x"}', b'{"captured_at": "2026-03-01T10:00:00"}', b"[" * 50_000, b" " * 70_000]
)
def test_a_bad_sidecar_does_not_hold_the_scan_back(tmp_path: Path, said: bytes) -> None:
    drop(tmp_path, "amina/a.mp4")
    drop(tmp_path, "amina/a.mp4.json", said)
    (file,) = new_files(tmp_path, settled_seconds=0)
    assert file.sidecar is not None
    assert said_of(file).exam_type is None
    assert said_of(file).author == "amina"


def test_a_sidecar_may_carry_the_worksheet_in_codes_only(tmp_path: Path) -> None:
    said = {"answers": {"finding": "positive"}, "age": "infant", "sex": "female", "urgency": "critical", "view": "rlq"}
    drop(tmp_path, "amina/FAST/a.mp4")
    drop(tmp_path, "amina/FAST/a.mp4.json", json.dumps(said).encode())
    for name, wrong in (("b", {"age": "42"}), ("c", {"answers": {"FINDING": "maybe"}}), ("d", {"name": "Thandi"})):
        drop(tmp_path, f"amina/FAST/{name}.mp4")
        drop(tmp_path, f"amina/FAST/{name}.mp4.json", json.dumps(said | wrong).encode())
    files = {file.path.stem: said_of(file).said for file in new_files(tmp_path, settled_seconds=0)}
    assert files == {"a": {**said, "answers": {"FINDING": "positive"}, "view": "RLQ"}, "b": {}, "c": {}, "d": {}}


def test_a_sidecar_without_its_file_says_whose_it_is(tmp_path: Path) -> None:
    drop(tmp_path, "amina/a.mp4.json", b"{}")
    (late,) = new_files(tmp_path, settled_seconds=0)
    assert late.belongs_to == "amina/a.mp4"


def test_a_file_that_is_being_written_waits(tmp_path: Path) -> None:
    path = tmp_path / "a.dcm"
    with path.open("wb") as writing:
        writing.write(b"half")
        writing.flush()
        assert found(tmp_path) == []
    assert found(tmp_path) == ["a.dcm"]


def test_a_file_written_by_another_process_waits(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.dcm")
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.open(path, os.O_WRONLY)
        os.read(reading, 1)
        os._exit(0)
    deadline = time.monotonic() + 5
    while found(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.01)
    try:
        assert found(tmp_path) == []
    finally:
        os.write(writing, b"x")
        os.waitpid(child, 0)
    assert found(tmp_path) == ["a.dcm"]


def test_a_fresh_file_waits_even_if_its_time_was_set_back(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.dcm")
    os.utime(path, (1_000_000, 1_000_000))
    assert list(new_files(tmp_path, settled_seconds=30)) == []


def test_hidden_unfinished_and_linked_files_are_left_alone(tmp_path: Path) -> None:
    outside = drop(tmp_path, "elsewhere/secret.dcm")
    inbox = tmp_path / "inbox"
    for name in (".a.dcm", "a.dcm.part", "a.tmp", ".hidden/b.dcm"):
        drop(inbox, name)
    (inbox / "link.dcm").symlink_to(outside)
    (inbox / "linked").symlink_to(outside.parent, target_is_directory=True)
    assert found(inbox) == []


def test_a_file_that_grew_is_noticed(tmp_path: Path) -> None:
    path = drop(tmp_path, "a.dcm")
    (file,) = new_files(tmp_path, settled_seconds=0)
    assert file.unchanged()
    path.write_bytes(b"longer than before")
    assert not file.unchanged()
    path.unlink()
    assert not file.unchanged()


def test_a_sidecar_that_was_written_again_is_noticed(tmp_path: Path) -> None:
    drop(tmp_path, "a.mp4")
    sidecar = drop(tmp_path, "a.mp4.json", b'{"age": "infant"}')
    (file,) = new_files(tmp_path, settled_seconds=0)
    before = file.version
    assert file.unchanged()
    sidecar.write_bytes(b'{"age": "infant", "sex": "female"}')
    assert not file.unchanged()
    (again,) = new_files(tmp_path, settled_seconds=0)
    assert again.unchanged()
    assert again.version != before
