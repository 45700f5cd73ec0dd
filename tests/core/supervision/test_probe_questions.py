"""Is what one clip cannot tell told of ten clips and never of fewer, and documented beside the rules?"""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from pipeline.probe_profile import BANDS, FACE, ProbeProfile
from qa_rules import rules_in
from supervision.device_health import FEWEST, Recorded, health
from supervision.probe_questions import PROBE_QUESTIONS

RULES_PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "rules.md"


def clips(before: int, after: int, *, darker: float) -> list[Recorded]:
    random = np.random.default_rng(4)
    found = []
    for number in range(before + after):
        bands = 80 - 2.0 * np.arange(BANDS) + random.normal(0, 4, BANDS)
        if number >= before:
            bands[7:9] -= darker
        profile = ProbeProfile((0.0,) * FACE, 80.0, tuple(bands.tolist()))
        found.append(Recorded("SR-1", datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=number), profile))
    return found


@pytest.mark.parametrize(("each", "told"), [(FEWEST - 1, False), (FEWEST, True), (20, True)])
def test_a_band_is_told_from_ten_clips_on(each: int, *, told: bool) -> None:
    found = health("SR-1", clips(each, each, darker=40.0))
    assert found.known is told
    assert bool([band for band in found.bands if band.change < 0]) is told


def test_no_band_is_told_where_none_changed() -> None:
    assert not health("SR-1", clips(20, 20, darker=0.0)).bands


def test_a_band_is_told_where_it_is() -> None:
    band = min(health("SR-1", clips(20, 20, darker=40.0)).bands, key=lambda one: one.change)
    assert band.top <= 7.5 / BANDS <= band.bottom
    assert band.bottom - band.top <= 4 / BANDS


def test_questions_of_probes_are_no_rules_and_are_documented() -> None:
    names = [question.name for question in PROBE_QUESTIONS]
    assert "gain.tgc_band" in names
    assert not set(names) & {rule.name for rule in rules_in()}
    page = RULES_PAGE.read_text(encoding="utf-8")
    for question in PROBE_QUESTIONS:
        assert question.fewest >= 10
        assert f"### {question.name}" in page
        for text in (question.title, question.advice, question.why):
            assert text.en != text.fr
