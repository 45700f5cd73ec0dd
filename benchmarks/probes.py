"""How surely do ordinary clips show that elements of a probe are dead? Apertures are simulated, clips are real."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import numpy as np

from pipeline.clip import Clip
from pipeline.errors import Rejected
from pipeline.find_sector import find_sector
from pipeline.finding import Measurement
from pipeline.polar import Floats, samples
from pipeline.probe_profile import BANDS, FACE, NEAR, ROWS, ProbeProfile, face_profile, probe_profile
from pipeline.reading import read_clip
from pipeline.sector import Mask, Sector
from qa_rules.device_dropout import RULE as DROPOUT
from qa_rules.device_dropout import lowest_in
from supervision.device_health import Health, Recorded, health
from supervision.intervals import wilson
from tests.real_files import DATA, manifest

ELEMENTS = 128
APERTURE = 32
RANGE_DB = 60.0
MISALIGNED = 1.0
TRIALS = 400
ONE_CLINIC = ("Reg_pat", "Reg_Image")
LEFT_OUT = ("nhbs", "derived", "bad/", "OBXXXX1A", "palette", "GREYSCALE", "color-pl", "annotation")
"""Crops of 256 pixels without an outline, copies, pictures of air and of no patient."""
START = datetime(2026, 1, 5, tzinfo=UTC)
LAYER = 6
CASES: dict[str, dict[str, int | float]] = {
    "two of 128 dead": {"dead": 2},
    "two of 128 dead, baseline of 20": {"dead": 2, "before": 20},
    "two of 128 dead, 12 elements receive": {"dead": 2, "receive": 12},
    "one of 128 dead": {"dead": 1},
    "one of 128 dead, 12 elements receive": {"dead": 1, "receive": 12},
    "four of 128 at half": {"dead": 4, "sensitivity": 0.5},
}


@dataclass(frozen=True, eq=False)
class Skin:
    """The near field of one real clip, (depths, places), where it was seen, and its profile."""

    near: Floats
    inside: Mask
    profile: ProbeProfile


def skin_of(clip: Clip, sector: Sector) -> Skin | None:
    """Return the near field of a clip, None where it has no profile."""
    profile = probe_profile(clip, sector)
    if profile is None:
        return None
    near, inside = samples(clip.keyframes, clip, sector, ROWS, FACE, *NEAR)
    return Skin(near.mean(axis=0), inside, profile)


def loss(dead: Sequence[int], receive: int = APERTURE, sensitivity: float = 0.0, shift: float = 0.0) -> Floats:
    """Return the grey levels that each of 128 places loses when the elements `dead` keep `sensitivity` (0-1).

    A beam is sent by 32 elements around its place and received by `receive` of them, each under a Hann window; the
    logarithm of what is left is shown over 60 dB. `shift`: places by which the sector was misjudged.
    """
    alive = np.ones(ELEMENTS)
    alive[list(dead)] = sensitivity
    centre = (np.arange(FACE) + 0.5 + shift) / FACE * ELEMENTS
    away = np.arange(ELEMENTS) + 0.5 - centre[:, None]
    lost: Floats = np.zeros(FACE)
    for aperture in (APERTURE, receive):
        window = np.where(np.abs(away) < aperture / 2, 0.5 + 0.5 * np.cos(2 * np.pi * away / aperture), 0.0)
        passed = (window * alive).sum(axis=1) / window.sum(axis=1)
        lost -= 20 * np.log10(np.maximum(passed, 1e-3)) * 255 / RANGE_DB
    return lost


def moved(skin: Skin, rng: np.random.Generator) -> Skin:
    """Return the near field as another patient might show it: moved along the face at random, half of them mirrored."""
    start = int(rng.integers(2 * FACE))
    turn = (np.arange(FACE) + start) % (2 * FACE)
    place = np.where(turn < FACE, turn, 2 * FACE - 1 - turn)
    return replace(skin, near=skin.near[:, place], inside=skin.inside[:, place])


def campaign(
    skins: Sequence[Skin],
    trials: int,
    seed: int,
    *,
    dead: int,
    recent: int = 20,
    before: int = 60,
    receive: int = APERTURE,
    sensitivity: float = 0.0,
) -> Iterator[tuple[Health, float]]:
    """Yield the health of simulated probes, and the place (share) of the `dead` elements that their last clips lack."""
    for trial in range(trials):
        rng = np.random.default_rng([seed, trial, dead])
        first = int(rng.integers(4, ELEMENTS - 4 - dead))
        elements = range(first, first + dead)
        clips: list[Recorded] = []
        while len(clips) < before + recent:
            skin = moved(skins[int(rng.integers(len(skins)))], rng)
            lost = np.zeros(FACE)
            if dead and len(clips) >= before:
                lost = loss(elements, receive, sensitivity, float(rng.normal(0, MISALIGNED)))
            found = face_profile(np.clip(skin.near - lost, 0, 255), skin.inside)
            if found is not None:
                profile = replace(skin.profile, face=found[0], level=found[1])
                clips.append(Recorded("probe", START + timedelta(hours=len(clips)), profile))
        yield health("probe", clips), (first + dead / 2) / ELEMENTS


def found_share(results: Sequence[tuple[Health, float]], within: float = 0.04) -> float:
    """Return the share of probes whose dead elements were found within `within` of the face."""
    hits = [any(abs(fault.place - place) <= within for fault in one.elements) for one, place in results]
    return float(np.mean(hits))


def found_bands(results: Sequence[Health], layer: int) -> float:
    """Return the share of probes of which a layer that reaches `layer` (of 16) was said to have become darker."""
    hits = [any(f.change < 0 and f.top <= (layer + 1) / BANDS <= f.bottom for f in one.bands) for one in results]
    return float(np.mean(hits))


def settings(
    skins: Sequence[Skin], trials: int, seed: int, *, less: float = 0.0, layer_less: float = 0.0, recent: int = 20
) -> Iterator[Health]:
    """Yield the health of probes whose last clips are `less` grey levels darker, or darker in layers 6 and 7 alone.

    The overall gain of every clip varies by 6 levels.
    """
    for trial in range(trials):
        rng = np.random.default_rng([seed, trial])
        clips = []
        for number in range(60 + recent):
            shown = skins[int(rng.integers(len(skins)))].profile
            gain = float(rng.normal(0, 6))
            bands = np.array(shown.bands) + gain
            if number >= 60:
                bands[LAYER : LAYER + 2] -= layer_less
                gain -= less
            profile = replace(shown, bands=tuple(np.clip(bands, 0, 255).tolist()), level=shown.level + gain)
            clips.append(Recorded("probe", START + timedelta(hours=number), profile))
        yield health("probe", clips)


def main() -> None:
    """Print how often simulated faults were found, and how often sound probes were said to have one."""
    print("\nProbes over time: a baseline of 60 clips, then 20; two 32-element apertures unless told; 95 % intervals")
    if DATA is None:
        print("  needs the folder of real scans")
        return
    clinic, others = _skins()
    groups = (("one clinic", clinic), ("other devices", others), ("all", clinic + others))
    print(f"  clips: {len(clinic)} of one clinic's lungs, {len(others)} of other devices")
    for dead in (10, 4):
        for receive in (12, APERTURE):
            auc, found, alarms = hints(clinic + others, dead, receive)
            label = f"one clip, {dead} of 128 dead, {receive} receive"
            print(
                f"  {label:<62}AUC {auc:.2f}, found {100 * found:.0f} %, false alarms {100 * alarms:.0f} %", flush=True
            )
    for name, skins in groups:
        sound = list(campaign(skins, TRIALS, 1, dead=0))
        _row(f"{name}: no fault, said to have one", np.mean([bool(one.elements) for one, _ in sound]))
        for label, facts in CASES.items():
            _row(f"{name}: {label}", found_share(list(campaign(skins, TRIALS // 2, 2, **facts))), TRIALS // 2)
        _row(f"{name}: no band, said to have one", found_any(list(settings(skins, TRIALS, 3)), "bands"))
        for less in (12.0, 20.0):
            found = found_bands(list(settings(skins, TRIALS // 4, 4, layer_less=less)), LAYER)
            _row(f"{name}: two of 16 layers {less:g} levels darker", found, TRIALS // 4)
        alarms = found_any(list(settings(skins, TRIALS // 2, 5, recent=200)), "drift")
        _row(f"{name}: no drift, alarm standing after 200 clips", alarms, TRIALS // 2)
        for less in (13.0, 20.0, 30.0):
            found = found_any(list(settings(skins, TRIALS // 4, 6, less=less, recent=50)), "drift")
            _row(f"{name}: {less:g} levels less, found after 50 clips", found, TRIALS // 4)


def hints(skins: Sequence[Skin], dead: int, receive: int) -> tuple[float, float, float]:
    """Return AUC, share found and false alarms of the hint that a single clip gives (`device.dropout`)."""
    sound, deaf = [], []
    for number, skin in enumerate(skins):
        sound.append(lowest_in(skin.near, skin.inside))
        for trial in range(4):
            first = int(np.random.default_rng([number, trial]).integers(10, ELEMENTS - 10 - dead))
            lost = loss(range(first, first + dead), receive)
            deaf.append(lowest_in(np.clip(skin.near - lost, 0, 255), skin.inside))
    clean, faulty = (np.array([m.value for m in some if isinstance(m, Measurement)]) for some in (sound, deaf))
    less, same = faulty[:, None] < clean, faulty[:, None] == clean
    auc = float((less + 0.5 * same).mean())
    return auc, float((faulty < DROPOUT.limits.good).mean()), float((clean < DROPOUT.limits.good).mean())


def found_any(results: Sequence[Health], what: str) -> float:
    """Return the share of probes with any finding of the kind `what`."""
    return float(np.mean([bool(getattr(one, what)) for one in results]))


def _skins() -> tuple[list[Skin], list[Skin]]:
    clinic, others = [], []
    for row in manifest():
        path = row["path"]
        if DATA is None or any(part in path for part in LEFT_OUT):
            continue
        try:
            clip = read_clip(DATA / path)
        except Rejected:
            continue
        skin = skin_of(clip, find_sector(clip))
        if skin is not None:
            (clinic if any(part in path for part in ONE_CLINIC) else others).append(skin)
    return clinic, others


def _row(label: str, share: float, of: int = TRIALS) -> None:
    low, high = wilson(round(share * of), of)
    print(f"  {label:<62}{100 * share:>7.1f} %  [{100 * low:.1f}, {100 * high:.1f}]", flush=True)
