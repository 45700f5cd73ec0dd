"""Is there snow where the picture should be dark?"""

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
AROUND = 17
DARKEST = 0.3
FEWEST_PIXELS = 200


def snow(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the rms of I - G1 in grey levels in the darkest 30 % of the sector, at most 400 pixels high.

    G: Gaussian blur; dark is what the mean of 17 x 17 pixels says. What a filter takes away from a part without
    structure is its noise (Olsen 1993, Graphical Models and Image Processing 55:319).
    """
    if not sector.known:
        return NOT_MEASURABLE
    if doppler_fills(clip, sector):
        return NOT_APPLICABLE
    height = max(y for _, y in sector.polygon) - min(y for _, y in sector.polygon)
    scale = min(1.0, HEIGHT / max(1.0, height))
    rows, columns = max(1, round(clip.rows * scale)), max(1, round(clip.columns * scale))
    inside = cv2.erode(sector.mask(rows, columns, scale=scale).astype(np.uint8), np.ones((9, 9), np.uint8)).astype(bool)
    if int(inside.sum()) < FEWEST_PIXELS:
        return NOT_MEASURABLE
    rank, squares = round(DARKEST * (int(inside.sum()) - 1)), []
    for picture in clip.keyframes[:: -(-len(clip.keyframes) // PICTURES)]:
        small = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA).astype(np.float32)
        around = cv2.blur(small, (AROUND, AROUND))
        levels = around[inside]
        dark = inside & (around <= np.partition(levels, rank)[rank])
        squares.append(float(((small - cv2.GaussianBlur(small, (0, 0), 1))[dark] ** 2).mean()))
    return Measurement(float(np.mean(squares)) ** 0.5)


RULE = Rule(
    name="noise.electronic",
    version=1,
    title=Text("Electronic noise", "Bruit électronique"),
    advice=Text(
        "Lower the far gain, reduce the depth or choose a lower frequency, and unplug the charger while you scan.",
        "Baissez le gain distal, réduisez la profondeur ou la fréquence, et débranchez le chargeur pendant l'examen.",
    ),
    unit="grey level",
    limits=Limits(good=5.2, poor=10.0),
    family=Family.REST,
    weight=0.25,
    measure=snow,
    usual=Usual(middle=1.7, spread=1.4, clips=23),
)
