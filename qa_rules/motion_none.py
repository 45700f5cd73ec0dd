"""Does nothing move although the clip was not frozen: no breath, no beat, only noise?"""

from itertools import pairwise

import cv2
import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.levels import proxy_mask
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Several, Unanswered
from pipeline.sector import Sector
from pipeline.stillness import STILL_LEVELS, frame_changes
from pipeline.text import Text

MOST_MOMENTS = 8
FRAMES_EACH = 4
SHORTEST_SECONDS = 0.8
FROZEN_SHARE = 0.8
COARSE = (11, 11)
LEAST_CONTRAST = 0.5
"""Squared grey levels."""


def lasting_change(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the rms change of fine structure between up to 8 moments over the rms of what stays of it (0 and more).

    Fine is what a mean of 11 x 11 small pixels takes away: a lung that slides quietly renews its grain, while its
    bright and dark areas stay. A moment is the mean of four successive frames. The variance of the moments less a
    quarter of the noise's, which is half the mean squared difference of successive frames: noise is new in each frame,
    so it leaves nothing, while what moves slowly leaves all (an F ratio's numerator, Fisher 1925). A frozen clip is
    `temporal.freeze`'s.
    """
    if clip.is_still:
        return NOT_APPLICABLE
    if not sector.known or clip.frames < 2 * FRAMES_EACH or (clip.seconds or SHORTEST_SECONDS) < SHORTEST_SECONDS:
        return NOT_MEASURABLE
    inside = proxy_mask(clip, sector)
    if not inside.any():
        return NOT_MEASURABLE
    if float((frame_changes(clip, sector) <= STILL_LEVELS).mean()) > FROZEN_SHARE:
        return NOT_APPLICABLE
    moments = min(MOST_MOMENTS, clip.frames // FRAMES_EACH)
    starts = np.linspace(0, clip.frames - FRAMES_EACH, moments).astype(int)
    weight, squares, fine = inside.astype(np.uint8), 0.0, []
    for start in starts:
        frames = clip.proxy[start : start + FRAMES_EACH]
        squares += sum(cv2.norm(a, b, cv2.NORM_L2SQR, weight) for a, b in pairwise(frames))
        mean = frames.mean(axis=0, dtype=np.float32)
        fine.append((mean - cv2.blur(mean, COARSE))[inside])
    noise = squares / (moments * (FRAMES_EACH - 1) * int(inside.sum())) / 2 / FRAMES_EACH
    means = np.stack(fine)
    contrast = float(means.mean(axis=0).var())
    if contrast < LEAST_CONTRAST:
        return NOT_MEASURABLE
    lasting = float(means.var(axis=0, ddof=1).mean()) - noise
    return Measurement((max(0.0, lasting) / contrast) ** 0.5)


RULE = Rule(
    name="motion.none",
    version=2,
    title=Text("Nothing moves", "Rien ne bouge"),
    advice=Text(
        "Put the probe on the patient and sweep, or wait for a breath or a heart beat before you save.",
        "Posez la sonde sur le patient et balayez, ou attendez une respiration ou un battement avant d'enregistrer.",
    ),
    unit="share of the fine contrast",
    limits=Limits(good=0.3, poor=0.12),
    family=Family.REST,
    weight=0.2,
    measure=lasting_change,
    several=Several.BEST,
)
