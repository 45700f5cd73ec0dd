"""Laws of the score: it stays in its range, worse never scores higher, order says nothing, nothing counts twice."""

import math
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.finding import Finding, Verdict
from pipeline.quality import MEASURED, judge, suggest_rating
from qa_rules import rules_in

RULES = rules_in()
NAMES = [rule.name for rule in RULES]
UNCAPPED = [replace(rule, cap=None) for rule in RULES]
"""A cap is a step by intention: nothing makes up for a filmed screen."""


def finding(name: str, severity: float | None) -> Finding:
    if severity is None:
        return Finding(name, 1, Verdict.NOT_MEASURABLE)
    verdict = Verdict.GOOD if severity == 0 else Verdict.POOR if severity == 1 else Verdict.WEAK
    return Finding(name, 1, verdict, 1.0, severity)


shares = st.one_of(st.none(), st.just(0.0), st.just(1.0), st.floats(0, 1))
all_findings = st.tuples(*(st.builds(finding, st.just(name), shares) for name in NAMES))
law = settings(max_examples=60, deadline=None)


@law
@given(all_findings)
def test_score_and_rating_stay_in_range(findings: tuple[Finding, ...]) -> None:
    quality = judge(findings, RULES)
    assert (quality.score is None) == (quality.suggested_rating is None)
    if quality.score is not None and quality.suggested_rating is not None:
        assert 0 <= quality.score <= 100
        assert 1 <= quality.suggested_rating <= 4
        assert sum(r.points for r in quality.reasons) == pytest.approx(100 - quality.score, abs=0.1)


@law
@given(all_findings, st.randoms(use_true_random=False))
def test_order_says_nothing(findings: tuple[Finding, ...], random: Random) -> None:
    mixed = list(findings)
    random.shuffle(mixed)
    assert judge(mixed, tuple(reversed(RULES))) == judge(findings, RULES)


@law
@given(all_findings, st.sampled_from([rule.name for rule in RULES if not rule.explains]), st.floats(0, 1))
def test_worse_never_scores_higher(findings: tuple[Finding, ...], name: str, severity: float) -> None:
    worse = tuple(
        finding(name, max(f.severity, severity)) if f.rule == name and f.verdict in MEASURED else f for f in findings
    )
    before, after = judge(findings, RULES).score, judge(worse, RULES).score
    if before is not None and after is not None:
        assert after <= before


def consequences(cause: str) -> list[str]:
    rule = next(rule for rule in RULES if rule.name == cause)
    return [n for n in NAMES if any(n == e or (e.endswith(".") and n.startswith(e)) for e in rule.explains)]


CAUSES = [rule.name for rule in RULES if rule.explains]


@law
@given(st.sampled_from(CAUSES), st.data())
def test_nothing_jumps_where_a_weak_cause_becomes_poor(cause: str, data: st.DataObject) -> None:
    told = consequences(cause)
    sizes = dict(zip(told, data.draw(st.tuples(*(st.floats(0, 1) for _ in told))), strict=True))

    def score(severity: float) -> float:
        found = judge([finding(n, severity if n == cause else sizes.get(n, 0.0)) for n in NAMES], UNCAPPED).score
        assert found is not None
        return found

    assert score(1 - 1e-6) == pytest.approx(score(1.0), abs=0.02)
    at = data.draw(st.floats(0, 0.99))
    assert score(at) == pytest.approx(score(at + 0.001), abs=0.5)


@law
@given(st.sampled_from(CAUSES), st.data())
def test_a_worse_cause_never_scores_higher_unless_its_consequences_take_more_than_it_ever_does(
    cause: str, data: st.DataObject
) -> None:
    told = consequences(cause)
    sizes = dict(zip(told, data.draw(st.tuples(*(st.floats(0, 1) for _ in told))), strict=True))
    weights = {rule.name: rule.weight for rule in RULES}
    alone = [r for r in UNCAPPED if not (r.name in told and r.explains)]  # one cause at a time
    sizes = {n: size for n, size in sizes.items() if n in {r.name for r in alone}}
    product = math.prod(1 - weights[n] * size for n, size in sizes.items())
    better, worse = sorted(data.draw(st.tuples(st.floats(0, 1), st.floats(0, 1))))
    before, after = (
        judge([finding(n, severity if n == cause else sizes.get(n, 0.0)) for n in NAMES], alone).score
        for severity in (better, worse)
    )
    assert before is not None
    assert after is not None
    # no score can be continuous, free of what a poor cause explains, and always fall: beyond this, one must give
    if product >= 1 - weights[cause]:
        assert after <= before
    assert after <= max(before, round(100 * (1 - weights[cause]), 2))


@law
@given(all_findings)
def test_explained_findings_cost_nothing(findings: tuple[Finding, ...]) -> None:
    quality = judge(findings, RULES)
    told = {r.rule for r in quality.reasons if r.explained_by}
    without = tuple(finding(f.rule, 0.0) if f.rule in told else f for f in findings)
    assert judge(without, RULES).score == quality.score


@law
@given(all_findings)
def test_a_poor_rule_caps_the_score(findings: tuple[Finding, ...]) -> None:
    poor = {f.rule for f in findings if f.verdict is Verdict.POOR}
    score = judge(findings, RULES).score
    for rule in RULES:
        if rule.cap is not None and rule.name in poor and score is not None:
            explained = {r.rule for r in judge(findings, RULES).reasons if r.explained_by}
            assert score <= rule.cap or rule.name in explained


def test_nothing_measured_gives_no_score() -> None:
    assert judge([finding(name, None) for name in NAMES], RULES).score is None
    assert judge([], RULES).score is None


def test_integrity_alone_gives_no_score() -> None:
    known = ("file.integrity", "content.non_ultrasound", "content.doppler")
    assert judge([finding(n, 0.0 if n in known else None) for n in NAMES], RULES).score is None


def test_two_faults_multiply_and_the_dearer_comes_first() -> None:
    findings = [finding(n, {"noise.electronic": 0.5, "motion.excess": 1.0}.get(n, 0.0)) for n in NAMES]
    quality = judge(findings, RULES)
    weight = {rule.name: rule.weight for rule in RULES}
    assert quality.score == pytest.approx(100 * (1 - 0.5 * weight["noise.electronic"]) * (1 - weight["motion.excess"]))
    assert [r.rule for r in quality.reasons] == ["motion.excess", "noise.electronic"]


def test_a_poor_gain_explains_what_follows_from_it() -> None:
    findings = [finding(n, 1.0 if n in ("gain.under", "sharpness.blur") else 0.0) for n in NAMES]
    reasons = {r.rule: r for r in judge(findings, RULES).reasons}
    assert reasons["sharpness.blur"].explained_by == "gain.under"
    assert reasons["sharpness.blur"].points == 0


@pytest.mark.parametrize(
    ("strongest", "explained"),
    [
        ("file.integrity", ("content.screen_capture", "codec.blocking", "gain.over", "contact.coupling")),
        ("content.non_ultrasound", ("content.screen_capture", "codec.blocking", "gain.over", "contact.coupling")),
        ("content.screen_capture", ("codec.blocking", "gain.over", "contact.coupling", "noise.electronic")),
        ("codec.blocking", ("sharpness.blur", "motion.none", "temporal.frame_rate")),
        ("gain.over", ("gain.saturation", "contact.coupling", "noise.electronic", "sharpness.blur", "motion.none")),
        ("contact.coupling", ("sharpness.blur", "motion.excess", "motion.none")),
        ("temporal.freeze", ("motion.none", "temporal.frame_rate", "content.overlay")),
    ],
)
def test_the_strongest_finding_explains_the_weaker_ones(strongest: str, explained: tuple[str, ...]) -> None:
    alone = judge([finding(n, 1.0 if n == strongest else 0.0) for n in NAMES], RULES)
    together = judge([finding(n, 1.0 if n in (strongest, *explained) else 0.0) for n in NAMES], RULES)
    assert together.score == alone.score
    assert {r.rule: r.explained_by for r in together.reasons} == {strongest: None} | dict.fromkeys(explained, strongest)


@pytest.mark.parametrize(
    ("name", "cap"),
    [
        ("file.integrity", 5.0),
        ("content.non_ultrasound", 5.0),
        ("content.screen_capture", 40.0),
        ("temporal.freeze", 30.0),
    ],
)
def test_what_nothing_can_make_up_for_caps_the_score(name: str, cap: float) -> None:
    assert next(rule for rule in RULES if rule.name == name).cap == cap
    quality = judge([finding(n, 1.0 if n == name else 0.0) for n in NAMES], RULES)
    assert quality.score is not None
    assert quality.score <= cap
    assert quality.reasons[0].rule == name


@pytest.mark.parametrize(("score", "rating"), [(100, 4), (85, 4), (84.9, 3), (65, 3), (40, 2), (39.9, 1), (0, 1)])
def test_cut_offs(score: float, rating: int) -> None:
    assert suggest_rating(score) == rating


def test_unknown_rules_are_left_aside() -> None:
    good = [finding(name, 0.0) for name in NAMES]
    stranger = replace(finding("gain.under", 1.0), rule="nobody.knows")
    assert judge([*good, stranger], RULES) == judge(good, RULES)
