"""Which clean clips are there, which device and patient made them, and which may limits be set on?"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import cv2
import numpy as np

from pipeline.clip import Clip, Luminance
from pipeline.errors import Rejected
from pipeline.find_sector import find_sector
from pipeline.guidance import Layout
from pipeline.phantom import Fault, FaultKind, Scene, Subject, render
from pipeline.reading import open_scan, read_clip
from pipeline.sector import Sector, Shape
from tests.clips import clip_of
from tests.real_files import DATA, manifest

MOST_FRAMES = 60
TALLEST = 600
"""Taller cines are halved, for time's sake."""

TUNED, UNSEEN, SIMULATED = "tuned", "unseen", "simulated"

SPLIT: tuple[tuple[str, str, str, str], ...] = (
    # part of the path, device, patient, part; the first that fits; no device is in both parts
    ("examples_ybr_color", "SonoSite Turbo", "a", TUNED),
    ("sonosite-anon-eye1.jpg", "SonoSite eye", "a", TUNED),
    ("clarius-ocular", "Clarius", "a", TUNED),
    ("clarius_axial", "Clarius", "phantom", TUNED),
    ("sonoque", "sonoque", "phantom", TUNED),
    ("lightbeam", "lightbeam", "a", TUNED),
    ("nhbs-spj/standard", "hip stills", "each", TUNED),
    ("nhbs-spj/substandard", "hip stills", "each", TUNED),
    ("Reg_Image_181602", "lung clinic, convex", "a", TUNED),
    ("Reg_Image_181739", "lung clinic, convex", "b", TUNED),
    ("Reg_Image_182106", "lung clinic, convex", "c", TUNED),
    ("Reg_Image_182340", "lung clinic, convex", "d", TUNED),
    ("Reg_Image_18", "lung clinic, linear", "each", TUNED),
    ("prospective_file", "lung journal, linear", "each", TUNED),
    ("Reg_pat1", "lung clinic, MPEG-2", "a", UNSEEN),
    ("Reg_pat2", "lung clinic, MPEG-2", "b", UNSEEN),
    ("butterfly", "butterfly", "phantom", UNSEEN),
    ("interson", "interson", "each", UNSEEN),
    ("volpecelli", "Volpicelli", "a", UNSEEN),
    ("Vir_whitelung", "Crit Care", "a", UNSEEN),
    ("JPGLosslessP14SV1", "EPIQ 7C", "a", UNSEEN),
)
"""Not here: clips of air, in colour, with two pictures side by side, frozen from the start, and copies of others."""
LEFT_OUT = ("derived", "bad/", "likebutterfly", "annotation")

HAS: tuple[tuple[str, tuple[str, ...], str], ...] = (
    # part of the path, rules for which the clip is not clean, what a person sees; every entry that fits holds
    ("Reg_pat", ("codec.blocking",), "square edges and steps of grey at four times the size, in all twelve"),
    ("Reg_pat", ("geometry.sector",), "both sides end in an upright edge: the fan is cut"),
    ("Reg_pat1Image_133138", ("contact.coupling",), "the left of the fan is black from the face down"),
    ("Reg_pat2Image_133952", ("contact.coupling",), "both sides of the fan are black from the face down"),
    ("Reg_pat2Image_134240", ("contact.coupling",), "the left third is black from the face down"),
    ("Reg_pat2Image_134441", ("contact.coupling",), "only the middle is lit, both sides are black from the face down"),
    ("volpecelli", ("geometry.sector",), "the far arc and both sides are cut away"),
    ("lightbeam", ("geometry.sector",), "the left side and the end of the far arc are cut away"),
    ("Vir_whitelung", ("geometry.sector",), "both sides end in an upright edge: the fan is cut"),
    ("prospective_file", ("temporal.frame_rate",), "three of five pictures repeat the one before"),
)
"""Faults that clips really show. A clip with one is no clean clip for that rule, and is one for every other.

Labelled by looking at every clip that any rule called weak or poor; what looked right stays a false alarm: dark sides
below lit tissue (rib shadows: 133232, 133410), the cyst phantom of interson (gain), the lung crop 181206 (content),
the emptiness below the lit middle of 134441 (gain, depth).
"""


@dataclass(frozen=True, eq=False)
class Clean:
    """One clip that is taken as it is for good, its frames at full size, and where its sector was found.

    has: rules for which it is not clean (`HAS`). layouts: what is known of its screen beforehand, and from where.
    """

    name: str
    device: str
    patient: str
    part: str
    frames: Luminance
    clip: Clip
    sector: Sector
    facts: dict[str, object]
    has: frozenset[str] = frozenset()
    layouts: tuple[Layout, ...] = ()
    layout_from: str = "nobody"


def clean_clips(hips: int) -> Iterator[Clean]:
    """Yield the real clips of the split, at most `hips` of the many stills of one device, then the simulated ones."""
    for row in manifest():
        found = next((entry for entry in SPLIT if entry[0] in row["path"]), None)
        if found is None or DATA is None or any(word in row["path"] for word in LEFT_OUT):
            continue
        if found[1] == "hip stills":
            hips -= 1
            if hips < 0:
                continue
        path = DATA / row["path"]
        try:
            with open_scan(path) as scan:
                frames = np.stack([picture.luminance().copy() for picture in islice(scan.pictures(), MOST_FRAMES)])
            whole = read_clip(path)
        except Rejected:
            continue
        facts: dict[str, object] = {n: getattr(whole, n) for n in ("kind", "regions", "mm_per_pixel")}
        if len(frames) > 1 and frames.shape[1] > TALLEST:
            frames, facts = (
                np.stack([cv2.resize(f, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA) for f in frames]),
                {},
            )
        patient = row["path"] if found[2] == "each" else found[2]
        yield _clean(row["path"], found[1], patient, found[3], frames, whole.frames_per_second, facts)
    yield from _simulated()


def _clean(
    name: str, device: str, patient: str, part: str, frames: Luminance, rate: float | None, facts: dict[str, object]
) -> Clean:
    clip = clip_of(frames, rate, **facts)
    has = frozenset(rule for where, rules, _ in HAS if where in name for rule in rules)
    return Clean(name, device, patient, part, frames, clip, find_sector(clip), facts, has)


PROBES = (
    ("soft convex", Shape.CURVILINEAR, (Subject.ABDOMEN, Subject.LUNG, Subject.FETAL_HEAD), FaultKind.BLURRED, 360),
    ("noisy linear", Shape.LINEAR, (Subject.VESSEL, Subject.LUNG), FaultKind.NOISE, 360),
    ("small phased", Shape.PHASED, (Subject.HEART, Subject.ABDOMEN), None, 240),
)
"""Three simulated devices that are a little soft, noisy or coarse by nature: what calibration is for."""
PER_PROBE = 14


def _simulated() -> Iterator[Clean]:
    for place, (device, shape, subjects, nature, rows) in enumerate(PROBES):
        for number in range(PER_PROBE):
            faults = (Fault(nature, 0.0),) if nature else ()
            scene = Scene(
                seed=1000 * (place + 1) + number, shape=shape, rows=rows, columns=rows * 4 // 3, frames=50,
                subject=subjects[number % len(subjects)], faults=faults,
            )  # fmt: skip
            name = f"simulated {device} {number}"
            yield _clean(name, f"simulated {device}", name, SIMULATED, np.stack(list(render(scene))), 25.0, {})
