"""An archive that leaves from any of its bytes on is the same archive, and every program that reads ZIP reads it."""

import io
import shutil
import subprocess
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.handover.zipped import Entry, size_of, stream

AT = datetime(2026, 3, 1, 9, 30, 2, tzinfo=UTC)
names = st.text(st.sampled_from("abcé/ 漢"), min_size=1, max_size=12)
files = st.dictionaries(names, st.tuples(st.binary(max_size=200), st.integers(0, 60)), max_size=5)


def entry(name: str, data: bytes, spare: int) -> Entry:
    """Return an entry in small pieces; with room to spare where its length was not known before."""
    halves = [data[: len(data) // 2], data[len(data) // 2 :]]
    return Entry(name, len(data) + spare, lambda: iter(halves), lambda: zlib.crc32(data), up_to=spare > 0)


@given(files, st.data())
def test_it_goes_on_from_any_byte_and_is_read(told: dict[str, tuple[bytes, int]], data: st.DataObject) -> None:
    entries = [entry(name, *file) for name, file in told.items()]
    whole = b"".join(stream(entries, AT))
    assert len(whole) == size_of(entries)
    first = data.draw(st.integers(0, len(whole)))
    assert b"".join(stream(entries, AT, first)) == whole[first:]
    with zipfile.ZipFile(io.BytesIO(whole)) as archive:
        assert archive.testzip() is None
        assert {name: archive.read(name) for name in archive.namelist()} == {k: v for k, (v, _) in told.items()}
        assert {one.date_time for one in archive.infolist()} <= {(2026, 3, 1, 9, 30, 2)}


def test_what_is_longer_than_was_said_is_no_archive() -> None:
    long = Entry("a", 3, lambda: iter([b"four"]), int, up_to=True)
    with pytest.raises(ValueError, match="a"):
        list(stream([long], AT))


def test_places_beyond_four_gigabytes_are_found_without_reading_what_lies_before() -> None:
    """The first entry would be 5 GB long: it is never asked for."""

    def never() -> NoReturn:
        raise AssertionError

    last = b"the last one"
    entries = [Entry("large", 5 * 2**30, never, lambda: 7), entry("last", last, 0)]
    first = entries[0].takes
    ends = b"".join(stream(entries, AT, first))
    assert first + len(ends) == size_of(entries)
    listing = ends.index(b"PK\x01\x02")
    placed = int.from_bytes(ends[ends.rindex(b"PK\x06\x06") + 48 :][:8], "little")
    assert placed == first + listing
    assert last in ends


@pytest.mark.skipif(shutil.which("unzip") is None, reason="unzip is not installed")
def test_another_program_reads_it(tmp_path: Path) -> None:
    file = tmp_path / "made.zip"
    file.write_bytes(b"".join(stream([entry("a/b", b"x" * 999, 0), entry("c", b"signed", 40)], AT)))
    subprocess.run(["unzip", "-tq", str(file)], check=True, capture_output=True)
