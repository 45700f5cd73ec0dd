"""Is the depth set so large that the lower part of the picture shows nothing?"""

import cv2
import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.place import place
from pipeline.polar import DEPTHS, Floats, scan_lines
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

BELOW_ECHOES = 0.85
"""Share of the brightest depths' level below which a floor of noise may lie."""

FLOOR_LEVELS = 8.0
NEW_LEVELS = 20.0
NEW = 0.2
"""Correlation with the next frame below which a depth shows nothing that stays; echoes have .5 and more."""

LEAST_TEXTURE = 0.2
"""Mean square, in grey levels, below which there is nothing to compare: black, or saturated."""

PAIRS = 3
FEWEST_FRAMES = 3


def empty_share(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the share (0-1) of the depth, counted from the bottom, in which no scan line shows an echo.

    On the mean over the keyframes: a depth is empty where its 90th percentile over the scan lines is below a fifth of
    that of the bright depths, or where it is dimmer than those and a floor of noise: nearly the same on all lines, or
    in a cine new in each frame. The opposite, a depth set too small, cannot be told from grey levels:
    `geometry.shallow` asks a declared scale.
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
    spread = high - low
    floor = (spread < FLOOR_LEVELS) | ((spread < NEW_LEVELS) & (_stays(clip, sector)[seen] < NEW))
    empty = (
        (high < FAINT * bright)
        | ((spread < FLAT_LEVELS) & (high < NOISE_LEVEL))
        | (floor & (high < BELOW_ECHOES * bright))
    )
    trailing = len(empty) if empty.all() else int((~empty[::-1]).argmax())
    share = trailing / len(empty)
    return Measurement(share, evidence=place(None, (1.0 - share, 1.0)) if share else ())


def _stays(clip: Clip, sector: Sector) -> Floats:
    """Return for each depth how what is finer than 9 lines by 5 depths correlates with the next frame; 1 of a still.

    Speckle of tissue moves little between two frames, and noise is new in each.
    """
    if clip.frames < FEWEST_FRAMES:
        return np.ones(DEPTHS)
    first = np.unique(np.linspace(0, clip.frames - 2, PAIRS).astype(int))
    lines = scan_lines(clip.proxy[np.concatenate((first, first + 1))], clip, sector)[0].astype(np.float32)
    fine = np.stack([one - cv2.blur(one, NEIGHBOURS) for one in lines])
    before, after = fine[: len(first)], fine[len(first) :]
    squares = (before**2).sum(axis=(0, 2)) * (after**2).sum(axis=(0, 2))
    shared = (before * after).sum(axis=(0, 2)) / np.sqrt(np.maximum(squares, 1.0))
    alike = np.where(squares > (LEAST_TEXTURE * fine[0, 0].size * len(first)) ** 2, shared, 1.0)
    smooth: Floats = np.convolve(np.pad(alike, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    return smooth


RULE = Rule(
    name="geometry.depth",
    version=3,
    title=Text("Depth too large", "Profondeur trop grande"),
    advice=Text(
        "Reduce the depth until the structure you look for fills the picture, with one centimetre below it.",
        "Réduisez la profondeur jusqu'à ce que la structure cherchée remplisse l'image, avec un centimètre en dessous.",
    ),
    unit="share of the depth",
    limits=Limits(good=0.5, poor=0.65),
    family=Family.REST,
    weight=0.25,
    measure=empty_share,
    explains=("noise.",),
)
