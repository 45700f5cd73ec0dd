"""Can an archive do harm, or be understood in two ways, and is what it holds unpacked as it was packed?"""

import io
import resource
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from pipeline.child import run_in_child
from pipeline.errors import Rejected, Unavailable
from pipeline.reading.archive import Limits, Unpacked, is_zip, unpack
from tests.real_files import data_file, needs_data

MB = 1 << 20
SMALL = Limits(files=20, bytes=4 * MB, times=50, spared=1 * MB)
FUZZED = 300


def packed(*files: tuple[str, bytes] | tuple[zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", method) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return whole.getvalue()


def unpacked(content: bytes, folder: Path, limits: Limits = SMALL) -> Unpacked:
    path, to = folder / "sent.zip", folder / "unpacked"
    path.write_bytes(content)
    to.mkdir()
    return unpack(path, to, limits)


def refused(content: bytes, folder: Path, limits: Limits = SMALL) -> str:
    with pytest.raises(Rejected) as caught:
        unpacked(content, folder, limits)
    assert str(folder) not in str(caught.value)
    return caught.value.code


def special(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.create_system, info.external_attr = 3, mode << 16
    return info


def patched(content: bytes, at: int, form: str, value: int, *, record: bytes = b"PK\x01\x02", which: int = 0) -> bytes:
    """Return the archive with one field of one of its records overwritten."""
    start = -1
    for _ in range(which + 1):
        start = content.index(record, start + 1)
    new = bytearray(content)
    struct.pack_into(form, new, start + at, value)
    return bytes(new)


def test_folders_and_sidecars_stay_with_their_files(tmp_path: Path) -> None:
    content = packed(
        ("awa/LUNG/1.dcm", b"one"),
        ("awa/LUNG/1.dcm.json", b"{}"),
        ("awa/LUNG/2.dcm.json", b"alone"),
        ("awa\\FAST\\3.mp4", b"three"),
        ("./top.dcm", b"top"),
        ("awa/", b""),
        ("awa/.DS_Store", b"x"),
        ("__MACOSX/awa/LUNG/._1.dcm", b"x"),
        ("awa/Thumbs.db", b"x"),
    )
    found = unpacked(content, tmp_path)
    assert {one.name: (one.path.read_bytes(), one.folders, one.sidecar is not None) for one in found.members} == {
        "awa/LUNG/1.dcm": (b"one", ("awa", "LUNG"), True),
        "awa/LUNG/2.dcm.json": (b"alone", ("awa", "LUNG"), False),
        "awa/FAST/3.mp4": (b"three", ("awa", "FAST"), False),
        "top.dcm": (b"top", (), False),
    }
    assert found.left_out == 3
    assert all(one.path.parent == tmp_path / "unpacked" for one in found.members)


def test_folders_of_a_dicom_medium_name_nobody(tmp_path: Path) -> None:
    content = packed(("stick/DICOMDIR", b"index"), ("stick/DICOM/PA1/IM1", b"scan"), ("awa/LUNG/1.dcm", b"other"))
    found = unpacked(content, tmp_path)
    assert {one.name: one.folders for one in found.members} == {
        "stick/DICOM/PA1/IM1": ("stick",),
        "awa/LUNG/1.dcm": ("awa", "LUNG"),
    }
    assert found.left_out == 1


def test_an_archive_in_an_archive_lies_where_it_lay(tmp_path: Path) -> None:
    inner = packed(("LUNG/1.dcm", b"one"))
    found = unpacked(packed(("awa/monday.zip", inner), ("awa/2.dcm", b"two")), tmp_path)
    assert [(one.name, one.folders) for one in found.members] == [
        ("awa/LUNG/1.dcm", ("awa", "LUNG")),
        ("awa/2.dcm", ("awa",)),
    ]
    assert len(list((tmp_path / "unpacked").iterdir())) == 2, "the inner archive itself is gone"


def test_three_archives_in_each_other_are_too_many(tmp_path: Path) -> None:
    content = packed(("a.zip", packed(("b.zip", packed(("1.dcm", b"x"))))))
    assert refused(content, tmp_path) == "archive_nested"


def test_a_document_is_one_file(tmp_path: Path) -> None:
    document = packed(("[Content_Types].xml", b"<x/>"), ("word/document.xml", b"<x/>"))
    found = unpacked(packed(("letter.docx", document), ("1.dcm", b"x")), tmp_path)
    assert [one.name for one in found.members] == ["letter.docx", "1.dcm"]


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "a/../../x",
        "/etc/passwd",
        "\\\\server\\x",
        "C:\\x",
        "c:x",
        "a\x01b",
        "x" * 1025,
        "d/" * 40 + "x",
        "..",
        "a/..",
    ],
)
def test_a_path_that_leads_out_or_is_none_is_refused(name: str, tmp_path: Path) -> None:
    assert refused(packed(("ok.dcm", b"x"), (name, b"y")), tmp_path) == "archive_unsafe"
    assert not (tmp_path.parent / "x").exists()


def test_a_name_that_ends_early_is_refused(tmp_path: Path) -> None:
    content = packed(("1.dcm@/../evil", b"x")).replace(b"1.dcm@", b"1.dcm\0")
    assert refused(content, tmp_path) == "archive_unsafe"


@pytest.mark.parametrize("mode", [0o120777, 0o020666, 0o060660, 0o010644, 0o140755])
def test_links_and_devices_are_refused(mode: int, tmp_path: Path) -> None:
    assert refused(packed((special("link", mode), b"/etc/passwd")), tmp_path) == "archive_unsafe"


def test_names_of_devices_are_but_names(tmp_path: Path) -> None:
    found = unpacked(packed(("CON", b"1"), ("aux.dcm", b"2"), ("COM1/nul", b"3")), tmp_path)
    assert sorted(one.path.name for one in found.members) == ["00001", "00002", "00003"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_two_files_in_one_place_are_refused(tmp_path: Path) -> None:
    assert refused(packed(("a/x", b"1"), ("a//./x", b"2")), tmp_path) == "archive_unsafe"


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_what_two_archives_put_in_one_place_is_refused_too(tmp_path: Path) -> None:
    inner = packed(("1.dcm", b"one"))
    assert refused(packed(("a/1.dcm", b"two"), ("a/b.zip", inner)), tmp_path) == "archive_unsafe"


def test_a_password_an_unusual_method_and_nothing_have_their_reasons(tmp_path: Path) -> None:
    one = packed(("1.dcm", b"x" * 50))
    cases: dict[str, bytes] = {
        "archive_encrypted": patched(one, 8, "<H", 0x1),
        "archive_method": packed(("1.dcm", b"x" * 50), method=zipfile.ZIP_BZIP2),
        "archive_empty": packed(("__MACOSX/._1", b"x")),
        "unknown_kind": packed(("[Content_Types].xml", b"<x/>")),
    }
    for code, content in cases.items():
        folder = tmp_path / code
        folder.mkdir()
        assert refused(content, folder) == code
    (tmp_path / "none").mkdir()
    assert refused(packed(), tmp_path / "none") == "archive_empty"


def lies_small(size: int) -> bytes:
    return patched(packed(("1", b"\0" * size)), 24, "<I", 100)


BOMBS: dict[str, tuple[Callable[[], bytes], str]] = {
    "of zeros": (lambda: packed(("1", b"\0" * (3 * MB))), "archive_too_large"),
    "of many files": (lambda: packed(*((str(n), b"") for n in range(21))), "archive_too_many"),
    "of many folders": (lambda: packed(*((f"{n}/", b"") for n in range(21))), "archive_too_many"),
    "of many small ones": (lambda: packed(*((str(n), b"\0" * (MB // 8)) for n in range(15))), "archive_too_large"),
    "that says it is small": (lambda: lies_small(3 * MB), "archive_damaged"),
    "that says it is large": (lambda: patched(packed(("1", b"x")), 24, "<I", 0xFFFFFFF0), "archive_too_large"),
    "in archives": (
        lambda: packed(*((f"{n}.zip", packed(("1", b"\0" * (MB // 2)))) for n in range(4))),
        "archive_too_large",
    ),
    "of many files in archives": (
        lambda: packed(*((f"{n}.zip", packed(*((f"{n}{i}", b"") for i in range(7)))) for n in range(4))),
        "archive_too_many",
    ),
    "that overlaps": (lambda: overlapping(), "archive_unsafe"),
    "that overlaps by its extra field": (lambda: overlapping_by_extra(), "archive_unsafe"),
}


def overlapping() -> bytes:
    """Return an archive whose entries all point to the bytes of the first (Fifield's kernel)."""
    content = packed(*((str(n), b"\0" * 5000) for n in range(5)))
    for which in range(1, 5):
        content = patched(content, 42, "<I", 0, which=which)
    return content


def overlapping_by_extra() -> bytes:
    """Return an archive whose first entry begins, by its own header only, in the second."""
    content = packed(("a", b"x" * 500), ("b", b"y" * 500), method=zipfile.ZIP_STORED)
    return patched(content, 28, "<H", 600, record=b"PK\x03\x04")


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_refused_before_it_fills_the_disk(bomb: str, tmp_path: Path) -> None:
    make, code = BOMBS[bomb]
    assert refused(make(), tmp_path) == code
    written = sum(path.stat().st_size for path in (tmp_path / "unpacked").iterdir())
    assert written <= SMALL.spared, "nothing beyond the limit was ever on the disk"


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_an_archive_that_was_cut_off_is_refused_whole(keep: float, tmp_path: Path) -> None:
    content = packed(("1.dcm", bytes(range(256)) * 40), ("2.dcm", b"two"))
    assert refused(content[: int(len(content) * keep)], tmp_path) == "archive_damaged"


def test_one_wrong_byte_is_found(tmp_path: Path) -> None:
    content = bytearray(packed(("1.dcm", b"x" * 5000), method=zipfile.ZIP_STORED))
    content[2000] ^= 1
    assert refused(bytes(content), tmp_path) == "archive_damaged"


def test_a_dicom_file_may_begin_like_an_archive(tmp_path: Path) -> None:
    path = tmp_path / "x.dcm"
    path.write_bytes(b"PK\x03\x04" + bytes(124) + b"DICM")
    assert not is_zip(path)


def test_an_endless_index_ends_the_child_and_not_us(tmp_path: Path) -> None:
    """A quarter of a million entries of long names are more than the memory that the child may take."""
    path, to = tmp_path / "index.zip", tmp_path / "to"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(3_000):
            archive.writestr(f"{number:05d}" + "x" * 60_000, b"")
    to.mkdir()
    with pytest.raises(Rejected):
        run_in_child(unpack, path, to, seconds=30, memory_bytes=256 << 20)
    assert not list(to.iterdir())


@needs_data
def test_a_real_archive(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    found = run_in_child(unpack, data_file("deid-data") / "GREYSCALE_CINE.zip", tmp_path / "to")
    assert found.members
    assert all(one.path.stat().st_size for one in found.members)


SEED = packed(("a/1.dcm", b"one" * 100), ("a/1.dcm.json", b"{}"), ("in.zip", packed(("2", b"two"))), ("DICOMDIR", b"i"))
Edits = st.lists(st.tuples(st.integers(0, len(SEED) - 1), st.integers(0, 255)), max_size=12)


@settings(max_examples=FUZZED, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=Edits, cut=st.integers(0, len(SEED)), tail=st.binary(max_size=64))
@example(edits=[], cut=0, tail=b"")
def test_whatever_the_bytes_say_it_is_unpacked_or_refused(
    edits: list[tuple[int, int]], cut: int, tail: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    content = bytearray(SEED)
    for at, value in edits:
        content[at] = value
    folder = tmp_path_factory.mktemp("fuzz")
    code, found = "", None
    try:
        found = unpacked(bytes(content[: len(content) - cut]) + tail, folder)
    except Rejected as refusal:
        code = refusal.code
    if found is None:
        assert code.startswith("archive_") or code == "unknown_kind"
    else:
        inside = {path for path in (folder / "unpacked").iterdir() if path.is_file() and not path.is_symlink()}
        assert {one.path for one in found.members} <= inside
        assert all(".." not in one.folders for one in found.members)
    assert {path.name for path in folder.iterdir()} == {"sent.zip", "unpacked"}
    shutil.rmtree(folder)


def unpack_where_files_stay_small(path: Path, to: Path) -> Unpacked:
    resource.setrlimit(resource.RLIMIT_FSIZE, (MB, MB))
    return unpack(path, to)


def test_a_full_disk_is_not_the_senders_fault(tmp_path: Path) -> None:
    (tmp_path / "sent.zip").write_bytes(packed(("large", bytes(2 * MB))))
    (tmp_path / "unpacked").mkdir()
    with pytest.raises(Unavailable) as caught:
        run_in_child(unpack_where_files_stay_small, tmp_path / "sent.zip", tmp_path / "unpacked")
    assert caught.value.code == "disk_full"
