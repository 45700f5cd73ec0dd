"""Laws of a probe's profile: a mirrored clip has a mirrored one, what was not seen is unknown, numbers are numbers."""

from dataclasses import replace

import numpy as np
import pytest

from pipeline.clip import Clip
from pipeline.find_sector import find_sector
from pipeline.probe_profile import BANDS, FACE, face_profile, probe_profile
from pipeline.sector import UNKNOWN_SECTOR
from tests.clips import phantom_clip


def near(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).normal(90, 5, (24, FACE)).clip(0, 255)


def test_a_clip_shows_the_whole_face_in_numbers() -> None:
    clip = phantom_clip("shape=curvilinear,seed=3")
    profile = probe_profile(clip, find_sector(clip))
    assert profile is not None
    assert len(profile.face) == FACE
    assert len(profile.bands) == BANDS
    assert all(value is None or np.isfinite(value) for value in profile.face)
    assert np.isfinite([profile.level, *profile.bands]).all()


def test_no_profile_without_sector_of_a_phased_probe_or_in_colour() -> None:
    clip = phantom_clip("shape=curvilinear,seed=3")
    assert probe_profile(clip, UNKNOWN_SECTOR) is None
    coloured = Clip(**{**{n: getattr(clip, n) for n in clip.__dataclass_fields__}, "colour": clip.colour * 0 + 200})
    assert probe_profile(coloured, find_sector(clip)) is None
    phased = phantom_clip("shape=phased,subject=heart,seed=3")
    assert probe_profile(phased, find_sector(phased)) is None


def test_what_is_mirrored_has_a_mirrored_profile() -> None:
    inside = np.ones((24, FACE), bool)
    inside[:, :9] = False
    one, other = face_profile(near(), inside), face_profile(near()[:, ::-1], inside[:, ::-1])
    assert one is not None
    assert other is not None
    assert one[1] == other[1]
    for here, there in zip(one[0], other[0][::-1], strict=True):
        assert here == pytest.approx(there, abs=2e-3)


def test_lost_contact_at_a_side_is_unknown_and_a_hole_in_the_middle_is_a_dip() -> None:
    levels = near()
    levels[:, :20] = 2
    levels[:, 60:68] = 2
    found = face_profile(levels, np.ones((24, FACE), bool))
    assert found is not None
    face = found[0]
    assert face[:20] == (None,) * 20
    assert face[64] is not None
    assert face[64] == min(value for value in face if value is not None) < -20


def test_gain_changes_the_level_and_not_the_face() -> None:
    inside = np.ones((24, FACE), bool)
    one, brighter = face_profile(near(), inside), face_profile(near() + 30, inside)
    assert one is not None
    assert brighter is not None
    assert brighter[1] == pytest.approx(one[1] + 30)
    middle = slice(30, -30)
    assert brighter[0][middle] == pytest.approx(one[0][middle], abs=2e-3)


def test_too_little_contact_gives_none() -> None:
    assert face_profile(near() * 0, np.ones((24, FACE), bool)) is None
    clip = phantom_clip("shape=curvilinear,seed=3")
    dark = replace(clip, keyframes=clip.keyframes // 40)
    assert probe_profile(dark, find_sector(clip)) is None
