"""Is the small preview always small, and does it still hold every frame at its time?"""

import itertools
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from pipeline.preview import write_poster, write_preview, write_previews

MOST_BYTES_OF_SIX_SECONDS = 2_000_000
WANTED_BYTES_OF_SIX_SECONDS = 750_000  # 1 Mbit/s carries as much in six seconds

Pixels = NDArray[np.uint8]


def worst_cases(kind: str, rows: int, columns: int, seed: int = 0) -> list[Pixels]:
    """Return pictures of which none says anything about the next."""
    random = np.random.default_rng(seed)
    if kind == "flashes":
        squares = np.indices((rows, columns)).sum(0) % 2
        return [(255 * (squares ^ n % 2)).astype(np.uint8) for n in range(30)]
    shape = (rows, columns, 3) if kind == "colour" else (rows, columns)
    noise = random.normal(size=(30, *shape))
    if kind == "speckle":  # fully developed: the modulus of a complex Gaussian
        noise = np.hypot(noise, random.normal(size=noise.shape)) - 1
    return list(np.clip(128 + 90 * noise, 0, 255).astype(np.uint8))


@pytest.mark.parametrize(("kind", "rate"), [("speckle", 60), ("colour", 30), ("flashes", 60), ("grey", 8)])
def test_six_seconds_of_the_worst_pictures_pass_a_poor_link(kind: str, rate: int, tmp_path: Path) -> None:
    pictures = itertools.islice(itertools.cycle(worst_cases(kind, 480, 640)), 6 * rate)
    times = [n / rate for n in range(6 * rate)]
    write_previews(pictures, times, tmp_path / "preview.mp4", tmp_path / "small.mp4")
    assert (tmp_path / "small.mp4").stat().st_size <= WANTED_BYTES_OF_SIX_SECONDS < MOST_BYTES_OF_SIX_SECONDS
    write_poster(worst_cases(kind, 480, 640)[0], tmp_path / "poster.jpg")
    assert (tmp_path / "poster.jpg").stat().st_size <= 24_000


@settings(max_examples=15, deadline=None)
@given(
    gaps=st.lists(st.integers(1, 400), min_size=1, max_size=40),
    rows=st.integers(2, 1100),
    columns=st.integers(2, 1100),
    seed=st.integers(0, 9),
)
def test_both_previews_hold_every_frame_at_its_time(
    gaps: list[int], rows: int, columns: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    times = [0.0, *(total / 1000 for total in itertools.accumulate(gaps))]
    folder = tmp_path_factory.mktemp("previews")
    random = np.random.default_rng(seed)
    pictures = [np.full((rows, columns), random.integers(0, 256), np.uint8) for _ in times]
    write_previews(pictures, times, folder / "preview.mp4", folder / "small.mp4")
    write_preview(pictures, times, folder / "alone.mp4")
    assert (folder / "preview.mp4").read_bytes() == (folder / "alone.mp4").read_bytes()
    for name, side, keys in (("preview.mp4", 960, 12), ("small.mp4", 640, 24)):
        content = (folder / name).read_bytes()
        assert content.index(b"moov") < content.index(b"mdat"), "a browser would have to read to the end first"
        with av.open(str(folder / name)) as container:
            shown = list(container.decode(video=0))
        np.testing.assert_allclose([float(frame.pts * frame.time_base) for frame in shown], times, atol=1e-6)
        assert max(shown[0].width, shown[0].height) <= side + 1
        starts = [number for number, frame in enumerate(shown) if frame.key_frame]
        assert max(b - a for a, b in itertools.pairwise([*starts, len(shown)])) <= keys
