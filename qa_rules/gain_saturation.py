"""How much of the picture is washed out to white?"""

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.levels import doppler_fills, grey_levels
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text


def white_share(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the share (0-1) of the sector at grey levels of 250 and more, which hold no detail."""
    levels = grey_levels(clip, sector)
    if levels is None:
        return NOT_MEASURABLE
    if doppler_fills(clip, sector):
        return NOT_APPLICABLE
    return Measurement(float(levels[250:].sum() / levels.sum()))


RULE = Rule(
    name="gain.saturation",
    version=2,
    title=Text("White areas without detail", "Zones blanches sans détail"),
    advice=Text(
        "Turn the gain down, or the near-field gain if only the top is white.",
        "Baissez le gain, ou le gain proximal si seul le haut est blanc.",
    ),
    unit="share of the sector",
    limits=Limits(good=0.015, poor=0.1),
    family=Family.GAIN,
    weight=0.3,
    measure=white_share,
)
