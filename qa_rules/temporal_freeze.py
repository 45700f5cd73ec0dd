"""Does the clip move, or was the picture frozen before it was saved?"""

import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.levels import grey_levels, level_at
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Several, Unanswered
from pipeline.sector import Sector
from pipeline.stillness import STILL_LEVELS, frame_changes, longest_run
from pipeline.text import Text

BLACK = 12.0
"""Grey level below which nine tenths of a sector (of the picture without one) lie when nothing in it can move."""


def longest_still_run(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the longest run of unchanged frames as a share (0-1) of the clip; a still cannot freeze, nor can black."""
    if clip.frames < 2:
        return NOT_APPLICABLE
    levels = grey_levels(clip, sector)
    if (level_at(levels, 0.9) if levels is not None else float(np.percentile(clip.proxy[0], 90))) < BLACK:
        return NOT_MEASURABLE
    still = frame_changes(clip, sector) <= STILL_LEVELS
    start, length = longest_run(still)
    return Measurement(length / len(still), evidence=(("first_frame", float(start)), ("frames", float(length))))


RULE = Rule(
    name="temporal.freeze",
    version=2,
    title=Text("Frozen picture", "Image figée"),
    advice=Text(
        "Unfreeze the picture first, then record while you scan.",
        "Relancez d'abord l'image en direct, puis enregistrez pendant que vous balayez.",
    ),
    unit="share of the clip",
    limits=Limits(good=0.3, poor=0.8),
    family=Family.REST,
    weight=0.6,
    measure=longest_still_run,
    several=Several.BEST,
    cap=30.0,
    explains=("content.overlay", "motion.none", "temporal.frame_rate"),
)
