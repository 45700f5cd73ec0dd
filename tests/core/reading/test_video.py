"""A video is counted frame by frame, shown upright, and its clock is the container's."""

from pathlib import Path

import av
import numpy as np
import pytest

from pipeline.errors import Rejected, Undecodable
from pipeline.reading import open_scan, read_clip

ROWS, COLUMNS, FRAMES = 48, 80, 40


def picture(number: int) -> np.ndarray:
    """Return a grey frame with a bright block at the upper left and a ramp that tells its number."""
    frame = np.full((ROWS, COLUMNS), 40 + 4 * number, np.uint8)
    frame[:16, :16] = 240
    return frame


def written(path: Path, codec: str = "libx264", *, steps: tuple[int, ...] = (1,), **options: str) -> Path:
    """Write a clip of 40 frames at 25 frames per second; `steps`: the frames' distances, repeated, in 1/25 s."""
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream(codec, rate=25)
        stream.width, stream.height, stream.pix_fmt = COLUMNS, ROWS, "yuv420p"
        stream.gop_size = 5
        time = 0
        for number in range(FRAMES):
            frame = av.VideoFrame.from_ndarray(np.dstack([picture(number)] * 3), format="rgb24")
            frame.pts = time
            time += steps[number % len(steps)]
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("name", "codec"), [("a.mp4", "libx264"), ("a.mov", "mpeg4"), ("a.avi", "mpeg4"), ("a.mpg", "mpeg2video")]
)
def test_the_luminance_is_in_full_range_and_every_frame_is_there(name: str, codec: str, tmp_path: Path) -> None:
    path = written(tmp_path / name, codec)
    clip = read_clip(path.rename(tmp_path / "scan.dcm"))  # the name says nothing
    assert (clip.frames, clip.rows, clip.columns) == (FRAMES, ROWS, COLUMNS)
    assert clip.frames_per_second == pytest.approx(25)
    assert clip.colour_share == 0
    means = clip.proxy[:, 24:40, 40:70].mean(axis=(1, 2))
    assert np.abs(means - [40 + 4 * number for number in range(FRAMES)]).max() < 6
    assert len(clip.keyframe_numbers) == 12
    assert clip.keyframe_numbers[0] == 0
    assert clip.keyframe_numbers[-1] >= FRAMES - 2  # an MPEG stream does not say exactly how long it is


def test_grey_of_the_colours_is_the_luminance(tmp_path: Path) -> None:
    with open_scan(written(tmp_path / "a.mp4")) as scan:
        for shown in scan.pictures():
            difference = shown.luminance().astype(int) - shown.pixels().astype(int).mean(axis=2)
            assert np.abs(difference).max() <= 3


def test_frames_come_when_the_container_says(tmp_path: Path) -> None:
    clip = read_clip(written(tmp_path / "a.mp4", steps=(1, 3)))
    assert np.diff(clip.frame_times) == pytest.approx([0.04, 0.12] * 19 + [0.04])


@pytest.mark.parametrize(("quarter", "matrix"), [(3, (0, 1, -1, 0)), (1, (0, -1, 1, 0)), (2, (-1, 0, 0, -1))])
def test_a_filmed_clip_is_turned_upright(quarter: int, matrix: tuple[int, ...], tmp_path: Path) -> None:
    path = written(tmp_path / "a.mp4")
    upright = read_clip(path).keyframes[0]
    whole = bytearray(path.read_bytes())
    at = whole.index(b"tkhd") + 44
    for place, value in zip((0, 4, 12, 16), matrix, strict=True):
        whole[at + place : at + place + 4] = (value << 16).to_bytes(4, "big", signed=True)
    path.write_bytes(whole)
    clip = read_clip(path)
    assert np.array_equal(clip.keyframes[0], np.rot90(upright, quarter))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("options", [{"movflags": "faststart"}, {}])
def test_a_cut_video_is_refused(share: float, options: dict[str, str], tmp_path: Path) -> None:
    path = written(tmp_path / "a.mp4", **options)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    with pytest.raises(Undecodable) as caught:
        read_clip(path)
    assert caught.value.code == "truncated"


def test_frames_that_do_not_decode_are_counted(tmp_path: Path) -> None:
    path = written(tmp_path / "a.mp4", movflags="faststart")
    whole = path.read_bytes()
    path.write_bytes(whole[: -len(whole) // 5] + bytes(len(whole) // 5 + 1))
    with pytest.raises(Rejected) as caught:
        read_clip(path)
    assert caught.value.code == "frames_missing"
    assert caught.value.facts["claimed"] == FRAMES
    assert 0 < int(caught.value.facts["found"]) < FRAMES - 2
