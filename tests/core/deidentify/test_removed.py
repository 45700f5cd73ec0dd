"""What a scan lost is counted by class: header of a DICOM file, container of a video, segments of a picture."""

from pathlib import Path

import cv2
import numpy as np
import pytest
import simplejpeg
from PIL import Image, PngImagePlugin
from pydicom import Dataset

from pipeline.deidentify.header import Picture, clean_header
from pipeline.deidentify.identifiers import Identifiers, appears, printed
from pipeline.deidentify.removed import removed_from_header
from pipeline.deidentify.removed_media import removed_from_media
from pipeline.deidentify.report import REMOVED
from pipeline.deidentify.written import constants
from tests.core.deidentify.scenes import KEY, frames, planted, planted_cine, with_segments
from tests.core.deidentify.test_release_video import TAGS, tagged_video
from tests.core.reading.written import cine

PICTURE = Picture(240, 320, 3, "RGB", "1.2.840.10008.1.2.1", (0.0, 0.04, 0.08, 0.12))


def removed(**values: object) -> dict[str, int]:
    source = cine(frames(1), **values)
    source.file_meta.clear()
    header = clean_header(source, "0" * 64, KEY, Identifiers(frozenset()), PICTURE)
    nothing = clean_header(cine(frames(1)), "0" * 64, KEY, Identifiers(frozenset()), PICTURE).removed
    return {name: header.removed[name] - nothing.get(name, 0) for name in header.removed if
            header.removed[name] > nothing.get(name, 0)}  # fmt: skip


def item(**values: object) -> Dataset:
    made = Dataset()
    for keyword, value in values.items():
        setattr(made, keyword, value)
    return made


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"ReferringPhysicianName": "Mbeki^T", "OperatorsName": "Wamba"}, {"names": 2}),
        ({"AccessionNumber": "471", "InstitutionName": "Goma"}, {"identifiers": 1, "places": 1}),
        ({"StudyDescription": "abdomen of Mbeki 471"}, {"free_text": 3}),
        ({"SeriesDescription": "rein gauche"}, {}),
        ({"PatientAge": "067Y", "PatientWeight": "71"}, {"ages_banded": 2}),
        ({"SeriesDate": "20130411", "SeriesTime": "0937"}, {"dates_shifted": 1, "dates": 1}),
        ({"DeviceSerialNumber": "S1", "SoftwareVersions": "4.0"}, {"device": 2}),
        ({"PatientTelephoneNumbers": "471", "EthnicGroup": "x"}, {"identifiers": 1, "places": 1}),
        ({"ReferencedImageSequence": [item(ReferencedSOPInstanceUID="1.2.3")]}, {"references": 1, "uids": 1}),
        ({"IconImageSequence": [item(Rows=8)]}, {"icons": 1}),
        ({"HeartRate": "61"}, {}),
        ({"HeartRate": "77419"}, {"other": 1}),
        ({"StudyDescription": ""}, {}),
    ],
)
def test_a_header_is_counted_by_class(values: dict[str, object], expected: dict[str, int]) -> None:
    assert removed(**values) == expected


def test_every_planted_class_is_counted_and_nothing_of_it_is_quoted(tmp_path: Path) -> None:
    source = cine(frames(1), FrameTime="40")
    marks = planted(source)
    counts = removed_from_header(source, Dataset())
    assert set(counts) <= set(REMOVED)
    assert min(counts.values()) > 0
    assert sum(counts.values()) > len(marks)
    assert {"overlays", "curves", "private", "icons", "padding", "preamble", "file_meta", "unknown"} <= set(counts)


def test_a_video_is_counted_by_class(tmp_path: Path) -> None:
    path = tmp_path / "x.mp4"
    tagged_video(path)
    counts = removed_from_media(path)
    kept_by_muxer = {"tags": counts.pop("tags"), "location": counts.pop("location")}
    assert counts == {"sound": 1, "subtitles": 1, "chapters": 1, "tracks": 1, "encoder": 1}  # chapters have a track
    assert kept_by_muxer["location"] == 1
    assert len(TAGS) + 1 <= kept_by_muxer["tags"] <= len(TAGS) + 6  # two handlers; each track has a time of its own


def test_a_picture_is_counted_by_class(tmp_path: Path) -> None:
    jpeg = tmp_path / "x.jpg"
    exif = Image.Exif()
    exif[0x010F], exif[0x8825] = "MBEKI", {1: "N", 2: (4.0, 19.0, 18.0)}
    Image.fromarray(frames(1)[0]).save(jpeg, exif=exif)
    assert removed_from_media(jpeg) == {"location": 1, "tags": 2, "segments": 1}
    jpeg.write_bytes(with_segments(simplejpeg.encode_jpeg(np.ascontiguousarray(frames(1)[0])), b"MBEKI", b"x"))
    assert removed_from_media(jpeg) == {"tags": 1, "segments": 2}
    png, text = tmp_path / "x.png", PngImagePlugin.PngInfo()
    text.add_text("Author", "Mbeki")
    text.add_text("Comment", "471")
    Image.fromarray(frames(1)[0]).save(png, pnginfo=text)
    assert removed_from_media(png) == {"tags": 2}


def test_a_picture_that_says_nothing_loses_nothing(tmp_path: Path) -> None:
    plain = tmp_path / "x.png"
    cv2.imwrite(str(plain), frames(1)[0])
    assert removed_from_media(plain) == {}


def test_a_dicom_file_is_no_media(tmp_path: Path) -> None:
    path, _ = planted_cine(tmp_path)
    with pytest.raises(ValueError, match="removed_from_header"):
        removed_from_media(path)


def test_a_thumbnail_in_the_input_withholds_nothing(tmp_path: Path) -> None:
    thumbnail = simplejpeg.encode_jpeg(np.ascontiguousarray(frames(1)[0][:64, :64]))
    found = Identifiers(frozenset(printed(thumbnail)), constants()).needles(among_pixels=True)
    assert not appears(found, memoryview(simplejpeg.encode_jpeg(np.ascontiguousarray(frames(1, seed=2)[0]))))
