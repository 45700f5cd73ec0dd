"""Are forms, exam types, roles and states what the domain says?"""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.exam_types import exam_type_named, exam_types, non_clinical_codes
from supervision.review_form import LONGEST_COMMENT, ReviewForm
from supervision.roles import ALLOWED, Action, Role, may
from supervision.states import ALLOWED_MOVES, State, may_move


@settings(max_examples=60, deadline=None)
@given(st.integers() | st.booleans() | st.floats() | st.text(max_size=2))
def test_an_overall_rating_is_a_whole_number_from_1_to_5(overall: object) -> None:
    if type(overall) is int and 1 <= overall <= 5:
        assert ReviewForm(overall, adequate=True).overall == overall
    else:
        with pytest.raises(ValueError, match="overall"):
            ReviewForm(overall, adequate=True)  # type: ignore[arg-type]


@pytest.mark.parametrize("adequate", [1, 0, None, "yes"])
def test_adequate_is_yes_or_no(adequate: object) -> None:
    with pytest.raises(ValueError, match="adequate"):
        ReviewForm(3, adequate=adequate)  # type: ignore[arg-type]


def test_a_comment_has_an_end_and_no_control_code() -> None:
    assert len(ReviewForm(3, adequate=True, comment="é" * LONGEST_COMMENT).comment) == 4000
    for comment in ("é" * (LONGEST_COMMENT + 1), "a\x00b", None):
        with pytest.raises(ValueError, match="comment"):
            ReviewForm(3, adequate=True, comment=comment)  # type: ignore[arg-type]


def test_every_exam_type_speaks_both_languages() -> None:
    known = exam_types()
    assert len(known) == 29
    for code, exam_type in known.items():
        assert code == exam_type.code == code.upper()
        assert len(code) <= 16
        assert exam_type.label.en.strip()
        assert exam_type.label.fr.strip()
        assert exam_type.supervised_scans is None or exam_type.supervised_scans > 0


def test_the_exam_types_of_the_domain() -> None:
    known = exam_types()
    assert (known["FAST"].label.fr, known["FAST"].supervised_scans) == ("FAST épanchements trauma", 50)
    assert (known["LUNG_PED"].label.en, known["LUNG_PED"].supervised_scans) == ("Paediatric lung", 60)
    assert known["RHD"].supervised_scans is None
    assert {code for code, exam_type in known.items() if exam_type.expert_read} == {"BREAST", "CERVIX"}
    assert non_clinical_codes() == {"PHANTOM"}


def test_an_exam_type_is_named_in_any_case() -> None:
    found = exam_type_named(" lung_ad ")
    assert found is not None
    assert found.code == "LUNG_AD"
    assert exam_type_named("lung") is exam_type_named("") is None


def test_what_is_not_listed_is_denied() -> None:
    assert set(ALLOWED) == set(Action)
    for action in Action:
        assert not may(frozenset(), action)
    assert not may(frozenset({Role.ADMINISTRATOR}), Action.SEE_SCANS)
    assert not may(frozenset({Role.BIOMED}), Action.SEE_SCANS)
    writing = frozenset({Action.REVIEW, Action.COMPLETE_INFO, Action.MANAGE_PEOPLE})
    assert not any(may(frozenset({Role.AUDITOR}), action) for action in writing)


def test_every_state_has_its_moves_and_final_is_the_end() -> None:
    assert set(ALLOWED_MOVES) == set(State)
    assert ALLOWED_MOVES[State.FINAL] == frozenset()
    assert all(may_move(now, then) == (then in ALLOWED_MOVES[now]) for now in State for then in State)
    reachable, new = {State.RECEIVED}, {State.RECEIVED}
    while new:
        new = {then for state in new for then in ALLOWED_MOVES[state]} - reachable
        reachable |= new
    assert reachable == set(State)
    # nothing that was held back or refused reaches a reviewer without going through the pipeline again
    for state in (State.WITHHELD, State.REJECTED, State.FAILED):
        assert not ALLOWED_MOVES[state] & {State.QUEUED, State.AWAITING_INFO, State.FINAL}
