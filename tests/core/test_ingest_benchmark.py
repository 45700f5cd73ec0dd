"""Do the clips that are ingested by the clock hold what they say, and is a bad release told from a good one?"""

from pathlib import Path

import pytest

from benchmarks.ingest import Spent, ratio
from benchmarks.ingest_checks import complaints, digests, is_exact
from benchmarks.ingest_inputs import FORMS, Clip
from benchmarks.ingest_tasks import Task
from pipeline.guidance import Guidance
from pipeline.key import Key
from pipeline.reading import read_clip
from qa_rules._walk import walk

FRAMES = 3


@pytest.mark.parametrize("form", FORMS)
def test_each_form_of_a_clip_is_released_as_it_should_be(form: str, tmp_path: Path) -> None:
    task = Task(Clip(form, 320, 240, FRAMES), tmp_path)
    before = task.source.read_bytes()
    assert task.clip.write(tmp_path).read_bytes() == before, "not the same bytes twice"
    clip = read_clip(task.source)
    assert (clip.frames, clip.rows, clip.columns) == (FRAMES, 240, 320)
    told = Guidance(drawn=(task.polygon,), text_accepted=True)
    walked = walk(task.source, Key.from_bytes(bytes(32)), tmp_path / "out", told)
    assert walked.release is not None
    released = walked.release.outputs[0].path
    assert complaints(task, released, exact=is_exact(task)) == []
    assert released.name in digests(tmp_path / "out")
    assert complaints(task, task.source, exact=True) == ["something shines outside"]


def test_a_release_that_lost_frames_or_sharpness_is_refused(tmp_path: Path) -> None:
    task = Task(Clip("mp4", 320, 240, FRAMES), tmp_path)
    short = Clip("mp4", 320, 240, FRAMES - 1).write(tmp_path)
    assert complaints(task, short, exact=False) == ["another number of frames"]
    (tmp_path / "other").mkdir()
    other = Task(Clip("jpeg", 320, 240, FRAMES), tmp_path / "other")
    assert "kept pixels changed" in complaints(other, task.source, exact=True)


def test_a_ratio_is_taken_round_by_round() -> None:
    ours, floor = (
        [Spent(2, 1, 1, 1), Spent(30, 1, 1, 1), Spent(4, 1, 1, 1)],
        [Spent(1, 1, 1, 1), Spent(10, 1, 1, 1)] * 2,
    )
    assert ratio(ours, floor[:3], "cpu") == "3 [2-4]"
