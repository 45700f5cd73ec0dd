"""What do all findings together say about a scan: a score, its reasons, a suggested rating?"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.finding import Finding, Verdict
from pipeline.rule import Family, Rule

MEASURED = frozenset({Verdict.GOOD, Verdict.WEAK, Verdict.POOR})
STRENGTH = {family: rank for rank, family in enumerate(Family)}
LEAST_MEASURED_SHARE = 0.5
NEARLY = 1 - 1e-12
"""Keeps the logarithm of what a weight of 1 leaves finite."""

CUT_OFFS = ((85.0, 4), (65.0, 3), (40.0, 2))
"""Score from which on a rating is suggested; 5 is never, because no rule sees whether the view is right."""


@dataclass(frozen=True)
class Reason:
    """A finding that is not good: the points (0-100) that it took, or the stronger rule that explains it."""

    rule: str
    points: float
    explained_by: str | None = None


@dataclass(frozen=True)
class Quality:
    """score: 0-100, None where too little was measured. suggested_rating: 1 to 4. reasons: most points first."""

    score: float | None
    suggested_rating: int | None
    reasons: tuple[Reason, ...] = ()


def judge(
    findings: Iterable[Finding], rules: Iterable[Rule], cut_offs: tuple[tuple[float, int], ...] = CUT_OFFS
) -> Quality:
    """Return 100·Π(1 - weight·severity) over what nothing stronger explains, at most the cap of any poor rule.

    What a poor finding explains costs nothing, what a weak one explains a part (`_unexplained`): nothing jumps where
    weak becomes poor. Without a score where the rules that were measured weigh less than half of those that apply,
    unless a cap holds.
    """
    by_name = {rule.name: rule for rule in rules}
    known = sorted((f for f in findings if f.rule in by_name), key=lambda f: f.rule)
    measured = [f for f in known if f.verdict in MEASURED]
    explained = _explained(measured, by_name)
    counted = [f for f in measured if f.rule not in explained]
    losses = {name: loss for name, loss in _unexplained(counted, by_name).items() if loss > 0}
    caps = {
        f.rule: cap for f in counted if f.verdict is Verdict.POOR and (cap := by_name[f.rule].cap) is not None
    }  # fmt: skip
    if not caps and not _enough(known, by_name):
        return Quality(None, None)
    product = 100.0
    for loss in losses.values():
        product *= 1.0 - loss
    score = round(min([product, *caps.values()]), 2)
    return Quality(score, suggest_rating(score, cut_offs), _reasons(losses, caps, explained, product))


def suggest_rating(score: float, cut_offs: tuple[tuple[float, int], ...] = CUT_OFFS) -> int:
    """Return the rating 1 to 4 that a score of 0-100 suggests."""
    return next((rating for least, rating in cut_offs if score >= least), 1)


def _explained(measured: list[Finding], by_name: dict[str, Rule]) -> dict[str, str]:
    """Return for each finding that is a consequence of a stronger poor one the name of the strongest such rule."""
    strongest_first = sorted(
        (by_name[f.rule] for f in measured if f.verdict is Verdict.POOR and by_name[f.rule].explains), key=_strength
    )
    explained = {}
    for finding in measured:
        if finding.severity == 0:
            continue
        for rule in strongest_first:
            if _strength(rule) < _strength(by_name[finding.rule]) and _names(rule.explains, finding.rule):
                explained[finding.rule] = rule.name
                break
    return explained


def _unexplained(counted: list[Finding], by_name: dict[str, Rule]) -> dict[str, float]:
    """Return what each finding takes (a share) less what its causes explain of it, strongest cause first.

    A cause of severity s and its consequences leave together (1 - s) of what the consequences alone would leave and s
    of what the cause alone would leave at its worst. So they count fully beside a good cause and not beside a poor one,
    and a cause that gets worse never raises the score unless its consequences take more than it ever does.
    """
    left = {f.rule: -math.log1p(-by_name[f.rule].weight * f.severity * NEARLY) for f in counted}  # losses that add up
    whole = dict(left)
    for cause in sorted((f for f in counted if f.severity > 0), key=lambda f: _strength(by_name[f.rule])):
        rule = by_name[cause.rule]
        told = [n for n in left if _strength(rule) < _strength(by_name[n]) and _names(rule.explains, n)]
        together = sum(left[name] for name in told)
        if together > 0:
            mixed = (1 - cause.severity) * math.exp(-together) + cause.severity * (1 - rule.weight * NEARLY)
            share = max(0.0, -math.log(mixed) - whole[cause.rule]) / together
            left |= {name: left[name] * share for name in told}
    return {name: -math.expm1(-loss) for name, loss in left.items()}


def _strength(rule: Rule) -> tuple[int, float, str]:
    return STRENGTH[rule.family], -rule.weight, rule.name


def _names(explains: tuple[str, ...], name: str) -> bool:
    return any(name == item or (item.endswith(".") and name.startswith(item)) for item in explains)


def _enough(known: list[Finding], by_name: dict[str, Rule]) -> bool:
    """Return whether enough of what tells good pictures from bad ones was measured (a sector was there)."""
    telling = [f for f in known if by_name[f.rule].family not in (Family.INTEGRITY, Family.CONTENT)]
    applicable = sum(by_name[f.rule].weight for f in telling if f.verdict is not Verdict.NOT_APPLICABLE)
    measured = sum(by_name[f.rule].weight for f in telling if f.verdict in MEASURED)
    return measured > 0 and measured >= LEAST_MEASURED_SHARE * applicable


def _reasons(
    losses: dict[str, float], caps: dict[str, float], explained: dict[str, str], product: float
) -> tuple[Reason, ...]:
    """Share the lost points out by loss; what a cap takes beyond the product goes to the rule with that cap."""
    total = sum(losses.values())
    points = {name: (100.0 - product) * loss / total for name, loss in losses.items()}
    if caps and min(caps.values()) < product:
        capping = min(caps, key=lambda name: (caps[name], name))
        points[capping] = points.get(capping, 0.0) + product - caps[capping]
    counted = [Reason(name, round(lost, 2)) for name, lost in points.items()]
    told = [Reason(name, 0.0, by) for name, by in explained.items()]
    return tuple(sorted(counted + told, key=lambda r: (-r.points, r.rule)))
