"""Is the whole sector in the picture, or did a crop or a wrong export cut it off or leave it out?"""

import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement, Side
from pipeline.place import place
from pipeline.polar import DEPTHS, LINES, places, shares
from pipeline.rule import NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Mask, Sector
from pipeline.text import Text

LIT_LEVEL = 30
EMPTY_SHARE = 0.01
"""Share of lit pixels below which there is no sector in the picture; the writing of a device alone lights more."""

BORDER = 1.5
ABOVE = 0.1
"""How much of the depth is shown beside a cut below or above the picture."""


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
    left, right = x < -BORDER, x > clip.columns - 1 + BORDER
    outside = left | right | (y < -BORDER) | (y > clip.rows - 1 + BORDER)
    near, far = sector.radii
    share = float(np.average(outside.mean(axis=1), weights=near + down * (far - near)))
    if not share:
        return Measurement(share)
    return Measurement(share, *_where(left, right, outside))


def _where(left: Mask, right: Mask, outside: Mask) -> tuple[Side | None, tuple[tuple[str, float], ...]]:
    """Return the side that was cut, and its scan lines; without a side the depths from shortly above the cut."""
    if left.any() and right.any():
        return Side.BOTH, ()
    if left.any():
        return Side.LEFT, place((0.0, (int(np.flatnonzero(left.any(axis=0))[-1]) + 1) / LINES))
    if right.any():
        return Side.RIGHT, place((int(np.flatnonzero(right.any(axis=0))[0]) / LINES, 1.0))
    first = int(np.flatnonzero(outside.any(axis=1))[0]) / DEPTHS
    return None, place(None, (max(0.0, first - ABOVE), 1.0) if first > ABOVE else (0.0, ABOVE))


RULE = Rule(
    name="geometry.sector",
    version=2,
    title=Text("Sector cut off or missing", "Secteur coupé ou absent"),
    advice=Text(
        "Export the clip as the device saved it, without cropping or zooming, so that the whole sector is there.",
        "Exportez le clip tel que l'appareil l'a enregistré, sans recadrer ni zoomer, pour que le secteur soit entier.",
    ),
    unit="share of the sector",
    limits=Limits(good=0.1, poor=0.35),
    family=Family.REST,
    weight=0.2,
    measure=missing_share,
    advice_by_side={
        Side.LEFT: Text(
            "Export the clip without cropping or zooming: the left of the sector is missing.",
            "Exportez le clip sans recadrer ni zoomer : il manque la gauche du secteur.",
        ),
        Side.RIGHT: Text(
            "Export the clip without cropping or zooming: the right of the sector is missing.",
            "Exportez le clip sans recadrer ni zoomer : il manque la droite du secteur.",
        ),
        Side.BOTH: Text(
            "Export the clip without cropping or zooming: both sides of the sector are missing.",
            "Exportez le clip sans recadrer ni zoomer : il manque les deux bords du secteur.",
        ),
    },
)
