"""How much of the sector is covered by colour Doppler?"""

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.levels import COLOURED, coloured_share
from pipeline.place import place_around
from pipeline.polar import scan_lines
from pipeline.rule import NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text


def doppler_share(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the coloured share (0-1) of the sector, max - min over RGB above 24."""
    if not sector.known:
        return NOT_MEASURABLE
    share = coloured_share(clip, sector)
    if not share:
        return Measurement(share)
    lines, inside = scan_lines(clip.colour.max(axis=0)[None], clip, sector)
    return Measurement(share, evidence=place_around((lines[0] > COLOURED) & inside))


RULE = Rule(
    name="content.doppler",
    version=2,
    title=Text("Colour Doppler", "Doppler couleur"),
    advice=Text(
        "Save one clip without colour as well, so that gain and contact can be judged.",
        "Enregistrez aussi un clip sans couleur, pour que le gain et le contact puissent être jugés.",
    ),
    unit="share of the sector",
    limits=Limits(good=1.0, poor=2.0),  # a fact, not a fault: a share cannot pass 1
    family=Family.CONTENT,
    weight=0.0,
    measure=doppler_share,
)
