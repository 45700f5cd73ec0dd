"""Traps that real and hostile files set: nesting, bombs, lying lengths, lists of other files."""

import gzip
import struct
import tempfile
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.uid import DeflatedExplicitVRLittleEndian

from pipeline.errors import NotAScan, Rejected
from pipeline.reading import kind_of, open_scan, read_clip, read_dataset
from pipeline.received import Kind
from tests.core.reading.written import cine, compressed, encapsulated, saved
from tests.real_files import pydicom_example

FRAMES = np.arange(6 * 16 * 24, dtype=np.uint64).reshape(6, 16, 24).astype(np.uint8)
BEGINNINGS = [b"", bytes(128) + b"DICM", b"RIFF....AVI ", b"\xff\xd8\xff", b"\0\0\0\x18ftypisom"]
JPEG = "1.2.840.10008.1.2.4.50"


def reason(path: Path) -> str:
    with pytest.raises(Rejected) as caught:
        read_clip(path)
    return caught.value.code


def body_of(whole: bytes) -> int:
    """Return where the data set begins behind its file meta information."""
    return 144 + int.from_bytes(whole[140:144], "little")


def test_nesting_deeper_than_the_stack(tmp_path: Path) -> None:
    item = b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    path = tmp_path / "deep.dcm"
    head = pydicom_example("examples_rgb_color.dcm").read_bytes()
    path.write_bytes(head[: body_of(head)] + item * 5000)
    with pytest.raises(Rejected) as caught:
        read_dataset(path)
    assert caught.value.code in {"damaged", "truncated"}


@pytest.mark.parametrize(
    ("header", "code"),
    [
        ({"Rows": 60000, "Columns": 60000}, "too_large"),
        ({"Rows": 0}, "damaged"),
        ({"Rows": 17}, "frames_missing"),
        ({"Rows": 16 * 7}, "size_mismatch"),
        ({"NumberOfFrames": 100_000}, "frames_missing"),
        ({"BitsAllocated": 32, "BitsStored": 32}, "unsupported_syntax"),
        ({"Modality": "CT", "SOPClassUID": "1.2.840.10008.5.1.4.1.1.2"}, "not_ultrasound"),
    ],
)
def test_headers_that_lie(header: dict[str, object], code: str, tmp_path: Path) -> None:
    assert reason(saved(cine(FRAMES, **header), tmp_path)) == code


def test_a_deflated_bomb_is_refused_before_it_is_inflated(tmp_path: Path) -> None:
    data_set = cine(FRAMES, Rows=16384, Columns=16384)
    data_set.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    path = saved(data_set, tmp_path)
    whole = path.read_bytes()
    start = whole.index(DeflatedExplicitVRLittleEndian.encode()) + len(DeflatedExplicitVRLittleEndian)
    body = zlib.decompressobj(-zlib.MAX_WBITS)
    offset = next(i for i in range(start, start + 64) if _inflates(whole[i:]))
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    bomb = engine.compress(body.decompress(whole[offset:])) + engine.compress(bytes(64 << 20)) + engine.flush()
    path.write_bytes(whole[:offset] + bomb)
    tracemalloc.start()
    try:
        assert reason(path) == "too_large"
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


def _inflates(data: bytes) -> bool:
    try:
        return len(zlib.decompressobj(-zlib.MAX_WBITS).decompress(data)) > 100
    except zlib.error:
        return False


def test_a_picture_bomb_is_refused_before_it_is_decoded(tmp_path: Path) -> None:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    head = struct.pack(">IIBBBBB", 40_000, 40_000, 8, 2, 0, 0, 0)
    path = tmp_path / "bomb.png"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(1000))))
    assert reason(path) == "too_large"


def test_run_lengths_that_unpack_to_more_or_less_than_the_picture(tmp_path: Path) -> None:
    bomb = struct.pack("<16I", 1, 64, *[0] * 14) + b"\x81\x00" * 5000
    short = struct.pack("<16I", 1, 64, *[0] * 14) + b"\x81\x00"
    assert reason(saved(encapsulated(cine(FRAMES[:1]), [short], "1.2.840.10008.1.2.5"), tmp_path)) == "damaged"
    path = saved(encapsulated(cine(FRAMES[:1]), [bomb], "1.2.840.10008.1.2.5"), tmp_path)
    assert read_clip(path).keyframes.shape == (1, 16, 24)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "empty"),
        (gzip.compress(b"DICM" * 100, mtime=0), "archive"),
        (b"PK\x03\x04" + bytes(100), "archive"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n", "unknown_kind"),
        (b"ffconcat version 1.0\nfile /etc/hostname\n", "unknown_kind"),
        (b"NRRD0004\n" + bytes(400), "unknown_kind"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>" * 20, "unknown_kind"),
    ],
)
def test_what_is_no_scan(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "scan.mp4"
    path.write_bytes(content)
    with pytest.raises(NotAScan) as caught:
        kind_of(path)
    assert caught.value.code == code


def test_dicom_is_recognised_without_its_preamble(tmp_path: Path) -> None:
    whole = pydicom_example("examples_rgb_color.dcm").read_bytes()
    path = tmp_path / "scan.jpg"
    for start in (132, body_of(whole)):
        path.write_bytes(whole[start:])
        assert kind_of(path) is Kind.DICOM
        assert np.array_equal(read_clip(path).proxy, read_clip(pydicom_example("examples_rgb_color.dcm")).proxy)


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=1, max_size=600), st.sampled_from([b"", bytes(128) + b"DICM", b"RIFF....AVI ", b"\xff\xd8\xff"])
)
def test_any_bytes_are_answered(tail: bytes, head: bytes) -> None:
    with tempfile.NamedTemporaryFile() as file:
        file.write(head + tail)
        file.flush()
        with pytest.raises(Rejected):
            read_clip(Path(file.name))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_flipped_byte_is_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(FLIPPED[data.draw(st.sampled_from(sorted(FLIPPED)))])
    for _ in range(data.draw(st.integers(1, 5))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    with tempfile.NamedTemporaryFile() as file:
        file.write(whole)
        file.flush()
        try:
            assert read_clip(Path(file.name)).frames >= 1
        except Rejected as refusal:
            assert refusal.text.fr  # noqa: PT017


def _flipped() -> dict[str, bytes]:
    forms: dict[str, Callable[[], bytes]] = {}
    with tempfile.TemporaryDirectory() as folder:
        forms = {
            "raw": lambda: saved(cine(FRAMES), Path(folder)).read_bytes(),
            "rle": lambda: saved(compressed(FRAMES, "rle"), Path(folder)).read_bytes(),
            "palette": lambda: pydicom_example("ExplVR_BigEnd.dcm").read_bytes(),
        }
        return {name: make() for name, make in forms.items()}


FLIPPED = _flipped()


def test_frames_in_several_fragments_are_put_together(tmp_path: Path) -> None:
    source = pydicom_example("examples_ybr_color.dcm")
    with open_scan(source) as scan:
        streams = list(scan.encoded_frames())[:3]
        pixels = [frame.pixels for frame, _ in zip(scan.frames(), range(3), strict=False)]
    data_set = cine(np.stack(pixels), PhotometricInterpretation="YBR_FULL_422")
    encapsulated(data_set, streams, JPEG)
    for has_table in (True, False):
        data_set.PixelData = encapsulate(streams, fragments_per_frame=3, has_bot=has_table)
        with open_scan(saved(data_set, tmp_path)) as scan:
            assert list(map(len, scan.encoded_frames())) == [len(s) + len(s) % 2 for s in streams]
            assert all(np.array_equal(f.pixels, p) for f, p in zip(scan.frames(), pixels, strict=True))


@pytest.mark.parametrize("turn", [1, 3, 6, 8])
def test_pictures_are_turned_upright(turn: int, tmp_path: Path) -> None:
    upright = np.zeros((40, 80), np.uint8)
    upright[:20, :20] = 250
    stored = {1: upright, 3: np.rot90(upright, 2), 6: np.rot90(upright, 1), 8: np.rot90(upright, 3)}[turn]
    exif = Image.Exif()
    exif[0x0112] = turn
    path = tmp_path / "still.jpg"
    Image.fromarray(stored).save(path, quality=95, exif=exif)
    with open_scan(path) as scan:
        assert (scan.facts.rows, scan.facts.columns) == (40, 80)
        assert np.abs(next(scan.frames()).pixels.astype(int) - upright).max() < 16


@pytest.mark.parametrize("suffix", ["png", "bmp", "tiff", "gif"])
def test_pictures_without_loss(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"still.{suffix}"
    Image.fromarray(FRAMES[0]).save(path)
    clip = read_clip(path)
    assert clip.kind is Kind.STILL
    assert clip.frame_times == (0.0,)
    assert clip.frames_per_second is None
    assert np.array_equal(clip.keyframes[0], FRAMES[0])
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert reason(path) in {"truncated", "damaged"}


def test_an_animation_is_no_still(tmp_path: Path) -> None:
    path = tmp_path / "animation.gif"
    first, *others = (Image.fromarray(frame) for frame in FRAMES)
    first.save(path, save_all=True, append_images=others)
    assert reason(path) == "unsupported_syntax"
