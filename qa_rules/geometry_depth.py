"""Is the depth set so large that the lower part of the picture shows nothing?"""

import cv2
import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.place import place
from pipeline.polar import scan_lines
from pipeline.rule import NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text

NEIGHBOURS = (9, 5)
"""Scan lines and depths over which noise is averaged away before echoes are looked for."""

FAINT = 0.2
"""Share of the brightest depths' level below which a depth holds no echo worth its place."""

FLAT_LEVELS = 5.0
NOISE_LEVEL = 40.0
DARKEST = 12.0


def empty_share(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the share (0-1) of the depth, counted from the bottom, in which no scan line shows an echo.

    On the mean over the keyframes: a depth is empty where its 90th percentile over the scan lines is below a fifth of
    that of the bright depths, or where it is dim and nearly the same on all lines, as noise is. The opposite, a depth
    set too small, cannot be told from grey levels: `geometry.shallow` asks a declared scale.
    """
    if not sector.known:
        return NOT_MEASURABLE
    lines, inside = scan_lines(clip.proxy[list(clip.keyframe_numbers)], clip, sector)
    seen = inside.any(axis=1)
    if not seen.any():
        return NOT_MEASURABLE
    means = np.where(inside, cv2.blur(lines.mean(axis=0), NEIGHBOURS), np.nan)[seen]
    low, high = np.nanpercentile(means, (10, 90), axis=1)
    bright = float(np.percentile(high, 90))
    if bright < DARKEST:
        return NOT_MEASURABLE
    empty = (high < FAINT * bright) | ((high - low < FLAT_LEVELS) & (high < NOISE_LEVEL))
    trailing = len(empty) if empty.all() else int((~empty[::-1]).argmax())
    share = trailing / len(empty)
    return Measurement(share, evidence=place(None, (1.0 - share, 1.0)) if share else ())


RULE = Rule(
    name="geometry.depth",
    version=2,
    title=Text("Depth too large", "Profondeur trop grande"),
    advice=Text(
        "Reduce the depth until the structure you look for fills the picture, with one centimetre below it.",
        "Réduisez la profondeur jusqu'à ce que la structure cherchée remplisse l'image, avec un centimètre en dessous.",
    ),
    unit="share of the depth",
    limits=Limits(good=0.5, poor=0.65),
    family=Family.REST,
    weight=0.2,
    measure=empty_share,
)
