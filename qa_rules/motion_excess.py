"""Did the probe move too fast to follow?"""

import cv2
import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.polar import DEPTHS, LINES, scan_lines
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text

MOST_PAIRS = 60
PERCENTILE = 75


def speed(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the 75th percentile of the shift between successive frames, in shares of the sector per second.

    Phase correlation (Kuglin and Hines 1975) on 96 × 64 scan-line pictures, of at most 60 evenly spaced pairs.
    """
    if clip.is_still:
        return NOT_APPLICABLE
    if not sector.known or clip.frames_per_second is None:
        return NOT_MEASURABLE
    firsts = np.linspace(0, clip.frames - 2, min(MOST_PAIRS, clip.frames - 1)).astype(int)
    needed = np.unique([firsts, firsts + 1])
    lines, _ = scan_lines(clip.proxy[needed], clip, sector)
    window = cv2.createHanningWindow((LINES, DEPTHS), cv2.CV_32F)
    shifts = []
    for place in np.searchsorted(needed, firsts):
        before, after = lines[place : place + 2]
        if before.min() == before.max() or after.min() == after.max():
            continue
        (across, down), _ = cv2.phaseCorrelate(before.astype(np.float32), after.astype(np.float32), window)
        shifts.append(float(np.hypot(across / LINES, down / DEPTHS)))
    return Measurement(float(np.percentile(shifts, PERCENTILE)) * clip.frames_per_second) if shifts else NOT_MEASURABLE


RULE = Rule(
    name="motion.excess",
    version=1,
    title=Text("Probe moved too fast", "Sonde déplacée trop vite"),
    advice=Text(
        "Sweep slowly, about the width of a finger per second, with your hand resting on the patient.",
        "Balayez lentement, environ la largeur d'un doigt par seconde, la main posée sur le patient.",
    ),
    unit="shares of the sector per second",
    limits=Limits(good=0.3, poor=0.8),
    family=Family.REST,
    weight=0.3,
    measure=speed,
    explains=("sharpness.",),
)
