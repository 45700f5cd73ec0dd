"""A video leaves as its pictures at their times, and nothing of what the container said."""

import itertools
import subprocess
import sys
import tempfile
import zlib
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pipeline.deidentify import deidentify
from pipeline.deidentify.masking import grown
from pipeline.deidentify.verify import H264
from pipeline.errors import Withheld
from pipeline.h264 import DERIVATIVE, playable_times, write_h264
from pipeline.preview import write_preview
from pipeline.reading import open_scan, read_clip
from tests.core.deidentify.scenes import BANNER, KEY, SECTOR, found_in, frames, outside

TAGS = {
    "title": "MBEKI 4471", "artist": "Dr Ouedraogo", "comment": "born 1951-08-29", "location": "+04.3217+015.3125/",
    "creation_time": "2013-04-11T09:37:11", "description": "Salle 12 Bukavu", "album": "KLINIEK 99",
    "copyright": "Wamba 77",
}  # fmt: skip
MARKS = [*TAGS.values(), "20130411", "HANDLER MBEKI 5", "SOUND MBEKI 6", "CHAPTER MBEKI 7", "SUBTITLE MBEKI 8"]
ASS_HEADER = b"[Script Info]\n[V4+ Styles]\nFormat: Name\nStyle: Default\n[Events]\nFormat: Layer, Text\n"
TIMES = (0.0, 0.04, 0.11, 0.15, 0.22, 0.4)


def tagged_video(path: Path, *, suffix_format: str = "mp4") -> None:
    """Write an H.264 video of variable frame rate with tags, audio, subtitles and a chapter."""
    with av.open(str(path), "w", format=suffix_format, options={"movflags": "use_metadata_tags"}) as container:
        container.metadata.update(TAGS)
        picture = container.add_stream("libx264", rate=25, options={"crf": "10"})
        picture.width, picture.height, picture.pix_fmt = 320, 240, "yuv420p"
        picture.codec_context.time_base = Fraction(1, 1000)
        picture.metadata["handler_name"] = "HANDLER MBEKI 5"
        sound = container.add_stream("aac", rate=8000, layout="mono")
        sound.metadata["handler_name"] = "SOUND MBEKI 6"
        words = container.add_stream("mov_text")
        words.codec_context.time_base = Fraction(1, 1000)
        words.codec_context.subtitle_header = ASS_HEADER
        container.set_chapters(
            [
                {
                    "id": 1,
                    "start": 0,
                    "end": 400,
                    "time_base": Fraction(1, 1000),
                    "metadata": {"title": "CHAPTER MBEKI 7"},
                }
            ]
        )
        for pixels, second in zip(frames(len(TIMES)), TIMES, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), "rgb24")
            frame.pts, frame.time_base = round(second * 1000), Fraction(1, 1000)
            container.mux(picture.encode(frame))
        container.mux(picture.encode(None))
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "fltp", "mono")
        silence.sample_rate, silence.pts = 8000, 0
        container.mux([*sound.encode(silence), *sound.encode(None)])
        text = b"SUBTITLE MBEKI 8"
        packet = av.Packet(len(text).to_bytes(2, "big") + text)
        packet.stream, packet.pts, packet.dts, packet.duration = words, 0, 0, 300
        packet.time_base = Fraction(1, 1000)
        container.mux(packet)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("video") / "MBEKI_20130411.mp4"
    tagged_video(path)
    return path


def test_tags_tracks_and_chapters_are_gone(video: Path, tmp_path: Path) -> None:
    seen = [mark for mark in MARKS if mark not in ("20130411", TAGS["creation_time"])]
    assert len(found_in(video.read_bytes(), seen)) >= len(seen) - 1  # the test itself can see them
    clip = read_clip(video)
    result = deidentify(video, clip, SECTOR, KEY, tmp_path / "out", text_accepted=True)
    for output in result.outputs:
        assert found_in(output.path.read_bytes(), [*MARKS, BANNER, "MBEKI", "Lavf", "Lavc", "x264"]) == []
    for name in ("scan.mp4", "preview.mp4", "small.mp4"):
        with av.open(str(tmp_path / "out" / name)) as container:
            assert [stream.type for stream in container.streams] == ["video"]
            assert container.chapters() == []
            assert set(container.metadata) <= {"major_brand", "minor_version", "compatible_brands"}
            assert container.streams.video[0].metadata == {"language": "und", "handler_name": "VideoHandler"}
            shown = [float(frame.pts * frame.time_base) for frame in container.decode(video=0)]
        np.testing.assert_allclose(shown, TIMES, atol=1e-6)
    with open_scan(tmp_path / "out" / "scan.mp4") as scan:
        shown_pixels = np.stack([frame.pixels for frame in scan.frames()])
    assert shown_pixels[:, :20].max() == 0
    far = cv2.dilate((~outside()).astype(np.uint8), np.ones((41, 41), np.uint8)) == 0
    assert shown_pixels[:, far].max() <= 1
    again = deidentify(video, clip, SECTOR, KEY, tmp_path / "again", text_accepted=True)
    for one, two in zip(result.outputs, again.outputs, strict=True):
        assert one.path.read_bytes() == two.path.read_bytes()


def test_text_inside_a_video_is_withheld(tmp_path: Path) -> None:
    path = tmp_path / "in.mp4"
    write_h264(iter(frames(4, inside="MBEKI T")), (0, 0.04, 0.08, 0.12), path, DERIVATIVE)
    with pytest.raises(Withheld, match="text_inside"):
        deidentify(path, read_clip(path), SECTOR, KEY, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_still_leaves_as_png_without_chunks(tmp_path: Path) -> None:
    path = tmp_path / "in.png"
    _, encoded = cv2.imencode(".png", frames(1)[0])
    text = b"tEXtComment\0MBEKI 99"
    chunk = (len(text) - 4).to_bytes(4, "big") + text + zlib.crc32(text).to_bytes(4, "big")
    path.write_bytes(encoded.tobytes()[:33] + chunk + encoded.tobytes()[33:])
    result = deidentify(path, read_clip(path), SECTOR, KEY, tmp_path / "out", text_accepted=True)
    raw = (tmp_path / "out" / "scan.png").read_bytes()
    kinds, at = [], 8
    while at < len(raw):
        size = int.from_bytes(raw[at : at + 4], "big")
        kinds.append(raw[at + 4 : at + 8])
        at += size + 12
    assert set(kinds) == {b"IHDR", b"IDAT", b"IEND"}
    shown = cv2.imread(str(tmp_path / "out" / "scan.png"), cv2.IMREAD_UNCHANGED)
    assert shown[outside()].max() == 0
    assert [output.media_type for output in result.outputs] == ["image/png", "image/jpeg", "image/jpeg"]


@settings(max_examples=12, deadline=None)
@given(st.lists(st.integers(1, 400), min_size=1, max_size=30), st.integers(2, 33), st.integers(2, 33))
def test_every_frame_at_its_time_and_a_key_frame_every_twelve(gaps: list[int], rows: int, columns: int) -> None:
    times = [0.0, *(total / 1000 for total in itertools.accumulate(gaps))]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.mp4")
        write_preview((np.full((rows, columns), 7 * n % 256, np.uint8) for n in range(len(times))), times, path)
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            assert (stream.height, stream.width) == (rows + rows % 2, columns + columns % 2)
            shown = list(container.decode(video=0))
    np.testing.assert_allclose([float(frame.pts * frame.time_base) for frame in shown], times, atol=1e-6)
    keys = [number for number, frame in enumerate(shown) if frame.key_frame]
    assert max(b - a for a, b in itertools.pairwise([*keys, len(shown)])) <= 12


def test_black_stays_black_through_the_encoder(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    write_h264([np.zeros((40, 50, 3), np.uint8)] * 5, [0, 1, 2, 3, 4], path, DERIVATIVE)
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            luma, blue, red = np.split(frame.to_ndarray(format="yuv420p").ravel(), [2000, 2500])
            assert (set(luma), set(blue), set(red)) == ({16}, {128}, {128})


def test_unknown_times_play_at_25() -> None:
    assert playable_times((0.0, 0.0, 0.0)) == (0.0, 0.04, 0.08)
    assert playable_times((0.0, 0.5, 0.6)) == (0.0, 0.5, 0.6)


def test_pictures_must_be_as_many_as_times(tmp_path: Path) -> None:
    for count, said in ((3, "more pictures"), (1, "fewer pictures"), (0, "no picture")):
        with pytest.raises(ValueError, match=said):
            write_h264([np.zeros((4, 4), np.uint8)] * count, [0.0, 1.0], tmp_path / "x.mp4", DERIVATIVE)


@pytest.mark.parametrize(
    ("kind", "depth"),
    [(kind, depth) for kind in ("PNG", "TIFF") for depth in ("deep", "grey", "colour")]
    + [("BMP", "grey"), ("BMP", "colour")],
)
def test_a_still_of_any_format_is_exact_inside(kind: str, depth: str, tmp_path: Path) -> None:
    pixels = frames(1, colour=depth == "colour")[0]
    if depth == "deep":
        pixels = pixels.astype(np.uint16) * 256 + np.random.default_rng(1).integers(0, 256, pixels.shape, np.uint16)
    path = tmp_path / "in"
    Image.fromarray(pixels).save(path, kind)
    result = deidentify(path, read_clip(path), SECTOR, KEY, tmp_path / "out", text_accepted=True)
    assert result.report.pixels == "exact"
    shown = cv2.imread(str(tmp_path / "out" / "scan.png"), cv2.IMREAD_UNCHANGED)
    assert shown.dtype == pixels.dtype
    mask = outside()[..., None] if depth == "colour" else outside()
    np.testing.assert_array_equal(
        shown, np.where(mask, 0, pixels)[..., ::-1] if depth == "colour" else np.where(mask, 0, pixels)
    )


def test_the_same_video_gives_the_same_bytes_in_another_process(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from pipeline.h264 import DERIVATIVE, write_h264;"
        "from tests.core.deidentify.scenes import frames;"
        "write_h264(iter(frames(6)), (0, .04, .11, .15, .22, .4), Path(sys.argv[1]), DERIVATIVE)"
    )
    for name in ("a", "b"):
        subprocess.run([sys.executable, "-c", program, str(tmp_path / name)], check=True)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 1 << 20))
def test_twenty_pixels_off_what_is_kept_an_encoded_video_is_exactly_black(seed: int) -> None:
    rng = np.random.default_rng(seed)
    mask = np.zeros((160, 220), np.uint8)
    cv2.fillPoly(mask, [cv2.convexHull(rng.integers(0, [220, 160], (5, 2)).astype(np.int32))], 1)
    pictures = rng.integers(0, 2, (8, 160, 220, 3)).astype(np.uint8) * 255 * mask[..., None]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.mp4")
        write_h264(iter(pictures), [n / 25 for n in range(8)], path, DERIVATIVE)
        with open_scan(path) as scan:
            shown = np.stack([frame.pixels for frame in scan.frames()])
    far = grown(mask.astype(bool), H264.margin)
    assert shown[:, ~far].max(initial=0) == H264.brightest == 0
