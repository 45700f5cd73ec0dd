"""The search finds what is there, as a plain search would, and knows what a text could be."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from pipeline.deidentify.identifiers import CHUNK, Identifiers, appears, words
from pipeline.deidentify.spelled import encodings_of, needles_of, spellings

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
    st.sampled_from(["Josée Wamba", "MBEKI^THANDI", "REC-7741902"]),
    st.sampled_from(["utf-8", "latin-1", "utf-16-be", "utf-16-le"]),
    st.sampled_from([str.upper, str.lower, str.title, str]),
)
def test_found_in_the_encodings_that_a_file_may_use(name: str, encoding: str, case: Callable[[str], str]) -> None:
    sought = Identifiers(frozenset([name])).needles(among_pixels=True)
    assert appears(sought, memoryview(b"\x01\x02" + case(name).encode(encoding) + b"\x03"))


@pytest.mark.parametrize(
    ("declared", "name"),
    [
        ("ISO_IR 100", "Müller"), ("ISO_IR 101", "Wałęsa"), ("ISO_IR 109", "Ĝozefo"), ("ISO_IR 110", "Bērziņš"),
        ("ISO_IR 144", "Люкceмбypг"), ("ISO_IR 127", "قباني"), ("ISO_IR 126", "Διονυσιος"), ("ISO_IR 138", "שרון"),
        ("ISO_IR 148", "Çavuşoğlu"), ("ISO_IR 166", "นามสกุล"), ("ISO 2022 IR 13", "ﾔﾏﾀﾞ"), ("ISO 2022 IR 87", "山田"),
        ("ISO 2022 IR 149", "김희중"), ("ISO 2022 IR 58", "张小东"), ("GB18030", "王小东"), ("GBK", "王小東"),
        ("ISO_IR 192", "Ouédraogo"),
    ],
)  # fmt: skip
def test_found_in_the_character_set_that_the_file_declares(declared: str, name: str) -> None:
    (encoding,) = encodings_of([declared])
    raw = b"\x00\x10" + name.encode(encoding) + b" 12\x00"
    assert appears(Identifiers(frozenset([name]), encodings=(encoding,)).needles(among_pixels=False), memoryview(raw))


def test_a_character_set_that_nobody_knows_is_left_out() -> None:
    assert encodings_of(["ISO_IR 100", "ISO_IR 999", "", "KLINGON", "\\ISO 2022 IR 87"]) == ("iso8859-1",)


@pytest.mark.parametrize("left", [b"\x1b$B", b"\x1b$)C", b"\x1b(J"])
def test_what_stands_behind_another_escape_sequence_is_found(left: bytes) -> None:
    inner = "山田太郎".encode("iso2022_jp")[3:-3]
    sought = Identifiers(frozenset(["山田太郎"]), encodings=("iso2022_jp",)).needles(among_pixels=False)
    assert appears(sought, memoryview(left + inner))


def test_a_name_is_also_sought_without_its_accents() -> None:
    sought = Identifiers(frozenset(["Ouédraogo"])).needles(among_pixels=False)
    assert appears(sought, memoryview(b"OUEDRAOGO"))


@few
@given(st.lists(st.text("abcXYZ 019-^", min_size=1, max_size=12), max_size=6))
def test_many_plain_texts_are_encoded_as_each_alone(texts: list[str]) -> None:
    together = needles_of(texts)
    assert together == {needle for text in texts for needle in needles_of([text])}
    assert {text.lower().encode() for text in texts} <= together


def test_what_we_write_ourselves_is_no_identifier() -> None:
    found = Identifiers(
        frozenset(["Profile", "Li", "12", "0000000", "Thandi", "7741902"]), "Basic Confidentiality Profile"
    )
    assert found.sought == ("7741902", "thandi")
    assert found.inside("Philips THANDI 5G")
    assert not found.inside("Philips 5G")


def test_short_names_and_numbers_are_whole_words() -> None:
    found = Identifiers(frozenset(["Li", "471", "李", "X", "12", "000"]))
    assert found.short == {"li", "471", "李"}
    assert found.sought == ()
    for text in ("Dr LI", "A/471", "li", "李", "LI^LI"):
        assert found.inside(text), text
    for text in ("Liver", "4711", "X", "12", "000"):
        assert not found.inside(text), text


def test_other_texts_are_sought_but_name_nobody() -> None:
    found = Identifiers(frozenset(["Thandi"]), others=frozenset(["superficiel", "abdomen complete"]), kept="abdomen")
    assert found.sought == ("abdomen complete", "superficiel", "thandi")
    assert not found.inside("superficiel")
    assert Identifiers(frozenset(), others=frozenset(["abdo"]), kept="abdomen").sought == ()


def test_a_number_is_sought_without_what_separates_it() -> None:
    assert {"REC-7741902", "REC7741902", "7741902"} <= set(words("REC-7741902"))
    assert "243812345678" in set(words("+243 81 234 5678"))


def test_dates_in_the_spellings_of_people_and_devices() -> None:
    wanted = {
        *("19510829", "29081951", "1951-08-29", "29/08/1951", "08/29/1951", "29.08.1951", "29-aug-1951", "8/29/1951"),
        *("29/08/51", "29 août 1951", "29 aout 1951", "29 august 1951", "august 29, 1951"),
    }
    assert wanted <= set(spellings(date(1951, 8, 29)))
