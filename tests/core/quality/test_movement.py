"""Is noise taken for movement, or a picture that is too dark for a frozen one?"""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from pipeline.clip import Clip
from pipeline.find_sector import find_sector
from pipeline.finding import Verdict
from pipeline.sector import UNKNOWN_SECTOR
from qa_rules.motion_excess import RULE as FAST
from qa_rules.temporal_freeze import RULE as FROZEN
from tests.clips import phantom_clip
from tests.rules.degradations import shake

SUBJECT = "shape=curvilinear,seed=3,frames=20"


def with_new_noise(clip: Clip, levels: float) -> Clip:
    noise = np.random.default_rng(5).normal(0, levels, clip.proxy.shape)
    return replace(clip, proxy=np.clip(np.rint(clip.proxy + noise), 0, 255).astype(np.uint8))


@pytest.mark.parametrize("levels", [8, 20, 60])
def test_noise_that_is_new_in_each_frame_is_no_movement(levels: float) -> None:
    clip = phantom_clip(SUBJECT)
    soft = cv2.GaussianBlur(clip.proxy[0], (0, 0), 6)  # little in it holds its place
    found = FAST.ask(with_new_noise(replace(clip, proxy=np.stack([soft] * clip.frames)), levels), find_sector(clip))
    assert found.verdict is Verdict.GOOD, found


def test_a_moving_probe_is_found_in_spite_of_noise() -> None:
    clip = phantom_clip(SUBJECT)
    found = FAST.ask(with_new_noise(shake(clip, 0.1), 8), find_sector(clip))
    assert found.verdict is Verdict.POOR, found


def test_a_black_picture_is_not_called_frozen_with_or_without_a_sector() -> None:
    clip = phantom_clip(SUBJECT)
    sector = find_sector(clip)
    still = replace(clip, proxy=np.repeat(clip.proxy[:1], clip.frames, axis=0))
    assert FROZEN.ask(still, sector).verdict is Verdict.POOR
    black = replace(still, proxy=still.proxy // 24, keyframes=still.keyframes // 24)
    for known in (sector, UNKNOWN_SECTOR):
        assert FROZEN.ask(black, known).verdict is Verdict.NOT_MEASURABLE
