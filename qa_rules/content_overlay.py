"""Do calipers, text or marks cover the tissue?"""

import cv2
import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.place import place_around
from pipeline.polar import scan_lines
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered, Usual
from pipeline.sector import Sector
from pipeline.text import Text

FEWEST_FRAMES = 3
CONSTANT_LEVELS = 12
BRIGHT_LEVEL = 150
STEEP_LEVELS = 60
MOVING_LEVELS = 0.5
WIDENED = 9
"""Pixels to which a stroke is widened so that scan lines do not miss it."""


def written_share(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the share (0-1) of the sector that is bright, steep and constant over all keyframes.

    Above level 150 in all of them, within 12 levels, with a step of 60 within one pixel. A still, or a clip in which
    nothing moves, cannot tell a mark from an echo.
    """
    if len(clip.keyframes) < FEWEST_FRAMES:
        return NOT_APPLICABLE
    if not sector.known:
        return NOT_MEASURABLE
    inside = cv2.erode(sector.mask(clip.rows, clip.columns).astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    lowest = clip.keyframes.min(axis=0)
    spread = clip.brightest - lowest
    if not inside.any() or float(spread[inside].mean()) < MOVING_LEVELS:
        return NOT_MEASURABLE
    step = cv2.morphologyEx(lowest, cv2.MORPH_GRADIENT, np.ones((3, 3), np.uint8))
    marks = inside & (spread <= CONSTANT_LEVELS) & (lowest >= BRIGHT_LEVEL) & (step >= STEEP_LEVELS)
    share = float(marks.sum() / inside.sum())
    if not share:
        return Measurement(share)
    wide = np.asarray(cv2.dilate(marks.astype(np.uint8), np.ones((WIDENED, WIDENED), np.uint8)), np.uint8)
    lines, _ = scan_lines(255 * wide[None], clip, sector)
    return Measurement(share, evidence=place_around(lines[0] > 0))


RULE = Rule(
    name="content.overlay",
    version=2,
    title=Text("Marks over the tissue", "Marques sur les tissus"),
    advice=Text(
        "Save the clip before you place calipers or text, and a second one with them if they are needed.",
        "Enregistrez le clip avant d'ajouter des mesures ou du texte, puis un second avec, si c'est utile.",
    ),
    unit="share of the sector",
    limits=Limits(good=0.0005, poor=0.006),
    family=Family.REST,
    weight=0.1,
    measure=written_share,
    usual=Usual(middle=0.0, spread=0.0002, clips=11),
)
