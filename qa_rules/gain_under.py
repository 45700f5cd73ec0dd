"""Is the gain too low to see the tissue?"""

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.levels import doppler_fills, grey_levels, level_at
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text


def dim_level(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return (p10 + p50) / 2 of the grey levels in the sector, 0-255."""
    levels = grey_levels(clip, sector)
    if levels is None:
        return NOT_MEASURABLE
    if doppler_fills(clip, sector):
        return NOT_APPLICABLE
    return Measurement((level_at(levels, 0.1) + level_at(levels, 0.5)) / 2)


RULE = Rule(
    name="gain.under",
    version=1,
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
