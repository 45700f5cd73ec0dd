"""Did the probe move too fast to follow?"""

import cv2
import numpy as np

from pipeline.clip import Clip, Luminance
from pipeline.finding import Measurement
from pipeline.polar import DEPTHS, LINES, scan_lines
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Sector
from pipeline.text import Text

MOST_PAIRS = 40
PERCENTILE = 75


def speed(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the 75th percentile of the shift between successive frames, in shares of the sector per second.

    Phase correlation (Kuglin and Hines 1975) on 96 × 64 scan-line pictures, of at most 40 evenly spaced pairs. A shift
    by which the pictures are less alike than unmoved is none.
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
        moved = _is_alike(before, after, round(across), round(down))
        shifts.append(float(np.hypot(across / LINES, down / DEPTHS)) if moved else 0.0)
    return Measurement(float(np.percentile(shifts, PERCENTILE)) * clip.frames_per_second) if shifts else NOT_MEASURABLE


def _is_alike(before: Luminance, after: Luminance, across: int, down: int) -> bool:
    """Tell whether two pictures are at least as alike when moved by so many lines and depths as they are unmoved.

    Noise that is new in each frame has a shift too, by chance, and one that explains nothing.
    """
    if not across and not down:
        return True
    if abs(across) >= LINES // 2 or abs(down) >= DEPTHS // 2:
        return False
    shared = (slice(max(0, -down), DEPTHS - max(0, down)), slice(max(0, -across), LINES - max(0, across)))
    there = (slice(max(0, down), DEPTHS + min(0, down)), slice(max(0, across), LINES + min(0, across)))
    unmoved = (slice(None), slice(None))
    return _correlation(before[shared], after[there]) >= _correlation(before[unmoved], after[unmoved])


def _correlation(one: Luminance, other: Luminance) -> float:
    pair = np.ascontiguousarray(one), np.ascontiguousarray(other)
    return float(cv2.matchTemplate(*pair, cv2.TM_CCOEFF_NORMED)[0, 0])


RULE = Rule(
    name="motion.excess",
    version=2,
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
