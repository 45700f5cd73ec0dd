"""Has every answer its words, and does each say what the sender has to do?"""

from datetime import UTC, datetime
from itertools import product

import pytest

from pipeline.reasons import REASONS
from pipeline.text import Text
from supervision.receipts import HELD, WAITS, WAYS, WORDS, Answer, Answered, way_in, what_to_do, words
from supervision.sources import Way

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CODES = {
    Answer.REFUSED: ("empty", "archive_unsafe", "damaged", "gone from the table"),
    Answer.WITHHELD: (*HELD, "unheard of"),
    Answer.WAITING_FOR: tuple(WAITS),
    Answer.FAILED: ("internal",),
}
FIRST = [Answered(one, "0123456789", NOON, code) for one in Answer for code in CODES.get(one, ("",))]
ALL = [
    *FIRST,
    *(Answered(Answer.DUPLICATE, "0123456789", NOON, before=one) for one in FIRST if one.answer != Answer.DUPLICATE),
]


@pytest.mark.parametrize("answered", ALL, ids=lambda one: f"{one.answer} {one.code} {one.before and one.before.answer}")
def test_each_answer_says_what_to_do_in_both_languages(answered: Answered) -> None:
    text = what_to_do(answered)
    assert text.en != text.fr
    for sentence in (text.en, text.fr):
        assert sentence.endswith(".")
        assert "{" not in sentence
        assert len(sentence) < 320
    assert words(answered.answer) == WORDS[answered.answer]


def test_a_duplicate_tells_what_became_of_the_one_before() -> None:
    refused = Answered(Answer.REFUSED, "0123456789", NOON, "archive_nested", {"most": 2})
    told = what_to_do(Answered(Answer.DUPLICATE, "0123456789", NOON, before=refused))
    assert "0123456789" in told.en
    assert what_to_do(refused).en in told.en
    assert "0123456789" not in what_to_do(Answered(Answer.DUPLICATE, "0123456789", NOON)).en


def test_every_way_in_has_a_name_and_an_unknown_one_its_code() -> None:
    assert set(WAYS) == set(Way)
    assert way_in("of_old") == Text("of_old", "of_old")


def test_every_reason_of_an_archive_tells_what_to_do() -> None:
    codes = [code for code in REASONS if code.startswith("archive_")]
    assert len(codes) == 8
    assert all(REASONS[code].en.count(". ") >= 1 for code in codes)


def test_words_of_answers_differ() -> None:
    for one, other in product(Answer, Answer):
        assert (words(one) == words(other)) is (one == other)
