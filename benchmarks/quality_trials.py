"""What do the rules say about one clip, clean and with each fault of both families at random severities?"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np

from benchmarks import faults, faults_recording
from benchmarks.quality_clips import Clean
from pipeline.agreement import agree
from pipeline.clip import Clip
from pipeline.errors import Withheld
from pipeline.finding import Finding, Side
from pipeline.guidance import Guidance
from pipeline.rule import Rule
from pipeline.sector import Sector
from pipeline.sectors import fitted, sectors_in
from qa_rules import rules_in
from tests.clips import clip_of
from tests.rules import degradations, recordings

SHORT = 20
"""Frames of a clip in which nothing but the picture is changed; `motion.none` is not asked of so few."""

SEEN = 0.5
"""From this severity on a person sees the fault; the scales below were chosen by eye for that."""


@dataclass(frozen=True)
class Kind:
    """One fault: the rule that should find it, other rules that rightly name it, and both families' way to make it.

    first: of the clip and a severity 0 to 1, by the faults that limits are set with. second: of frames, for printing.
    """

    name: str
    rule: str
    first: Callable[[Clip, float], Clip] | None = None
    second: faults.Fault | None = None
    also: tuple[str, ...] = ()
    cine: bool = False
    goal: float | None = 0.97


def _fans(clip: Clip, severity: float) -> Clip:
    return degradations.lose_right(clip, 0.12 + 0.4 * severity if severity else 0.0)


D, R, S, T = degradations, recordings, faults, faults_recording
KINDS = (
    Kind("gain too high", "gain.over", lambda c, s: D.gain(c, 150 * s), S.gain_over, ("gain.saturation",)),
    Kind("gain too low", "gain.under", lambda c, s: D.gain(c, -80 * s), S.gain_under),
    Kind("washed out", "gain.saturation", lambda c, s: D.gain(c, 220 * s), S.saturate, ("gain.over",)),
    Kind("contact lost", "contact.coupling", _fans, S.lose_contact),
    Kind("frozen", "temporal.freeze", lambda c, s: D.freeze(c, s), T.freeze_recorded, cine=True),
    Kind("noise", "noise.electronic", lambda c, s: R.grain(c, 20 * s), S.electronic_noise),
    Kind("blur", "sharpness.blur", lambda c, s: D.gaussian_blur(c, 4 * s * c.rows / 480), S.defocus),
    Kind("marks", "content.overlay", lambda c, s: D.write(c, round(8 * s)), T.mark, cine=True),
    Kind("too deep", "geometry.depth", lambda c, s: D.deepen(c, 1 + 2 * s), S.zoom_out),
    Kind("too shallow", "geometry.shallow", None, S.zoom_in),
    Kind("filmed screen", "content.screen_capture", lambda c, s: R.film(c, s), T.film_screen),
    Kind("moved too fast", "motion.excess", lambda c, s: D.shake(c, 0.16 * s), T.sweep, cine=True, goal=0.95),
    Kind("nothing moves", "motion.none", lambda c, s: R.hold_still(c, s), T.hold, cine=True, goal=0.95),
    Kind("JPEG", "codec.blocking", lambda c, s: R.jpeg(c, 0.55 + 0.37 * s) if s else c, T.export_again, goal=0.95),
    Kind("H.264", "codec.blocking", None, T.send, ("temporal.freeze", "temporal.frame_rate"), cine=True, goal=0.95),
    Kind("repeated pictures", "temporal.frame_rate", lambda c, s: R.repeat_frames(c, 1 + 4 * s), T.stutter, cine=True,
         goal=None),
    Kind("dead elements", "device.dropout", lambda c, s: D.deafen(c, s), S.deafen_elements, goal=0.95),
    Kind("shadow", "artifact.shadow", lambda c, s: D.shade(c, 0.6 * s), S.cast_shadows, goal=0.88),
)  # fmt: skip
TEMPORAL = {"frozen", "moved too fast", "nothing moves", "H.264", "repeated pictures"}


@dataclass(frozen=True)
class Trial:
    """The findings on one clip with one fault; family 0: clean, 1 and 2. side: where contact was lost.

    has: rules for which the clip was not clean before. informed: the findings where the layout of the device is known,
    and layout_from: from whom. held_back: whether nobody would get to see it before a person has drawn its sector,
    with nothing known and with the layout.
    """

    clip: str
    device: str
    patient: str
    part: str
    family: int
    kind: str
    severity: float
    findings: tuple[Finding, ...]
    side: Side | None = None
    has: frozenset[str] = frozenset()
    layout_from: str = "nobody"
    informed: tuple[Finding, ...] = ()
    held_back: tuple[bool, bool] = (False, False)

    def told(self, *, known: bool = False) -> tuple[Finding, ...]:
        """Return the findings, where nothing of the device is known or where its layout is."""
        return self.informed if known else self.findings

    def value(self, rule: str, *, known: bool = False) -> float | None:
        """Return what the rule measured."""
        return next((f.value for f in self.told(known=known) if f.rule == rule), None)


def trials(clean: Clean, seed: int, severities: int, families: tuple[int, ...] = (1, 2)) -> Iterator[Trial]:
    """Yield the clean clip (family 0) and each fault at `severities` severities, drawn evenly over 0 to 1.

    A single one is drawn where a person sees the fault.
    """
    yield _trial(clean, 0, "", 0.0, clean.clip)
    if not clean.sector.known:
        return
    for place, kind in enumerate(KINDS):
        if (kind.cine and len(clean.frames) < 3) or (kind.name in TEMPORAL and len(clean.frames) < SHORT):
            continue
        for family in families:
            rng = np.random.default_rng([seed, place, family, *clean.name.encode()])
            for step in range(severities):
                drawn = float((step + rng.random()) / severities)
                severity = SEEN + (1 - SEEN) * drawn if severities == 1 else drawn
                yield from _made(clean, kind, family, severity, rng)


def _made(clean: Clean, kind: Kind, family: int, severity: float, rng: np.random.Generator) -> Iterator[Trial]:
    if family == 1:
        rate = clean.clip.frames_per_second
        if kind.name == "H.264":
            yield _trial(clean, 1, kind.name, severity, recordings.h264(clean.frames, rate, 0.5 + 0.5 * severity))
        elif kind.first is not None and (kind.name != "contact lost" or clean.sector.apex is not None):
            side = Side.RIGHT if kind.name == "contact lost" else None
            yield _trial(clean, 1, kind.name, severity, kind.first(clean.clip, severity), side)
    elif kind.second is not None:
        side = faults.contact_side(_same(rng)) if kind.name == "contact lost" else None
        frames = clean.frames if kind.name in TEMPORAL else clean.frames[:SHORT]
        worse = clip_of(kind.second(frames, clean.sector, severity, rng), clean.clip.frames_per_second, **clean.facts)
        yield _trial(clean, 2, kind.name, severity, worse, side)


def _same(rng: np.random.Generator) -> np.random.Generator:
    """Return a generator in the same state, so that asking it changes nothing."""
    twin = np.random.default_rng()
    twin.bit_generator.state = rng.bit_generator.state
    return twin


def _trial(clean: Clean, family: int, kind: str, severity: float, clip: Clip, side: Side | None = None) -> Trial:
    skipped = {"file.duration"} | ({"motion.none"} if kind and kind not in TEMPORAL else set())
    rules = [rule for rule in rules_in() if rule.name not in skipped]
    blind, told = sectors_in(clip), sectors_in(clip, layouts=[layout.polygons for layout in clean.layouts])
    findings = _asked(clip, rules, blind)
    informed = findings if told == blind else _asked(clip, rules, told)
    guided = Guidance(clean.layouts, clean.device)
    return Trial(
        clean.name, clean.device, clean.patient, clean.part, family, kind, severity, findings, side, clean.has,
        clean.layout_from, informed, (_is_held_back(clip, Guidance()), _is_held_back(clip, guided)),
    )  # fmt: skip


def _asked(clip: Clip, rules: Sequence[Rule], sectors: tuple[Sector, ...]) -> tuple[Finding, ...]:
    return tuple(replace(rule.ask_each(clip, sectors), evidence=()) for rule in rules)


def _is_held_back(clip: Clip, guidance: Guidance) -> bool:
    try:
        agree(clip, fitted(clip), guidance)
    except Withheld:
        return True
    return False


def timed(job: tuple[Clean, int, int]) -> tuple[list[Trial], float]:
    """Do all trials of one clip on one core; the second value is how many seconds they took."""
    cv2.setNumThreads(1)
    began = time.perf_counter()
    return list(trials(*job)), time.perf_counter() - began
