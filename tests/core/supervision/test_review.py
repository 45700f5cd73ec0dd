"""Are exam types, roles and states what the domain says?"""

from supervision.exam_types import exam_type_named, exam_types, non_clinical_codes
from supervision.roles import ALLOWED, Action, Role, may
from supervision.states import ALLOWED_MOVES, State, may_move


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


def test_every_state_has_its_moves_and_what_is_final_is_only_read_again() -> None:
    assert set(ALLOWED_MOVES) == set(State)
    assert ALLOWED_MOVES[State.FINAL] == {State.QUEUED}, "an amendment that the second reading does not confirm"
    assert all(may_move(now, then) == (then in ALLOWED_MOVES[now]) for now in State for then in State)
    reachable, new = {State.RECEIVED}, {State.RECEIVED}
    while new:
        new = {then for state in new for then in ALLOWED_MOVES[state]} - reachable
        reachable |= new
    assert reachable == set(State)
    # nothing that was held back or refused reaches a reviewer without going through the pipeline again
    for state in (State.WITHHELD, State.REJECTED, State.FAILED):
        assert not ALLOWED_MOVES[state] & {State.QUEUED, State.AWAITING_INFO, State.FINAL}
