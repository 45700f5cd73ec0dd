"""Is the whole sector in the picture, or did a crop or a wrong export cut it off or leave it out?"""

import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.polar import DEPTHS, LINES, places, shares
from pipeline.rule import NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text

LIT_LEVEL = 30
EMPTY_SHARE = 0.01
"""Share of lit pixels below which there is no sector in the picture; the writing of a device alone lights more."""

BORDER = 1.5


def missing_share(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the share (0-1) of the fan's area that lies beyond the picture's border, 1 for an empty picture.

    The fan is what its two sides and two arcs enclose (area-weighted samples along its scan lines). A rectangle whose
    side is the picture's border may or may not go on behind it, and a sector that was not recognised in a picture
    that is not empty may well be there: neither can be measured.
    """
    if not sector.known:
        lit = float((clip.proxy[list(clip.keyframe_numbers)].max(axis=0) > LIT_LEVEL).mean())
        return Measurement(1.0) if lit < EMPTY_SHARE else NOT_MEASURABLE
    if sector.apex is None or sector.radii is None:
        across = [x for x, _ in sector.polygon]
        touches = min(across) < BORDER or max(across) > clip.columns - 1 - BORDER
        return NOT_MEASURABLE if touches else Measurement(0.0)
    down = shares(DEPTHS)
    x, y = places(sector, down, shares(LINES))
    outside = (x < -BORDER) | (x > clip.columns - 1 + BORDER) | (y < -BORDER) | (y > clip.rows - 1 + BORDER)
    near, far = sector.radii
    return Measurement(float(np.average(outside.mean(axis=1), weights=near + down * (far - near))))


RULE = Rule(
    name="geometry.sector",
    version=1,
    title=Text("Sector cut off or missing", "Secteur coupé ou absent"),
    advice=Text(
        "Export the clip as the device saved it, without cropping or zooming, so that the whole fan is in the picture.",
        "Exportez le clip tel que l'appareil l'a enregistré, sans recadrer ni zoomer, pour que tout l'éventail y soit.",
    ),
    unit="share of the sector",
    limits=Limits(good=0.1, poor=0.35),
    family=Family.REST,
    weight=0.2,
    measure=missing_share,
)
