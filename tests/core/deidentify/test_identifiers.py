"""The search finds what is there, as a plain search would, and knows what a text could be."""

from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.deidentify.identifiers import CHUNK, Identifiers, appears
from pipeline.deidentify.spelled import spellings

few = settings(max_examples=150, deadline=None)


@few
@given(st.binary(max_size=300), st.lists(st.binary(min_size=1, max_size=6).map(bytes.lower), max_size=8))
@example(b"....MBEKI", [b"mbeki"])
@example(b"ab", [b"abc", b"b"])
def test_appears_is_a_plain_search_without_case(data: bytes, needles: list[bytes]) -> None:
    lower = bytes(byte + 32 if 65 <= byte <= 90 else byte for byte in data)
    assert appears(needles, memoryview(data)) == any(needle in lower for needle in needles)


def test_found_across_the_border_of_two_chunks() -> None:
    data = bytearray(CHUNK + 100)
    data[CHUNK - 3 : CHUNK + 4] = b"Thandi1"
    assert appears([b"thandi1"], memoryview(data))
    assert not appears([b"thandi2"], memoryview(data))


@few
@given(
    st.sampled_from(["Josée Wamba", "MBEKI^THANDI", "REC-7741902"]), st.sampled_from(["utf-8", "latin-1", "utf-16-be"])
)
def test_found_in_the_encodings_that_a_file_may_use(name: str, encoding: str) -> None:
    sought = Identifiers(frozenset([name])).needles(among_pixels=True)
    assert appears(sought, memoryview(b"\x01\x02" + name.upper().replace("É", "é").encode(encoding) + b"\x03"))


def test_what_we_write_ourselves_is_no_identifier() -> None:
    found = Identifiers(
        frozenset(["Profile", "Li", "12", "0000000", "Thandi", "7741902"]), "Basic Confidentiality Profile"
    )
    assert found.sought == ("7741902", "thandi")
    assert found.inside("Philips THANDI 5G")
    assert not found.inside("Philips 5G")


def test_dates_in_the_spellings_of_people_and_devices() -> None:
    wanted = {"19510829", "1951-08-29", "29/08/1951", "08/29/1951", "29.08.1951", "29-aug-1951", "8/29/1951"}
    assert wanted <= set(spellings(date(1951, 8, 29)))
