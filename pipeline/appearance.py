"""What does the whole picture look like, before anything is known about a sector?"""

import math

import cv2
import numpy as np

from pipeline.clip import Clip
from pipeline.sector import Sector, Shape

FEATURES = ("coloured", "bright", "dark", "layered", "border", "grain")
INTERCEPT = 4.61
WEIGHTS = (0.46, 1.08, -1.94, -5.77, 2.73, -1.33)
FAN_WEIGHT = -2.85


def appearance(clip: Clip) -> tuple[float, ...] | None:
    """Return the features named in FEATURES, each about 0 to 1; None for a picture without any content.

    coloured: share of coloured pixels. bright: share above 200. dark: share below 30. layered: share of vertical
    steps in the energy of all steps (tissue lies in layers under the probe). border: mean level at the picture's
    border, 1 for white. grain: energy of the finest detail against that of the next coarser one.
    """
    pictures = clip.proxy[list(clip.keyframe_numbers)].astype(np.float32)
    if np.ptp(pictures) < 8:
        return None
    middle = pictures[len(pictures) // 2]
    vertical = float((np.diff(middle, axis=0) ** 2).mean()) if middle.shape[0] > 1 else 0.0
    horizontal = float((np.diff(middle, axis=1) ** 2).mean()) if middle.shape[1] > 1 else 0.0
    border = np.concatenate([middle[0], middle[-1], middle[:, 0], middle[:, -1]])
    soft, softer = cv2.GaussianBlur(middle, (0, 0), 1), cv2.GaussianBlur(middle, (0, 0), 3)
    fine, coarse = float(((middle - soft) ** 2).mean()), float(((soft - softer) ** 2).mean())
    return (
        clip.colour_share,
        float((pictures > 200).mean()),
        float((pictures < 30).mean()),
        vertical / (vertical + horizontal + 1e-6),
        float(border.mean()) / 255,
        fine / (fine + coarse + 1e-6),
    )


def strangeness(clip: Clip, sector: Sector) -> float:
    """Return how likely the picture is not ultrasound, 0 to 1: a logistic over `appearance` and a fan's confidence.

    Fitted with ridge 1 and equal class weights on 171 ultrasound clips and stills (11 devices and a simulator) against
    203 photographs, pages and drawings with their grey, cropped and black-framed versions. An empty picture gives 1.
    """
    features = appearance(clip)
    if features is None:
        return 1.0
    fan = sector.confidence if sector.shape in (Shape.CURVILINEAR, Shape.PHASED) else 0.0
    odds = INTERCEPT + FAN_WEIGHT * fan + sum(w * f for w, f in zip(WEIGHTS, features, strict=True))
    return 1.0 / (1.0 + math.exp(-odds))
