"""Is the gain too low to see the tissue?"""

import cv2
import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.levels import doppler_fills, grey_levels, level_at
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text

MIDDLE = 0.25
"""Share of the picture that is left out on each of its four sides where no sector is known."""

SPECKLE = 3
BRIGHTER = 75
DIMMER = 4.0


def dim_level(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return (p10 + p50) / 2 of the grey levels in the sector, 0-255.

    Without a sector, because it may be too dark to show one: a quarter of the 75th percentile in the middle of the
    picture, where every layout has echoes: clean pictures without a known sector read 5 and more.
    """
    if doppler_fills(clip, sector):
        return NOT_APPLICABLE
    if not sector.known:
        return _in_the_middle(clip)
    levels = grey_levels(clip, sector)
    if levels is None:
        return NOT_MEASURABLE
    return Measurement((level_at(levels, 0.1) + level_at(levels, 0.5)) / 2)


def _in_the_middle(clip: Clip) -> Measurement | Unanswered:
    rows, columns = clip.proxy.shape[1:]
    top, left = round(MIDDLE * rows), round(MIDDLE * columns)
    pictures = clip.proxy[list(clip.keyframe_numbers), top : rows - top, left : columns - left]
    if not pictures.size:
        return NOT_MEASURABLE
    soft = np.stack([cv2.blur(picture, (SPECKLE, SPECKLE)) for picture in pictures])
    return Measurement(float(np.percentile(soft, BRIGHTER)) / DIMMER)


RULE = Rule(
    name="gain.under",
    version=2,
    title=Text("Gain too low", "Gain trop faible"),
    advice=Text(
        "Turn the overall gain up until the tissue is mid-grey.",
        "Augmentez le gain général jusqu'à ce que les tissus soient gris moyen.",
    ),
    unit="grey level",
    limits=Limits(good=5.0, poor=1.0),
    family=Family.GAIN,
    weight=0.5,
    measure=dim_level,
    explains=("contact.", "geometry.depth", "sharpness.", "noise.", "motion."),
)
