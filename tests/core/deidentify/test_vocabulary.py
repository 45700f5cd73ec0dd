"""Of a description only words of ultrasound stay, and no word that may name somebody."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.cleaned import Subject, clean_value
from pipeline.deidentify.identifiers import Identifiers
from pipeline.deidentify.vocabulary import folded, vocabulary, words_of
from tests.core.deidentify.scenes import KEY

few = settings(max_examples=60, deadline=None)

# names of people and places where scans come from, English and French, that are words too, or nearly
WORDS_THAT_ARE_NAMES = """
abd abdo aine baba bile blanche blue bone brain claire cole cross diop douglas early fall fleur free grace gray grey
head hope joy kasai king lat le li long main mai marin martin may mercy mollet moon morrison new noel page paris
pascal patience peace petit peter ray rose rush sein small stone sun sur sylla tan the victor victoire wall young kivu
goma bukavu lubumbashi kinshasa abuja jos bangui juba wau maban nasir kabul herat sanaa aden cox bazar port prince
patient mrs mr mme dr doctor docteur baby bebe boy girl name nom born ne nee madame monsieur room salle bed lit
"""


def described(text: str, *names: str) -> str | None:
    entry = next(entry for entry in allow_list().attributes if entry.keyword == "StudyDescription")
    subject = Subject("0", KEY, "patient", -400, Identifiers(frozenset(names)))
    value = clean_value(entry, text, subject)
    assert value is None or isinstance(value, str)
    return value


def test_words_are_plain_and_many() -> None:
    words = vocabulary().words
    assert len(words) > 800
    assert all(word == folded(word) and word.isalpha() and word.isascii() and len(word) >= 2 for word in words)


@pytest.mark.parametrize("name", WORDS_THAT_ARE_NAMES.split())
def test_no_word_is_a_name(name: str) -> None:
    assert name not in vocabulary().words


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Échographie abdominale", "echographie abdominale"),
        ("ABDOMEN COMPLETE 3 MBEKI", "abdomen complete"),
        ("Rein gauche (Dr Ouédraogo), 20130411", "rein gauche"),
        ("FŒTUS 2e trimestre", "foetus trimestre"),
        ("parasternal/apical-LV", "parasternal apical lv"),
        ("Mbeki Thandi", None),
        ("", None),
        ("李 abdomen", "abdomen"),
    ],
)
def test_a_description_word_by_word(text: str, left: str | None) -> None:
    assert described(text) == left


def test_a_word_that_is_the_patients_name_is_gone() -> None:
    assert described("thyroid right rein", "REIN") == "thyroid right"
    assert described("apical lv", "Lv") == "apical"
    assert described("right canal", "Ana") == "right canal"
    assert described("right canal", "Canal") == "right"


@few
@given(st.text(max_size=200))
def test_nothing_else_ever_stays_and_it_fits_its_type(text: str) -> None:
    left = described(text) or ""
    assert set(left.split()) <= vocabulary().words
    assert len(left) <= 64
    assert left.split() == [word for word in words_of(text) if word in vocabulary().words][: len(left.split())]


@few
@given(st.lists(st.sampled_from(sorted(vocabulary().words)), min_size=1, max_size=40))
def test_what_stays_keeps_its_order(words: list[str]) -> None:
    left = (described(" ".join(words)) or "").split()
    assert left
    assert left == words[: len(left)]
