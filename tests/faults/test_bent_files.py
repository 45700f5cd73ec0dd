"""Is every scan whose bytes were bent read or refused in its own child, whatever its form? In large by `make soak`."""

import random
from itertools import islice
from pathlib import Path

import pytest

from tests.faults.bending import FORMS, answers, seeds

TIMES = 12


@pytest.mark.parametrize("form", FORMS)
def test_a_bent_file_is_read_or_refused(form: str, tmp_path: Path) -> None:
    dice = random.Random(form)
    found = list(islice(answers(seeds()[form], dice, tmp_path), TIMES))
    assert "decoder_crashed" not in found, found
    assert "too_slow" not in found, found
