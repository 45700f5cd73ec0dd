"""Does the whole face of the probe touch the skin, and if not, on which side is it lost?"""

import numpy as np
from numpy.typing import NDArray

from pipeline.clip import Clip
from pipeline.finding import Measurement, Side
from pipeline.levels import doppler_fills
from pipeline.place import place
from pipeline.polar import DEPTHS, LINES, scan_lines
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text

ZONE = slice(round(0.1 * DEPTHS), round(0.6 * DEPTHS))
DARK_LOG_RATIO = -1.1
REFERENCE_PERCENTILE = 75
SECOND_SIDE = 1 / 3


def dark_edge_share(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the share (0-1) of the scan lines that are dark in an unbroken run from an edge of the sector.

    A line is dark where the log of its mean level, 10-60 % of the depth, over that of the 75th percentile of all lines
    is below -1.1 (a third). Runs in the middle are not counted: there a cyst or a rib is as likely as lost gel.
    """
    if not sector.known:
        return NOT_MEASURABLE
    if doppler_fills(clip, sector):
        return NOT_APPLICABLE
    lines, inside = scan_lines(clip.proxy[list(clip.keyframe_numbers)], clip, sector)
    weight = inside[ZONE].sum(axis=0)
    if not weight.any():
        return NOT_MEASURABLE
    sums = (lines[:, ZONE].mean(axis=0) * inside[ZONE]).sum(axis=0)
    means = sums[weight > 0] / weight[weight > 0]
    reference = np.percentile(means, REFERENCE_PERCENTILE)
    dark = np.log((means + 1) / (reference + 1)) < DARK_LOG_RATIO
    left, right = _run(dark), _run(dark[::-1])
    seen, side = np.flatnonzero(weight > 0), _side(left, right)
    runs = {Side.LEFT: (0.0, seen[left - 1] + 1), Side.RIGHT: (seen[-right], LINES)}
    run = (runs[side][0] / LINES, runs[side][1] / LINES) if side in runs else None
    sides = ("left", left / LINES), ("right", right / LINES)
    return Measurement((left + right) / LINES, side, (*sides, *place(run)))


def _run(dark: NDArray[np.bool_]) -> int:
    return len(dark) if dark.all() else int((~dark).argmax())


def _side(left: int, right: int) -> Side | None:
    if not left and not right:
        return None
    if min(left, right) >= SECOND_SIDE * max(left, right):
        return Side.BOTH
    return Side.LEFT if left > right else Side.RIGHT


RULE = Rule(
    name="contact.coupling",
    version=2,
    title=Text("Lost contact at the side", "Contact perdu sur le côté"),
    advice=Text(
        "Add gel and press evenly, more on the dark side of the picture.",
        "Ajoutez du gel et appuyez de façon égale, davantage du côté sombre de l'image.",
    ),
    unit="share of scan lines",
    limits=Limits(good=0.16, poor=0.38),
    family=Family.CONTACT,
    weight=0.4,
    measure=dark_edge_share,
    advice_by_side={
        Side.LEFT: Text(
            "Put more gel or pressure under the left of the probe, the side that is dark in the picture.",
            "Mettez plus de gel ou de pression à gauche de la sonde, du côté sombre de l'image.",
        ),
        Side.RIGHT: Text(
            "Put more gel or pressure under the right of the probe, the side that is dark in the picture.",
            "Mettez plus de gel ou de pression à droite de la sonde, du côté sombre de l'image.",
        ),
        Side.BOTH: Text(
            "Put more gel under both ends of the probe and press evenly.",
            "Mettez plus de gel sous les deux bords de la sonde et appuyez de façon égale.",
        ),
    },
    explains=("sharpness.", "motion."),
)
