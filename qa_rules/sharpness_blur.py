"""Is the picture blurred (or of low resolution: the two cannot be told apart)?"""

import cv2
import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.levels import doppler_fills
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered, Usual
from pipeline.sector import Sector
from pipeline.text import Text

HEIGHT = 400
PICTURES = 3
ROUNDING = 0.065
"""What rounding to whole grey levels leaves in I - G1: a twelfth of a squared level, less what G1 keeps."""
SMALLEST = 0.01
FAINTEST = 1.0
"""Squared grey levels below which there is no structure to be sharp or blurred."""


def coarseness(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return rms(G1 - G3) / rms(I - G1) in the sector, brought to at most 400 pixels of height; G: Gaussian blur.

    The coarser band over the finest one: it grows as the finest detail goes (a band ratio as in Pertuz and others
    2013, doi:10.1016/j.patcog.2012.11.011).
    """
    if not sector.known:
        return NOT_MEASURABLE
    if doppler_fills(clip, sector):
        return NOT_APPLICABLE
    top = min(y for _, y in sector.polygon)
    scale = min(1.0, HEIGHT / max(1.0, max(y for _, y in sector.polygon) - top))
    rows, columns = max(1, round(clip.rows * scale)), max(1, round(clip.columns * scale))
    inside = cv2.erode(sector.mask(rows, columns, scale=scale).astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    if not inside.any():
        return NOT_MEASURABLE
    fine = coarse = 0.0
    pictures = clip.keyframes[:: -(-len(clip.keyframes) // PICTURES)]
    for picture in pictures:
        small = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
        soft, softer = cv2.GaussianBlur(small, (0, 0), 1), cv2.GaussianBlur(small, (0, 0), 3)
        fine += float(((small - soft)[inside] ** 2).mean()) / len(pictures)
        coarse += float(((soft - softer)[inside] ** 2).mean()) / len(pictures)
    if coarse < FAINTEST:
        return NOT_MEASURABLE
    return Measurement((coarse / max(fine - ROUNDING, SMALLEST)) ** 0.5)


RULE = Rule(
    name="sharpness.blur",
    version=1,
    title=Text("Blurred or coarse picture", "Image floue ou grossière"),
    advice=Text(
        "Set the focus to the depth you look at, hold the probe still, and export at full size.",
        "Placez la focale sur la structure cherchée, tenez la sonde immobile et exportez en pleine résolution.",
    ),
    unit="ratio",
    limits=Limits(good=3.0, poor=5.0),
    family=Family.REST,
    weight=0.3,
    measure=coarseness,
    usual=Usual(middle=1.5, spread=0.3, clips=23),
)
