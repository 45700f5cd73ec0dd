"""Against what is a scan held: the rules as they were made, what is usual on its device, what its exam needs?"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from pipeline.finding import Finding
from pipeline.quality import CUT_OFFS, Quality, judge
from pipeline.rule import Limits, Rule, Usual

WIDEST = 2.0
"""How many times wider than where a rule was made its limits may become on one device."""


@dataclass(frozen=True)
class Yardstick:
    """What differs from the rules as they were made.

    version: of the calibration, None without one. usual: per rule what good clips of this device (or its model, or the
    programme) show. limits, weights: per rule what the exam type asks for; limits of an exam type are not moved.
    cut_offs: score from which on a rating is suggested, highest first.
    """

    version: int | None = None
    usual: Mapping[str, Usual] = field(default_factory=dict)
    limits: Mapping[str, Limits] = field(default_factory=dict)
    weights: Mapping[str, float] = field(default_factory=dict)
    cut_offs: tuple[tuple[float, int], ...] = CUT_OFFS

    def applied_to(self, rules: Iterable[Rule]) -> tuple[Rule, ...]:
        """Return the rules with the limits and weights that hold for this scan."""
        return tuple(
            replace(rule, limits=self._limits(rule), weight=self.weights.get(rule.name, rule.weight)) for rule in rules
        )

    def _limits(self, rule: Rule) -> Limits:
        usual = self.usual.get(rule.name)
        if rule.name in self.limits or rule.usual is None or usual is None:
            return self.limits.get(rule.name, rule.limits)
        return moved(rule.limits, rule.usual, usual)


ABSOLUTE = Yardstick()


def moved(limits: Limits, made_on: Usual, here: Usual) -> Limits:
    """Return limits as far from what is usual here, in spreads, as they were where the rule was made; never stricter.

    A device on which less is usual than where the rule was made is held to the rule as it was made: a handful of its
    clips cannot say what a person sees. Bounded, so that a device whose clips are all bad is not called normal: the
    good limit never passes the rule's own poor one, and the width between the limits at most doubles.
    """
    wider = min(WIDEST, max(1.0, here.spread / made_on.spread))
    width = limits.poor - limits.good
    wanted = here.middle + (limits.good - made_on.middle) * wider
    least, most = sorted((limits.good, limits.good + width))
    good = min(most, max(least, wanted))
    return Limits(good, good + width * wider)


def held_against(
    yardstick: Yardstick, findings: Iterable[Finding], rules: Sequence[Rule]
) -> tuple[tuple[Finding, ...], Quality]:
    """Return measured findings judged anew by `yardstick`, and the quality that follows; no picture is needed.

    Findings of another version of a rule keep their severity; those of rules that are not in `rules` do not count.
    """
    applied = yardstick.applied_to(rules)
    same = {(rule.name, rule.version): rule for rule in applied}
    again = tuple(same[key].judged(f) if (key := (f.rule, f.version)) in same else f for f in findings)
    return again, judge(again, applied, yardstick.cut_offs)
