"""Which findings have a scan score what a test wants? Values of the rules of today, so that they can be judged anew."""

from pipeline.finding import Finding, Verdict
from pipeline.quality import Quality, judge
from pipeline.rule import Family, Rule
from qa_rules import rules_in
from supervision.exam_types import exam_types

SHORT_OF_POOR = 0.99
"""A poor finding could explain others or cap the score."""


def findings_for(score: float | None) -> tuple[Finding, ...]:
    """Return a finding of every rule that together make this score (20-100, roughly below 20).

    None: nothing could be measured.
    """
    asked = {name for known in exam_types().values() for name in (*known.limits, *known.weights)}
    rules = rules_in()
    if score is None:
        return tuple(Finding(rule.name, rule.version, Verdict.NOT_MEASURABLE) for rule in rules)
    found, left = [], 100.0
    for rule in sorted(rules, key=lambda rule: (rule.cap is not None, bool(rule.explains), rule.name)):
        if rule.name in asked or rule.family is Family.DEVICE:
            found.append(Finding(rule.name, rule.version, Verdict.NOT_APPLICABLE))
            continue
        wanted = (1 - score / left) / rule.weight if rule.weight else 0.0
        severity = min(SHORT_OF_POOR, wanted)
        left *= 1 - rule.weight * severity
        found.append(finding_of(rule, severity))
    return tuple(sorted(found, key=lambda finding: finding.rule))


def finding_of(rule: Rule, severity: float) -> Finding:
    """Return a finding of this severity, by the rule's own limits."""
    value = rule.limits.good + severity * (rule.limits.poor - rule.limits.good)
    return rule.judged(Finding(rule.name, rule.version, Verdict.GOOD, value))


def quality_for(score: float | None) -> Quality:
    """Return the quality that follows from those findings."""
    return judge(findings_for(score), rules_in())
