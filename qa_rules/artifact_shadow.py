"""On how much of the picture does something throw a shadow: a rib, gas, a stone?"""

import cv2
import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.levels import doppler_fills
from pipeline.place import place
from pipeline.polar import DEPTHS, LINES, Floats, scan_lines
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Mask, Sector
from pipeline.stillness import longest_run
from pipeline.text import Text

MOST_PICTURES = 4
DARK = 0.4
LIT_LINES = 80
"""Percentile of the lines at a depth that says how bright it is where nothing shades: shadows may take most lines."""

LIT = 0.3
UNBROKEN = 0.8
FAINT = 10
LEAST_LEFT = 0.5
HALF = 0.5
FACE = slice(3, 9)
STARTS = slice(4, round(0.75 * DEPTHS))


def shadowed_share(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the share (0-1) of the scan lines that are lit at the face and dark from some depth down to the last echo.

    Dark: below .4 of the 80th percentile of all lines at that depth, on at least 80 % of the depths below the shadow's
    start, which is half or more of those where that percentile shows an echo at all. Mean over at most 4 keyframes.
    Shadows of ribs are part of a good picture of the lung: this is a fraction, not a fault.
    """
    if not sector.known:
        return NOT_MEASURABLE
    if doppler_fills(clip, sector):
        return NOT_APPLICABLE
    numbers = list(clip.keyframe_numbers)
    lines, inside = scan_lines(clip.proxy[numbers[:: -(-len(numbers) // MOST_PICTURES)]], clip, sector)
    if not inside.any(axis=1).all():
        return NOT_MEASURABLE
    parts = [_shadowed(cv2.blur(one, (3, 5)).astype(np.float64), inside) for one in lines]
    answers = [part for part in parts if part is not None]
    if not answers:
        return NOT_MEASURABLE
    below = np.stack(answers)
    return Measurement(float(below.any(axis=1).mean()), evidence=_widest(below.mean(axis=0)))


def _widest(below: Floats) -> tuple[tuple[str, float], ...]:
    """Return the place of the widest shadow, from the share of the pictures in which (depths, lines) are shadowed.

    In half of the pictures or more, and down from where half of its lines are dark.
    """
    first, width = longest_run(np.asarray((below >= HALF).any(axis=0)))
    if not width:
        return ()
    begun = (below[:, first : first + width] >= HALF).mean(axis=1) >= HALF
    return place((first / LINES, (first + width) / LINES), (int(begun.argmax()) / DEPTHS, 1.0))


def _shadowed(lines: Floats, inside: Mask) -> Mask | None:
    """Return for one picture's (depths, lines) where a shadow began at that depth or above; None where all is dark."""
    typical = np.percentile(lines, LIT_LINES, axis=1, keepdims=True)
    usable = inside & (typical > FAINT)
    if usable.sum(axis=0).max() < LEAST_LEFT * DEPTHS / 4:
        return None
    dark = usable & (lines < DARK * typical)
    dark_below = np.cumsum(dark[::-1], axis=0)[::-1]
    usable_below = np.cumsum(usable[::-1], axis=0)[::-1]
    begins = (dark_below >= UNBROKEN * usable_below) & (usable_below >= LEAST_LEFT * np.maximum(usable_below[:1], 1))
    lit = lines[FACE].mean(axis=0) > LIT * float(np.median(lines[FACE]))
    outside = np.ones(DEPTHS, bool)
    outside[STARTS] = False
    began = np.logical_or.accumulate(begins & ~outside[:, None], axis=0) & lit
    below: Mask = np.logical_or.accumulate(began & dark, axis=0)
    return below


RULE = Rule(
    name="artifact.shadow",
    version=3,
    title=Text("Shadow", "Cône d'ombre"),
    advice=Text(
        "If the shadow hides what you look for, slide to the next space between ribs or tilt the probe around the gas.",
        "Si l'ombre cache ce que vous cherchez, glissez vers l'espace intercostal voisin ou inclinez la sonde pour "
        "contourner les gaz.",
    ),
    unit="share of scan lines",
    # a share never passes 1: how much shadow is a fault is the exam type's question
    limits=Limits(good=1.0, poor=2.0),
    family=Family.REST,
    weight=0.0,
    measure=shadowed_share,
)
