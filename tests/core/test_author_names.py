"""Do two ways of writing a name meet, and is nothing kept that could be the patient's name?"""

import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.author_names import LONGEST, could_name_a_patient, is_a_name, key_of, likeness, tidied

WORD = st.text(st.characters(categories=["Lu", "Ll"]), min_size=1, max_size=8)
NAMES = st.lists(WORD, min_size=1, max_size=4)


@given(words=NAMES, order=st.randoms(use_true_random=False), between=st.sampled_from([" ", "^", ", ", "_", " - "]))
def test_order_case_and_what_stands_between_do_not_count(words: list[str], order: Random, between: str) -> None:
    mixed = list(words)
    order.shuffle(mixed)
    assert key_of(between.join(mixed)) == key_of(" ".join(words))
    assert key_of(" ".join(words).swapcase().swapcase().upper().lower()) == key_of(" ".join(words).lower())


@given(st.text(max_size=200))
def test_a_key_is_bounded_and_stays_what_it_is(said: str) -> None:
    key = key_of(said)
    assert len(key) <= LONGEST
    assert len(tidied(said)) <= LONGEST
    assert key_of(unicodedata.normalize("NFD", said)) == key
    if len(key) < LONGEST:
        assert key_of(key) == key


@given(words=NAMES, more=NAMES)
def test_a_name_with_all_words_of_the_patients_or_only_such_is_never_kept(words: list[str], more: list[str]) -> None:
    patient = "^".join([*words, *more])
    assert could_name_a_patient(" ".join(words), [patient])
    assert could_name_a_patient(patient.replace("^", " "), ["^".join(words)])


@pytest.mark.parametrize(
    ("said", "of_patient", "could"),
    [
        ("Diallo Awa", ["DIALLO^AWA^MARIE"], True),
        ("DIALLO", ["DIALLO^AWA"], True),
        ("Diallo Moussa", ["DIALLO^AWA"], False),
        ("Traoré", ["TRAORE^X"], True),
        ("P-77", ["P 77"], True),
        ("nurse", [], False),
        ("12345 x", [], True),
        ("77", ["78"], True),
        ("amina", ["", "^^"], False),
    ],
)
def test_could_it_be_the_patient(said: str, of_patient: list[str], *, could: bool) -> None:
    assert could_name_a_patient(said, of_patient) is could


def test_numbers_are_no_names_and_the_nearest_name_is_the_likeliest() -> None:
    assert [is_a_name(one) for one in ("Ward 3", "20260301", "PAT0012345", "3", "Ньяма")] == [
        True,
        False,
        False,
        False,
        True,
    ]
    near = [likeness("TRAORE^AW", (one,)) for one in ("Awa Traoré", "Awa Keita", "Moussa")]
    assert near == sorted(near, reverse=True)
    assert near[0] > near[1]
