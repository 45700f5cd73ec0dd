"""Held in air, does the probe ring evenly along its whole face, or are elements weak or dead?"""

import numpy as np

from pipeline.clip import Clip
from pipeline.finding import Measurement
from pipeline.polar import DEPTHS, Floats, samples, scan_lines
from pipeline.rule import NOT_APPLICABLE, NOT_MEASURABLE, Family, Limits, Rule, Unanswered
from pipeline.sector import Sector, Shape
from pipeline.stillness import longest_run
from pipeline.text import Text

NEAR = slice(1, round(0.3 * DEPTHS))
BELOW = slice(round(0.4 * DEPTHS), round(0.75 * DEPTHS))
RINGING_LEVEL = 30.0
ALIKE = 0.98
UNEVEN = 0.05
LEFT_BELOW = 0.65
BAND_LEVELS = 8.0
FACE = 128
EDGE = 4
ZONE_SHARE = 0.2
SHALLOW = 0.4
WEAK = 0.5
DEAD = 0.3


def least_of_mean(clip: Clip, sector: Sector) -> Measurement | Unanswered:
    """Return the lowest level along the face of the probe as a share of the mean, in a picture of air only.

    The picture is that of air where the scan lines are alike in the near field, ring there, and are dark or evenly
    noisy below. Limits as in WAD-QC: weak below .5, dead below .3 of the mean (van Horssen and others 2017,
    doi:10.1177/1742271X17733145). A phased probe sends every line from all of its elements and cannot be told so.
    """
    if not sector.known:
        return NOT_MEASURABLE
    if sector.shape is Shape.PHASED or not _in_air(clip, sector):
        return NOT_APPLICABLE
    lines, inside = samples(clip.keyframes, clip, sector, DEPTHS, FACE, most=SHALLOW)
    pictured = lines.mean(axis=0)
    typical = np.median(pictured, axis=1)
    zone = typical > ZONE_SHARE * typical.max()
    faces = slice(EDGE, FACE - EDGE)
    weight = inside[zone, faces].sum(axis=0)
    if not weight.all():
        return NOT_MEASURABLE
    profile = (pictured * inside)[zone, faces].sum(axis=0) / weight
    return _lowest(profile / profile.mean())


def _in_air(clip: Clip, sector: Sector) -> bool:
    pictures, inside = scan_lines(clip.proxy[list(clip.keyframe_numbers)], clip, sector)
    mean = pictures.mean(axis=0)[:, inside[: BELOW.stop].all(axis=0)]
    if mean.shape[1] < DEPTHS // 2:
        return False
    near, below = mean[NEAR], mean[BELOW]
    typical = np.median(near, axis=1, keepdims=True)
    ringing = float(np.percentile(near, 90))
    if ringing < RINGING_LEVEL or typical.std() == 0 or np.median(np.abs(near - typical)) > UNEVEN * near.std():
        return False
    centred, shape = near - near.mean(axis=0), typical - typical.mean()
    spread = np.sqrt((centred**2).sum(axis=0) * (shape**2).sum())
    alike = np.median((centred * shape).sum(axis=0) / np.maximum(spread, 1e-9))
    band = np.median(np.abs(below - np.median(below, axis=1, keepdims=True)))
    return bool(alike > ALIKE and band < BAND_LEVELS and np.percentile(below, 90) < LEFT_BELOW * ringing)


def _lowest(profile: Floats) -> Measurement:
    start, width = longest_run(profile < WEAK)
    place = start + width / 2 if width else float(profile.argmin()) + 0.5
    evidence = (
        ("place", (place + EDGE) / FACE),
        ("weak", float((profile < WEAK).sum() / FACE)),
        ("dead", float((profile < DEAD).sum() / FACE)),
    )
    return Measurement(float(profile.min()), evidence=evidence)


RULE = Rule(
    name="device.air_reverberation",
    version=1,
    title=Text("Probe rings unevenly in air", "Réverbération inégale dans l'air"),
    advice=Text(
        "Wipe the probe dry, save a still in air again, and send both to the biomedical engineer.",
        "Essuyez la sonde, enregistrez de nouveau une image fixe dans l'air et envoyez les deux à l'ingénieur "
        "biomédical.",
    ),
    unit="share of the mean profile",
    limits=Limits(good=WEAK, poor=DEAD),
    family=Family.DEVICE,
    weight=0.0,
    measure=least_of_mean,
)
