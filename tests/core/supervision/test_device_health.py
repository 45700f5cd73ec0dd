"""Do clips of one probe show its own faults, where they are, and nothing where there is none?"""

from dataclasses import replace
from datetime import timedelta
from functools import lru_cache

import numpy as np
import pytest

from benchmarks.probes import START, Skin, campaign, found_bands, found_share, settings, skin_of
from pipeline.find_sector import find_sector
from pipeline.probe_profile import BANDS, FACE, ProbeProfile
from pipeline.reading import read_clip
from supervision.device_health import FEWEST, Hearing, Recorded, health, healths, sensitivity_drift
from tests.clips import phantom_clip
from tests.real_files import data_file, needs_data

REAL = (
    "pocus-lung-ccby/Cov_convex_volpecelli_sonographic_v2.mov",
    "pocus-lung-ccby/Pneu_prospective_file3.mp4",
    "pocus-lung-ccby/Reg_Image_181739_trimmed_crop.mp4",
    "pocus-lung-ccby/Reg_Image_18122_crop.mp4",
    "pocus-lung-ccby/Reg_pat1Image_133410.mpeg",
    "pocus-lung-ccby/Reg_pat2Image_134348.mpeg",
    "pocus-lung-ccby/Vir_prospective_file1.mp4",
    "pocus-lung-ccby/Vir_prospective_file2.mp4",
    "pocus-lung-ccby/Vir_whitelung_h1n1.mp4",
    "itkpocus/sonosite-anon-eye1.jpg",
)


@lru_cache
def real_skins() -> tuple[Skin, ...]:
    clips = [read_clip(data_file(name)) for name in REAL]
    return tuple(skin for clip in clips if (skin := skin_of(clip, find_sector(clip))) is not None)


@lru_cache
def simulated_skins() -> tuple[Skin, ...]:
    clips = [phantom_clip(f"shape=curvilinear,seed={seed},frames=4") for seed in range(1, 9)]
    return tuple(skin for clip in clips if (skin := skin_of(clip, find_sector(clip))) is not None)


def flat(level: float = 90.0, seed: int = 0, **facts: object) -> ProbeProfile:
    rng = np.random.default_rng(seed)
    face = tuple(float(v) for v in rng.normal(0, 1, FACE))
    return replace(ProbeProfile(face, level + float(rng.normal(0, 3)), (level,) * BANDS), **facts)


def clips_of(profiles: list[ProbeProfile], device: str = "A") -> list[Recorded]:
    return [Recorded(device, START + timedelta(hours=n), profile) for n, profile in enumerate(profiles)]


def dented(profile: ProbeProfile, at: int) -> ProbeProfile:
    face = [None if v is None else v - 6.0 * (abs(n - at) < 4) for n, v in enumerate(profile.face)]
    return replace(profile, face=tuple(face))


@needs_data
def test_two_dead_elements_of_128_are_found_from_20_real_clips() -> None:
    assert len(real_skins()) == len(REAL)
    assert found_share(list(campaign(real_skins(), 60, 11, dead=2))) >= 0.95


@needs_data
def test_sound_probes_are_left_alone() -> None:
    said = [one.elements for one, _ in campaign(real_skins(), 100, 12, dead=0)]
    assert sum(map(bool, said)) <= 1


@needs_data
def test_narrow_receive_beams_show_one_dead_element_at_its_place() -> None:
    results = list(campaign(real_skins(), 20, 13, dead=1, receive=12))
    assert found_share(results, within=0.03) >= 0.9


def test_half_deaf_elements_lose_less_than_dead_ones() -> None:
    dips = {}
    for sensitivity in (0.0, 0.5):
        results = list(campaign(simulated_skins(), 10, 14, dead=4, receive=12, sensitivity=sensitivity))
        dips[sensitivity] = [max((f.dip for f in one.elements), default=0.0) for one, _ in results]
    assert all(half < dead for half, dead in zip(dips[0.5], dips[0.0], strict=True))


def test_a_changed_probe_begins_anew() -> None:
    old = [dented(flat(seed=n), 40) if n >= 30 else flat(seed=n) for n in range(60)]
    new = [flat(seed=n) for n in range(100, 140)]
    clips = clips_of(old + new)
    before = health("A", clips[:60])
    assert [fault.hearing for fault in before.elements] == [Hearing.DEAD]
    assert before.elements[0].place == pytest.approx(40.5 / FACE, abs=0.03)
    after = health("A", clips, changes=[clips[60].moment])
    assert (after.began, after.baseline_clips, after.recent_clips) == (clips[60].moment, 20, 20)
    assert after.elements == ()
    assert not health("A", clips, changes=[clips[85].moment]).known


def test_devices_are_kept_apart() -> None:
    sound = clips_of([flat(seed=n) for n in range(40)], "A")
    deaf = clips_of([dented(flat(seed=n), 90) if n >= 20 else flat(seed=n) for n in range(40)], "B")
    found = healths([*deaf, *sound], {})
    assert found["A"].elements == ()
    assert len(found["B"].elements) == 1
    with pytest.raises(ValueError, match="one device"):
        health("A", deaf)


def test_order_says_nothing_and_few_clips_say_nothing() -> None:
    clips = clips_of([dented(flat(seed=n), 90) if n >= 20 else flat(seed=n) for n in range(40)])
    assert health("A", clips[::-1]) == health("A", clips)
    few = health("A", clips[: 2 * FEWEST - 1])
    assert (few.known, few.face, few.elements, few.drift) == (False, (), (), None)
    assert health("A", []).began is None


def test_two_faults_are_two() -> None:
    clips = clips_of([dented(dented(flat(seed=n), 30), 100) if n >= 20 else flat(seed=n) for n in range(40)])
    assert sorted(round(f.place * FACE) for f in health("A", clips).elements) == pytest.approx([30, 100], abs=4)


def test_places_that_were_never_seen_are_unknown_and_no_fault() -> None:
    unseen = [replace(p, face=(None,) * 40 + p.face[40:]) for p in (flat(seed=n) for n in range(40))]
    found = health("A", clips_of(unseen))
    assert found.face[:40] == (None,) * 40
    assert all(value is not None and np.isfinite(value) for value in found.face[40:])
    assert found.elements == ()
    assert health("A", clips_of([replace(p, face=(None,) * FACE) for p in unseen])).face == (None,) * FACE


def test_sensitivity_that_falls_raises_an_alarm_and_a_single_dark_clip_none() -> None:
    baseline = [flat(seed=n).level for n in range(30)]
    steady = clips_of([flat(seed=n) for n in range(30, 90)])
    assert sensitivity_drift(baseline, steady) is None
    dark = [flat(seed=30), flat(level=5.0, seed=31), *(flat(seed=n) for n in range(32, 60))]
    assert sensitivity_drift(baseline, clips_of(dark)) is None
    fallen = clips_of([flat(level=90.0 if n < 40 else 82.0, seed=n) for n in range(30, 60)])
    drift = sensitivity_drift(baseline, fallen)
    assert drift is not None
    assert drift.change == pytest.approx(-8, abs=3)
    assert fallen[6].moment <= drift.since <= fallen[14].moment


@needs_data
def test_a_gain_slider_out_of_line_is_found_and_overall_gain_is_not_one() -> None:
    assert sum(bool(one.bands) for one in settings(real_skins(), 40, 21)) <= 1
    assert found_bands(list(settings(real_skins(), 40, 22, layer_less=25.0)), 6) >= 0.95
