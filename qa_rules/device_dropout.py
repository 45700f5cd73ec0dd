"""Does a narrow part of the probe's face hear nothing, as far as one clip can hint at it?"""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.levels import doppler_fills
from pipeline.place import place
from pipeline.polar import Floats, samples
from pipeline.probe_profile import FACE, NEAR, ROWS, face_profile
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Mask, Sector, Shape
from pipeline.text import Text

NARROW = 2.0
WIDE = 10.0
EDGE = 6
AGREEING = 0.75
DARKEST = 10.0


def lowest_of_neighbours(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the lowest level along the near field as a share of the level around it, on 3 of 4 depths at least.

    A hint for biomed, no verdict: skin folds and hair do the same on one clip, and few dead elements do less. On real
    clips, ten of 128 elements dead: AUC .97 where 12 elements receive a beam, .89 where 32 do; four: .82 and .70
    (benchmarks/probes.py). Many clips tell:
    `supervision.device_health`. Every line of a phased probe comes from all elements, so that none can be told.
    """
    if not sector.known:
        return NOT_MEASURABLE
    if sector.shape is Shape.PHASED or doppler_fills(clip, sector):
        return NOT_APPLICABLE
    near, inside = samples(clip.keyframes, clip, sector, ROWS, FACE, *NEAR)
    return lowest_in(near.mean(axis=0), inside)


def lowest_in(levels: Floats, inside: Mask) -> Measurement | Unanswered:
    """Return the same of a near field (depths, places) and where it was seen."""
    found = face_profile(levels, inside)
    if found is None:
        return NOT_MEASURABLE
    narrow, wide = (gaussian_filter1d(levels, deviation, axis=1) for deviation in (NARROW, WIDE))
    above = np.quantile(narrow - wide, AGREEING, axis=0) / np.maximum(wide.mean(axis=0), DARKEST)
    seen = np.array([place is not None for place in found[0]]) & inside.any(axis=0)
    seen[:EDGE] = seen[-EDGE:] = False
    if not seen.any():
        return NOT_MEASURABLE
    lowest = int(np.where(seen, above, np.inf).argmin())
    return Measurement(max(0.0, 1.0 + float(above[lowest])), evidence=place(_around(above, lowest)))


def _around(above: Floats, lowest: int) -> tuple[float, float]:
    """Return the stretch of the face that is at least half as deep as its lowest place, as shares."""
    shallow = np.flatnonzero(above > above[lowest] / 2)
    before, after = shallow[shallow < lowest], shallow[shallow > lowest]
    start = int(before[-1]) + 1 if len(before) else 0
    return start / FACE, (int(after[0]) if len(after) else FACE) / FACE


RULE = Rule(
    name="device.dropout",
    version=2,
    title=Text("Perhaps dead elements in the probe", "Peut-être des éléments morts dans la sonde"),
    advice=Text(
        "Save a still with the clean probe held in air, for the biomedical engineer.",
        "Enregistrez une image fixe, sonde propre tenue dans l'air, pour l'ingénieur biomédical.",
    ),
    unit="share of the neighbours",
    limits=Limits(good=0.5, poor=0.35),
    family=Family.DEVICE,
    weight=0.0,
    measure=lowest_of_neighbours,
)
