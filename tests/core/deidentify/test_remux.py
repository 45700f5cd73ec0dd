"""Where nothing is blanked, a video leaves frame by frame as it came, and its container says nothing but that."""

import io
import struct
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import dcmread
from pydicom.encaps import generate_frames

from pipeline.deidentify import Release, deidentify
from pipeline.kept import Kept, Witness
from pipeline.reading import open_scan, read_clip
from pipeline.remux import NotRemuxable, remux
from tests.core.deidentify.scenes import COLUMNS, KEY, ROWS, found_in, frames, written
from tests.core.deidentify.test_release_video import MARKS, TAGS, tagged_video
from tests.core.reading.written import cine, encapsulated

ALL = Kept((((0.0, 0.0), (COLUMNS - 1.0, 0.0), (COLUMNS - 1.0, ROWS - 1.0), (0.0, ROWS - 1.0)),), (Witness.DRAWN,))
TIMES = (0.0, 0.04, 0.11, 0.15, 0.22, 0.4, 0.44, 0.5)
CONTAINERS = {"moov", "trak", "mdia", "minf", "dinf", "stbl", "edts", "udta"}
EXPECTED = {
    "ftyp", "moov", "moov/mvhd", "moov/trak", "moov/trak/tkhd", "moov/trak/mdia", "moov/trak/mdia/mdhd",
    "moov/trak/mdia/hdlr", "moov/trak/mdia/minf", "moov/trak/edts", "moov/trak/edts/elst", "moov/udta",
    "moov/udta/meta", "free", "mdat",
    *(f"moov/trak/mdia/minf/{name}" for name in ("vmhd", "dinf", "dinf/dref", "stbl")),
    *(f"moov/trak/mdia/minf/stbl/{name}" for name in ("stsd", "stts", "stss", "stsc", "stsz", "stco", "ctts")),
}  # fmt: skip
EMPTY_META = struct.pack(">I4s4xI4s8x8s9xI4s", 53, b"meta", 33, b"hdlr", b"mdirappl", 8, b"ilst")


def boxes(raw: bytes, start: int = 0, end: int | None = None, above: str = "") -> Iterator[tuple[str, bytes]]:
    """Yield path and content of every box: a walker of the test's own, which shares nothing with the code."""
    end = len(raw) if end is None else end
    while start < end:
        size, kind = struct.unpack_from(">I4s", raw, start)
        name = above + kind.decode("latin-1")
        assert 8 <= size <= end - start, f"bytes that are no box in {above or 'the file'}"
        yield name, raw[start : start + size]
        if name.rsplit("/", 1)[-1] in CONTAINERS:
            yield from boxes(raw, start + 8, start + size, name + "/")
        start += size


def check_container(raw: bytes) -> None:
    """Check that only expected boxes stand in the file, none with a name, a date or room for anything else."""
    found = list(boxes(raw))
    assert {name for name, _ in found} <= EXPECTED
    content = dict(found)
    assert sum(name == "moov/trak" for name, _ in found) == 1
    assert content["moov/trak/mdia/hdlr"][16:20] == b"vide"
    assert content["moov/trak/mdia/hdlr"][32:] == b"VideoHandler\0"
    assert content["moov/udta/meta"] == EMPTY_META
    assert content.get("free", bytes(8))[8:] == b""
    for name in ("moov/mvhd", "moov/trak/tkhd", "moov/trak/mdia/mdhd"):
        assert content[name][12:20] == bytes(8), "a date of making or changing"
    table = content["moov/trak/mdia/minf/stbl/stsz"]
    one, count = struct.unpack_from(">II", table, 12)
    sizes = [one] * count if one else struct.unpack_from(f">{count}I", table, 20)
    assert len(content["mdat"]) == 8 + sum(sizes), "bytes in the media data that belong to no picture"
    entry = content["moov/trak/mdia/minf/stbl/stsd"][16:]
    assert entry[50:82].strip(b"\0") == b"", "the name of a compressor"
    at = 8
    while at < len(content["mdat"]):
        length = int.from_bytes(content["mdat"][at : at + 4], "big")
        assert content["mdat"][at + 4] & 31 in (1, 2, 3, 4, 5, 7, 8), "a unit that is no part of a picture"
        at += 4 + length
    assert at == len(content["mdat"])


def pictures(source: Path | bytes) -> list[tuple[float, NDArray[np.uint8]]]:
    """Return time and untouched samples of every frame."""
    with av.open(io.BytesIO(source) if isinstance(source, bytes) else str(source)) as container:
        return [(frame.time or 0.0, frame.to_ndarray()) for frame in container.decode(video=0)]


def released(path: Path, to: Path) -> Release:
    return deidentify(path, read_clip(path), ALL, KEY, to, text_accepted=True)


def copied(path: Path, to: Path) -> bytes:
    with path.open("rb") as file:
        remux(file, read_clip(path).frame_times, to)
    return to.read_bytes()


def noisy_video(path: Path, kind: str = "mp4", codec: str = "libx264", pixels: str = "yuv420p", **options: str) -> Path:
    """Write a video with pictures that are shown in another order than they are decoded, and x264's message."""
    with av.open(str(path), "w", format=kind) as container:
        stream = container.add_stream(codec, rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = COLUMNS, ROWS, pixels
        if codec == "libx264":
            stream.codec_context.time_base = Fraction(1, 1000)
        for picture, second in zip(frames(len(TIMES)), TIMES, strict=True):
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(picture), "rgb24")
            if codec == "libx264":
                frame.pts, frame.time_base = round(second * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("kind", ["mp4", "mov", "matroska", "mpegts"])
@pytest.mark.parametrize("reordered", ["0", "3"])
def test_frames_and_times_are_the_same_and_nothing_else_is_left(kind: str, reordered: str, tmp_path: Path) -> None:
    path = noisy_video(tmp_path / "in", kind, bf=reordered)
    assert b"x264" in path.read_bytes()
    raw = copied(path, tmp_path / "a.mp4")
    check_container(raw)
    assert found_in(raw, ["x264", "Lavf", "Lavc", "options:"]) == []
    before, after = pictures(path), pictures(raw)
    assert len(before) == len(after) == len(TIMES)
    for (_, one), (_, two) in zip(before, after, strict=True):
        np.testing.assert_array_equal(one, two)
    np.testing.assert_allclose([seconds for seconds, _ in after], TIMES, atol=1e-6)
    assert len(raw) < path.stat().st_size
    assert copied(path, tmp_path / "b.mp4") == raw


@pytest.mark.parametrize("kind", ["mp4", "matroska"])
def test_what_a_container_says_is_gone(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "in"
    tagged_video(path, suffix_format="mp4")
    if kind == "matroska":
        path = with_attachment(path, tmp_path / "in.mkv")
    marks = [*MARKS, "ATTACHED MBEKI 9", "TRAILING MBEKI 10", "SLACK MBEKI 11", "UUID MBEKI 12", "XMP MBEKI 13"]
    raw = path.read_bytes()
    if kind == "mp4":
        raw += box(b"uuid", bytes(16) + b"UUID MBEKI 12") + box(b"free", b"SLACK MBEKI 11")
        raw += box(b"udta", box(b"XMP_", b"XMP MBEKI 13"))
    path.write_bytes(raw + (b"TRAILING MBEKI 10" if kind == "mp4" else b""))
    assert len(found_in(path.read_bytes(), marks)) > 8  # the test itself can see them
    result = released(path, tmp_path / "out")
    assert result.report.pixels == "untouched"
    for output in result.outputs:
        assert found_in(output.path.read_bytes(), [*marks, "MBEKI", TAGS["location"]]) == []
    check_container((tmp_path / "out" / "scan.mp4").read_bytes())


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(content), kind) + content


def with_attachment(source: Path, to: Path) -> Path:
    """Copy the picture track into Matroska with tags and an attachment."""
    with av.open(str(source)) as given, av.open(str(to), "w", format="matroska") as container:
        container.metadata.update(TAGS)
        stream = container.add_stream_from_template(given.streams.video[0])
        container.add_attachment("MBEKI_20130411.txt", "text/plain", b"ATTACHED MBEKI 9")
        for packet in given.demux(video=0):
            if packet.size:
                packet.stream = stream
                container.mux_one(packet)
    return to


def units(stream: bytes) -> list[bytes]:
    """Return the units of an Annex B stream, without their start codes."""
    parts = stream.replace(b"\0\0\0\1", b"\0\0\1").split(b"\0\0\1")
    return [part for part in parts if part]


def with_units(stream: bytes, *extra: bytes) -> bytes:
    """Put units in front of every coded picture of an Annex B stream."""
    result = b""
    for unit in units(stream):
        if unit[0] & 31 in (1, 5) and unit[1] & 0x80:  # the first slice of its picture
            result += b"".join(b"\0\0\0\1" + one for one in extra)
        result += b"\0\0\0\1" + unit
    return result


def elementary(folder: Path) -> bytes:
    return noisy_video(folder / "in.h264", "h264", bf="0").read_bytes()


def test_text_in_units_that_are_no_pictures_is_gone(tmp_path: Path) -> None:
    text = b"\x05\x19" + b"U" * 16 + b"SEI MBEKI\x80"
    filler, unspecified, delimiter = b"\x0cFILLER MBEKI\x80", b"\x18UNIT24 MBEKI\x80", b"\x09\xf0"
    stream = with_units(elementary(tmp_path), delimiter, b"\x06" + text, filler, unspecified, b"\x0dSPSEXT MBEKI\x80")
    assert stream.count(b"MBEKI") == 4 * len(TIMES)
    path = tmp_path / "in"
    path.write_bytes(stream)
    result = released(path, tmp_path / "out")
    for output in result.outputs:
        assert found_in(output.path.read_bytes(), ["MBEKI", "x264"]) == []
    assert result.report.pixels == "untouched"
    for (_, one), (_, two) in zip(pictures(tmp_path / "in.h264"), pictures(tmp_path / "out/scan.mp4"), strict=True):
        np.testing.assert_array_equal(one, two)


def test_text_behind_a_parameter_set_is_gone(tmp_path: Path) -> None:
    stream = b""
    for unit in units(elementary(tmp_path)):
        stream += b"\0\0\0\1" + unit + (b"BEHIND MBEKI" if unit[0] & 31 in (7, 8) else b"")
    path = tmp_path / "in"
    path.write_bytes(stream)
    assert b"BEHIND MBEKI" in stream
    for output in released(path, tmp_path / "out").outputs:
        assert found_in(output.path.read_bytes(), ["MBEKI"]) == []


@pytest.mark.parametrize(
    ("codec", "kind", "pixels"),
    [
        ("mpeg4", "avi", "yuv420p"),
        ("mjpeg", "avi", "yuvj420p"),
        ("libx264", "mp4", "yuv444p"),
        ("mpeg2video", "mpegts", "yuv420p"),
    ],
)
def test_what_is_no_plain_h264_is_encoded_anew(codec: str, kind: str, pixels: str, tmp_path: Path) -> None:
    path = noisy_video(tmp_path / "in", kind, codec, pixels, **({"b": "4000000"} if codec != "libx264" else {}))
    clip = read_clip(path)
    with path.open("rb") as file, pytest.raises(NotRemuxable):
        remux(file, clip.frame_times, tmp_path / "x.mp4")
    assert not (tmp_path / "x.mp4").exists()
    result = released(path, tmp_path / "out")
    assert result.report.pixels == "h264_again"
    check_container((tmp_path / "out" / "scan.mp4").read_bytes())


def test_a_turned_picture_is_encoded_upright(tmp_path: Path) -> None:
    path = noisy_video(tmp_path / "in")
    raw = path.read_bytes()
    at = raw.index(b"tkhd") + 4 + 40
    quarter = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 0, 0, 1 << 30)
    path.write_bytes(raw[:at] + quarter + raw[at + 36 :])
    clip = read_clip(path)
    assert (clip.rows, clip.columns) == (COLUMNS, ROWS)
    turned = Kept(
        (((0.0, 0.0), (ROWS - 1.0, 0.0), (ROWS - 1.0, COLUMNS - 1.0), (0.0, COLUMNS - 1.0)),), (Witness.DRAWN,)
    )
    result = deidentify(path, clip, turned, KEY, tmp_path / "out", text_accepted=True)
    assert result.report.pixels == "h264_again"
    after = read_clip(tmp_path / "out" / "scan.mp4")
    assert (after.rows, after.columns) == (COLUMNS, ROWS)
    assert np.abs(after.keyframes.astype(int) - clip.keyframes).mean() < 3


def test_a_copy_that_looks_otherwise_is_not_believed(tmp_path: Path) -> None:
    path = noisy_video(tmp_path / "in", bf="0")
    with path.open("rb") as file, pytest.raises(NotRemuxable):
        remux(file, (*TIMES, 0.6), tmp_path / "x.mp4")
    with path.open("rb") as file, pytest.raises(NotRemuxable):
        remux(file, TIMES[:-1], tmp_path / "x.mp4")
    assert not (tmp_path / "x.mp4").exists()


@pytest.mark.parametrize(
    ("syntax", "kept", "kind"),
    [
        ("102", "102", "mp4"),
        ("102.1", "102", "mpegts"),
        ("103", "102", "mpegts"),
        ("104", "104", "h264"),
        ("106", "102", "mp4"),
    ],
)
def test_a_video_in_dicom_is_copied_too(syntax: str, kept: str, kind: str, tmp_path: Path) -> None:
    stream = noisy_video(tmp_path / "in.video", kind, bf="0").read_bytes()
    data_set = encapsulated(cine(frames(len(TIMES)), FrameTime="40"), [stream], f"1.2.840.10008.1.2.4.{syntax}")
    data_set.PhotometricInterpretation = "YBR_PARTIAL_420"
    path = written(data_set, tmp_path)
    result = released(path, tmp_path / "out")
    assert result.report.pixels == ("h264_again" if syntax == "106" else "untouched")
    found = dcmread(tmp_path / "out" / "scan.dcm")
    assert found.file_meta.TransferSyntaxUID == f"1.2.840.10008.1.2.4.{kept}"
    (inner,) = generate_frames(found.PixelData, number_of_frames=1)
    at = 0
    while at + 8 <= len(inner):
        at += int.from_bytes(inner[at : at + 4], "big")
    assert inner[at:] in (b"", b"\0")
    check_container(inner[:at])
    if syntax != "106":
        for (_, one), (_, two) in zip(pictures(stream), pictures(inner), strict=True):
            np.testing.assert_array_equal(one, two)
    with open_scan(path) as before, open_scan(tmp_path / "out" / "scan.dcm") as after:
        times = [[frame.seconds for frame in scan.frames()] for scan in (before, after)]
    np.testing.assert_allclose(times[0], times[1], atol=1e-6)


def test_frames_that_an_edit_list_hides_stay_hidden(tmp_path: Path) -> None:
    path = noisy_video(tmp_path / "in", bf="0")
    raw = path.read_bytes()
    edit = box(b"elst", struct.pack(">IIIII", 0, 1, 400, 1760, 1 << 16))  # begins 0.11 s into the stream
    at = raw.index(b"mdia") - 4
    head = box(b"edts", edit)
    if b"edts" in raw:
        start = raw.index(b"edts") - 4
        end = start + int.from_bytes(raw[start : start + 4], "big")
        raw, at = raw[:start] + raw[end:], start
    grown = bytearray(raw[:at] + head + raw[at:])
    moov, trak = grown.index(b"moov") - 4, grown.index(b"trak") - 4
    before = path.read_bytes()
    delta = len(grown) - len(before)
    for where in (moov, trak):
        grown[where : where + 4] = (int.from_bytes(grown[where : where + 4], "big") + delta).to_bytes(4, "big")
    path.write_bytes(grown)
    clip = read_clip(path)
    assert clip.frames < len(TIMES)
    released(path, tmp_path / "out")
    after = read_clip(tmp_path / "out" / "scan.mp4")
    np.testing.assert_allclose(after.frame_times, clip.frame_times, atol=1e-6)
    assert np.abs(after.keyframes.astype(int) - clip.keyframes).mean() < 3
