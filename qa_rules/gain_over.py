"""Is the gain so high that everything is bright?"""

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.levels import doppler_fills, grey_levels, level_at
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text


def bright_level(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return (p50 + p90) / 2 of the grey levels in the sector, 0-255."""
    levels = grey_levels(clip, sector)
    if levels is None:
        return NOT_MEASURABLE
    if doppler_fills(clip, sector):
        return NOT_APPLICABLE
    return Measurement((level_at(levels, 0.5) + level_at(levels, 0.9)) / 2)


RULE = Rule(
    name="gain.over",
    version=1,
    title=Text("Gain too high", "Gain trop fort"),
    advice=Text(
        "Turn the overall gain down until fluid is black again.",
        "Baissez le gain général jusqu'à ce que les liquides redeviennent noirs.",
    ),
    unit="grey level",
    limits=Limits(good=150.0, poor=200.0),
    family=Family.GAIN,
    weight=0.5,
    measure=bright_level,
    explains=("gain.saturation", "contact.", "sharpness.", "noise.", "motion."),
)
