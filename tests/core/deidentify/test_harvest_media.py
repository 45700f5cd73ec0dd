"""What a video or a picture says beside what it shows is known before it is cleaned, so that it can be sought after."""

import io
import struct
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from pipeline.deidentify.harvest import identifiers_of_picture
from pipeline.deidentify.harvest_media import texts_of_code_streams
from pipeline.deidentify.write_dicom import write_dicom
from pipeline.deidentify.written import constants
from pipeline.reading import read_clip
from tests.core.deidentify.scenes import KEY, SECTOR, frames, with_segments, written
from tests.core.deidentify.test_release_video import tagged_video
from tests.core.deidentify.test_remux import box, elementary, noisy_video, with_attachment, with_units
from tests.core.reading.written import cine, encapsulated


def sought_in(path: Path) -> tuple[str, ...]:
    return identifiers_of_picture(path, constants()).sought


def check(path: Path, *texts: str) -> None:
    sought = sought_in(path)
    for text in texts:
        assert any(text.lower() in found for found in sought), text


def test_boxes_of_every_kind_and_bytes_behind_them(tmp_path: Path) -> None:
    tagged_video(tmp_path / "in")
    raw = (tmp_path / "in").read_bytes()
    raw += box(b"uuid", bytes(16) + b"UUID MBEKI 12") + box(b"free", b"SLACK MBEKI 11")
    raw += box(b"udta", box(b"XMP_", b"XMP MBEKI 13") + box(b"\xa9xyz", b"\0\x12\0\0+04.3217+015.3125/"))
    (tmp_path / "in").write_bytes(raw + b"TRAILING MBEKI 10")
    check(tmp_path / "in", "UUID MBEKI 12", "SLACK MBEKI 11", "XMP MBEKI 13", "TRAILING MBEKI 10", "HANDLER MBEKI 5")
    check(tmp_path / "in", "CHAPTER MBEKI 7", "MBEKI 4471", "20130411", "04.3217")


def test_an_attachment_of_matroska(tmp_path: Path) -> None:
    tagged_video(tmp_path / "in.mp4")
    check(with_attachment(tmp_path / "in.mp4", tmp_path / "x"), "ATTACHED MBEKI 9", "MBEKI_20130411", "Salle 12 Bukavu")


def test_notes_inside_of_an_h264_stream(tmp_path: Path) -> None:
    note = b"\x06\x05\x1a" + b"U" * 16 + b"SEI MBEKI 7\x80"
    (tmp_path / "x").write_bytes(with_units(elementary(tmp_path), note))
    check(tmp_path / "x", "SEI MBEKI 7")
    with av.open(str(tmp_path / "x")) as given, av.open(str(tmp_path / "y"), "w", format="mp4") as container:
        stream = container.add_stream_from_template(given.streams.video[0])
        for number, packet in enumerate(packet for packet in given.demux(video=0) if packet.size):
            packet.stream, packet.pts, packet.dts = stream, number * 40_000, number * 40_000
            container.mux_one(packet)
    check(tmp_path / "y", "SEI MBEKI 7")


def test_lists_and_junk_of_avi_and_user_data_of_mpeg_4(tmp_path: Path) -> None:
    raw = noisy_video(tmp_path / "x", "avi", "mpeg4").read_bytes()
    content = b"INFO" + struct.pack("<4sI", b"ISBJ", 14) + b"SUBJECT MBEKI\0"
    extra = struct.pack("<4sI", b"LIST", len(content)) + content + struct.pack("<4sI", b"JUNK", 12) + b"JUNK MBEKI 4"
    body = raw[8:] + extra
    body = body.replace(b"\0\0\1\xb6", b"\0\0\1\xb2USER MBEKI 3\0\0\1\xb6", 1)
    (tmp_path / "y").write_bytes(b"RIFF" + struct.pack("<I", len(body)) + body)
    check(tmp_path / "y", "SUBJECT MBEKI", "JUNK MBEKI 4")
    stream = noisy_video(tmp_path / "z", "mpegts", "mpeg2video").read_bytes()
    assert b"MBEKI" not in stream
    check(tmp_path / "y", "USER MBEKI 3")


def test_chunks_of_png(tmp_path: Path) -> None:
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", "MBEKI 99 BUKAVU")
    notes.add_text("Zipped", "WAMBA ZIPPED 1", zip=True)
    notes.add_itxt("Author", "Josée Wamba", "fr", "Auteur", zip=True)
    picture = Image.fromarray(frames(1)[0])
    exif = picture.getexif()
    exif[0x9003], exif[0x013B] = "2013:04:11 09:37:11", "ARTIST MBEKI"
    stream = io.BytesIO()
    picture.save(stream, "PNG", pnginfo=notes, exif=exif)
    (tmp_path / "x").write_bytes(stream.getvalue() + b"BEHIND MBEKI")
    check(
        tmp_path / "x", "MBEKI 99 BUKAVU", "WAMBA ZIPPED 1", "Josée Wamba", "ARTIST MBEKI", "20130411", "BEHIND MBEKI"
    )


def test_segments_of_jpeg_and_bytes_behind_it(tmp_path: Path) -> None:
    _, encoded = cv2.imencode(".jpg", frames(1)[0])
    raw = with_segments(encoded.tobytes(), b"COMMENT MBEKI 81", b"Exif\0\0 THANDI 82 2013:04:11") + b"BEHIND MBEKI"
    (tmp_path / "x").write_bytes(raw)
    check(tmp_path / "x", "COMMENT MBEKI 81", "THANDI 82", "20130411", "BEHIND MBEKI")


@pytest.mark.parametrize("kind", ["TIFF", "GIF"])
def test_tags_of_other_pictures(kind: str, tmp_path: Path) -> None:
    options = {"TIFF": {"description": "MBEKI THANDI 5"}, "GIF": {"comment": b"MBEKI THANDI 5"}}[kind]
    Image.fromarray(frames(1, colour=False)[0]).save(tmp_path / "x", kind, **options)
    check(tmp_path / "x", "MBEKI THANDI 5")


def test_a_picture_itself_is_no_text(tmp_path: Path) -> None:
    noise = np.random.default_rng(3).integers(32, 127, (200, 300, 3)).astype(np.uint8)  # printable bytes
    Image.fromarray(noise).save(tmp_path / "x", "PNG", compress_level=0)
    assert len((tmp_path / "x").read_bytes()) > noise.size
    assert [text for text in sought_in(tmp_path / "x") if text not in str(tmp_path).lower()] == []


def test_code_streams_inside_of_dicom(tmp_path: Path) -> None:
    picture = frames(1)[0]
    jpeg = (
        with_segments(cv2.imencode(".jpg", picture)[1].tobytes(), b"COMMENT MBEKI 81", b"Exif THANDI 82") + b"BEHIND 5"
    )
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "JPEG2000", no_jp2=True, comment="COMMENT MBEKI 83")
    video = with_units(elementary(tmp_path), b"\x06\x05\x1a" + b"U" * 16 + b"SEI MBEKI 7\x80")
    cases = [
        (jpeg, "1.2.840.10008.1.2.4.50", ("COMMENT MBEKI 81", "Exif THANDI 82", "BEHIND 5")),
        (stream.getvalue(), "1.2.840.10008.1.2.4.90", ("COMMENT MBEKI 83",)),
        (video, "1.2.840.10008.1.2.4.102", ("SEI MBEKI 7",)),
    ]
    for content, syntax, texts in cases:
        data_set = encapsulated(cine(frames(8 if content is video else 1)), [content], syntax)
        found = list(texts_of_code_streams(written(data_set, tmp_path)))
        for text in texts:
            assert any(text in one for one in found), text


@pytest.mark.parametrize("fragments", [False, True])
def test_what_a_code_stream_says_reaches_the_search(fragments: bool, tmp_path: Path) -> None:  # noqa: FBT001
    data_set = cine(frames(1), PatientID="REC-7741902")
    if fragments:
        jpeg = with_segments(cv2.imencode(".jpg", frames(1)[0])[1].tobytes(), b"REC-5550001")
        encapsulated(data_set, [jpeg], "1.2.840.10008.1.2.4.50")
    path = written(data_set, tmp_path)
    found = write_dicom(path, read_clip(path), SECTOR.mask(240, 320), KEY, tmp_path).identifiers.sought
    assert ("rec-5550001" in found) == fragments
