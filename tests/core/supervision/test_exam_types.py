"""What does an exam type ask of a scan, and is every rule that it names there?"""

import pytest

from pipeline.finding import Finding, Verdict
from pipeline.rule import Limits
from pipeline.text import Text
from pipeline.yardstick import ABSOLUTE, Yardstick, held_against
from qa_rules import rules_in
from supervision.exam_types import ExamType, exam_type_named, exam_types

RULES = {rule.name: rule for rule in rules_in()}
SHADOWS_BELONG = {"LUNG_AD", "LUNG_PED", "FAST", "EFAST", "FASH", "BILIARY", "BOWEL", "MSK", "LIVER_SPLEEN", "PHANTOM"}


def yardstick(code: str) -> Yardstick:
    found = exam_type_named(code)
    assert found
    return Yardstick(limits=found.limits, weights=found.weights)


def judged(code: str, rule: str, value: float) -> tuple[Verdict, float | None]:
    held = yardstick(code) if code else ABSOLUTE
    others = [one for one in held.applied_to(RULES.values()) if one.name != rule]
    fine = [Finding(one.name, one.version, Verdict.GOOD, one.limits.good) for one in others]
    said = Finding(rule, RULES[rule].version, Verdict.GOOD, value)
    found, quality = held_against(held, [*fine, said], list(RULES.values()))
    return found[-1].verdict, quality.score


@pytest.mark.parametrize("code", exam_types())
def test_an_exam_type_asks_what_rules_measure(code: str) -> None:
    one = exam_types()[code]
    assert not set(one.limits) - set(RULES), f"{code} asks for a rule that is not there"
    assert not set(one.weights) - set(RULES), f"{code} weighs a rule that is not there"
    for name, limits in one.limits.items():
        own = RULES[name].limits
        assert (limits.good > limits.poor) == (own.good > own.poor), f"{code}: {name} points the wrong way"
        assert one.weights.get(name, RULES[name].weight) > 0, f"{code}: {name} would never count"


def test_three_seconds_are_enough_for_the_heart_and_short_for_the_lung() -> None:
    assert judged("CARD", "file.duration", 3.0) == (Verdict.GOOD, 100.0)
    assert judged("LUNG_AD", "file.duration", 3.0)[0] is Verdict.WEAK
    assert judged("LUNG_AD", "file.duration", 2.0)[0] is Verdict.POOR
    assert judged("", "file.duration", 3.0) == (Verdict.GOOD, 100.0)


@pytest.mark.parametrize("code", ["", *sorted(SHADOWS_BELONG)])
def test_shadows_that_belong_to_the_picture_are_no_fault(code: str) -> None:
    assert judged(code, "artifact.shadow", 0.9) == (Verdict.GOOD, 100.0)


@pytest.mark.parametrize("code", ["CARD", "OB_T23", "RENAL", "BLADDER"])
def test_a_shadow_that_hides_the_structure_costs_points(code: str) -> None:
    verdict, score = judged(code, "artifact.shadow", 0.9)
    assert verdict is Verdict.POOR
    assert score is not None
    assert 70 <= score < 90
    assert judged(code, "artifact.shadow", 0.2) == (Verdict.GOOD, 100.0)


def test_what_cannot_be_judged_is_refused() -> None:
    label = Text("x", "y")
    with pytest.raises(ValueError, match="differ"):
        ExamType("X", label, None, limits={"file.duration": Limits(1.0, 1.0)})
    with pytest.raises(ValueError, match="share"):
        ExamType("X", label, None, weights={"file.duration": 1.5})
