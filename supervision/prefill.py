"""What of a view has been measured, so that the expert need not type it?

Rules see depth, gain, focus, steadiness and length of a clip. They do not see whether the view is the right one:
whether it is there, its landmarks, its axis and its label are the expert's alone, and nothing is proposed for them.
What is proposed counts only once the expert has looked at it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from pipeline.finding import Verdict
from supervision.exam_types import ExamType, View
from supervision.rating import Component

RULES: Mapping[Component, tuple[str, ...]] = MappingProxyType(
    {
        Component.DEPTH: ("geometry.depth", "geometry.shallow"),
        Component.GAIN: ("gain.over", "gain.under", "gain.saturation", "noise.electronic"),
        Component.FOCUS: ("sharpness.blur",),
        Component.STEADY: ("contact.coupling", "artifact.shadow", "motion.excess"),
        Component.SWEEP: ("file.duration", "motion.none", "temporal.freeze", "temporal.frame_rate"),
    }
)
"""The rules that speak of a component; the worst of them decides. Other rules speak of the device or of the file."""

LEVELS: Mapping[Verdict, int] = MappingProxyType({Verdict.GOOD: 2, Verdict.WEAK: 1, Verdict.POOR: 0})


@dataclass(frozen=True)
class Measured:
    """What the rules said of one clip, and which view it shows as far as the scanner said so."""

    verdicts: Mapping[str, Verdict] = field(default_factory=dict)
    view: str = ""
    still: bool = False


def prefill(exam_type: ExamType, clips: Collection[Measured]) -> Mapping[str, Mapping[Component, int]]:
    """Return 0, 1 or 2 for the components of each view that were measured, by the view's code.

    A view is as good as its best clip, since it is the one from which the question is answered; the levels of two clips
    are never mixed, which would praise a clip that nobody made. A still speaks for a view that asks for a clip only
    where there is no clip. A clip without a view speaks for all views if it is the only one, or if there is one view.
    """
    proposed = {}
    for view in exam_type.views:
        shown = [clip for clip in clips if clip.view == view.code or (not clip.view and _for_any(exam_type, clips))]
        levels = _best(view, shown)
        if levels:
            proposed[view.code] = MappingProxyType(levels)
    return MappingProxyType(proposed)


def levels_of(clip: Measured) -> dict[Component, int]:
    """Return what was measured of a clip: the worst rule of each component, nothing where none could be computed."""
    found = {}
    for component, rules in RULES.items():
        told = [LEVELS[clip.verdicts[rule]] for rule in rules if clip.verdicts.get(rule) in LEVELS]
        if told:
            found[component] = min(told)
    return found


def _for_any(exam_type: ExamType, clips: Collection[Measured]) -> bool:
    return len(clips) == 1 or len(exam_type.views) == 1


def _best(view: View, clips: Sequence[Measured]) -> dict[Component, int]:
    moving = [clip for clip in clips if not clip.still]
    wanted = clips if view.still or not moving else moving
    return min((levels_of(clip) for clip in wanted), key=_worse, default={})


def _worse(levels: Mapping[Component, int]) -> tuple[int, int, int]:
    """Order by the number of unusable components, then of flawed ones, then by how little was measured."""
    values = list(levels.values())
    return values.count(0), values.count(1), -len(values)
