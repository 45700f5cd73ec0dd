"""Outside the outline a JPEG is black and says nothing; the blocks inside are those of the source."""

import io
import struct

import cv2
import numpy as np
import pytest
import simplejpeg
from hypothesis import given, reject, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image

from pipeline.deidentify.jpeg_blocks import GROWTH, Blanking, blank, blocks_of
from pipeline.deidentify.jpeg_coefficients import Transformer, library
from pipeline.deidentify.jpeg_segments import Unblankable, check_bare, geometry_of
from pipeline.deidentify.masking import grown
from pipeline.reading.jpeg import with_true_colours
from tests.core.deidentify.scenes import found_in, with_segments

Pixels = NDArray[np.uint8]

SPANS = {"444": (1, 1), "422": (2, 1), "420": (2, 2), "440": (1, 2), "411": (4, 1), "Gray": (1, 1)}


def fan(rows: int, columns: int) -> NDArray[np.bool_]:
    corners = np.array([(0.44, 0.1), (0.56, 0.1), (0.9, 0.8), (0.5, 0.95), (0.1, 0.8)]) * (columns, rows)
    return polygon(rows, columns, corners)


def polygon(rows: int, columns: int, corners: NDArray[np.float64]) -> NDArray[np.bool_]:
    canvas = np.zeros((rows, columns), np.uint8)
    cv2.fillPoly(canvas, [corners.astype(np.int32)], 1)
    return canvas.astype(bool)


def speckle(rows: int, columns: int, seed: int = 1) -> Pixels:
    """Return coloured speckle all over the picture: nothing of it is black by itself."""
    rng = np.random.default_rng(seed)
    picture = cv2.GaussianBlur(rng.rayleigh(70, (rows, columns, 3)), (0, 0), 1.2)
    return np.clip(picture, 20, 255).astype(np.uint8)


def encoded(pixels: Pixels, quality: int = 85, sampling: str = "422", restart: int = 0) -> bytes:
    """Return the JPEG that OpenCV makes of RGB pixels."""
    factors = {"444": 0x111111, "422": 0x211111, "420": 0x221111, "440": 0x121111, "411": 0x411111, "Gray": 0}[sampling]
    options = [cv2.IMWRITE_JPEG_QUALITY, quality, cv2.IMWRITE_JPEG_RST_INTERVAL, restart]
    if factors:
        options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, factors]
    source = pixels[:, :, ::-1] if factors else cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    return bytes(cv2.imencode(".jpg", np.ascontiguousarray(source), options)[1])


def decodings(jpeg: bytes) -> list[Pixels]:
    """Return what simplejpeg and Pillow show, both with smooth chroma."""
    with Image.open(io.BytesIO(jpeg)) as image:
        pillow = np.asarray(image.convert("RGB"))
    return [np.asarray(simplejpeg.decode_jpeg(jpeg, "RGB")), pillow]


def luminance(jpeg: bytes) -> Pixels:
    return np.asarray(simplejpeg.decode_jpeg(jpeg, "GRAY"))[:, :, 0]


def planes(jpeg: bytes) -> Pixels:
    """Return luminance and colour differences as Pillow decodes them, without any change of colours."""
    with Image.open(io.BytesIO(jpeg)) as image:
        image.draft("YCbCr", image.size)
        return np.asarray(image)


def coefficients(jpeg: bytes) -> list[NDArray[np.int16]]:
    geometry = geometry_of(jpeg)
    empty = [
        np.empty((-(-geometry.rows // (8 * part.down)), -(-geometry.columns // (8 * part.across)), 64), np.int16)
        for part in geometry.components
    ]
    Transformer().changed(jpeg, empty, lambda: None)
    return empty


def test_the_library_is_there() -> None:
    assert library() is not None


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_blocks_inside_are_kept_and_beyond_the_margin_all_is_black(data: st.DataObject) -> None:
    sampling = data.draw(st.sampled_from(sorted(SPANS)))
    rows, columns = data.draw(st.integers(17, 90)), data.draw(st.integers(17, 110))
    quality, restart = data.draw(st.integers(5, 100)), data.draw(st.sampled_from([0, 0, 1, 3, 7]))
    place = st.tuples(st.integers(-10, columns + 10), st.integers(-10, rows + 10))
    mask = polygon(rows, columns, np.array(data.draw(st.lists(place, min_size=3, max_size=7)), np.float64))
    source = encoded(speckle(rows, columns, data.draw(st.integers(0, 99))), quality, sampling, restart)
    try:
        written = blank(source, mask)
    except Unblankable as refusal:  # in so small a picture the cut blocks of a jagged outline can be most of it
        if str(refusal) != "grows":
            raise
        reject()
    geometry = geometry_of(written)
    assert geometry == geometry_of(source)
    assert (geometry.components[-1].across, geometry.components[-1].down) == SPANS[sampling]
    assert written == blank(source, mask)
    assert len(written) <= max(len(source) * GROWTH, len(source) + 64)
    outside = ~grown(mask, geometry.margin)
    for shown in decodings(written):
        assert shown.shape[:2] == mask.shape
        assert not shown[outside].any()
    for number, (before, after) in enumerate(zip(coefficients(source), coefficients(written), strict=True)):
        kept = blocks_of(mask, geometry.components[number])
        whole, some = kept.all(axis=2), kept.any(axis=2)
        np.testing.assert_array_equal(after[whole], before[whole])
        assert not after[~some][:, 1:].any()
        assert (after[~some][:, 0] < 0).all() if number == 0 else not after[~some].any()
    blocks = blocks_of(mask, geometry.components[0]).all(axis=2).repeat(8, axis=0).repeat(8, axis=1)[:rows, :columns]
    np.testing.assert_array_equal(luminance(written)[blocks], luminance(source)[blocks])


@pytest.mark.parametrize("sampling", ["444", "422", "420", "440"])
def test_colours_are_the_same_where_no_cut_block_is_near(sampling: str) -> None:
    mask = fan(240, 320)
    source = encoded(speckle(240, 320), 85, sampling)
    written = blank(source, mask)
    clear = ~grown(~mask, geometry_of(source).margin + 2)  # no crossed block, nor a sample that is mixed with its own
    assert clear.sum() > 5000
    np.testing.assert_array_equal(planes(written)[clear], planes(source)[clear])
    for before, after in zip(decodings(source), decodings(written), strict=True):
        np.testing.assert_array_equal(after[clear], before[clear])


@pytest.mark.parametrize("sampling", ["444", "420", "Gray"])
@pytest.mark.parametrize(("quality", "brightest"), [(50, 70), (75, 50), (90, 25), (95, 12), (100, 3)])
@pytest.mark.parametrize("colour", [(255, 255, 255), (255, 40, 40)])
def test_strokes_next_to_the_outline_are_gone(
    sampling: str, quality: int, brightest: int, colour: tuple[int, int, int]
) -> None:
    mask = fan(240, 320)
    beside = grown(mask, 8) & ~mask
    strokes = beside & (np.arange(240) % 3 == 0)[:, None]  # as thin as letters, from one pixel off the outline
    picture = np.where(mask[:, :, None], speckle(240, 320).max(axis=2, keepdims=True), 0).repeat(3, axis=2)
    written = blank(encoded(np.where(strokes[:, :, None], colour, picture).astype(np.uint8), quality, sampling), mask)
    shown = luminance(written)
    assert shown[~mask].max() <= brightest
    assert np.mean(shown[beside] > 40) < 0.003
    # what is left rings along the outline, it does not follow the strokes
    assert abs(np.corrcoef(shown[beside].astype(float), strokes[beside])[0, 1]) < 0.08


def test_colour_from_beside_the_outline_does_not_shine_in() -> None:
    picture = np.full((64, 96, 3), 128, np.uint8)
    picture[:, :33] = (255, 0, 0)  # the colour sample of columns 32 and 33 is half red
    mask = np.zeros((64, 96), bool)
    mask[:, 33:] = True
    source = encoded(picture, 100, "420")
    assert planes(source)[:, 32:34, 2].min() > 150
    assert np.abs(planes(blank(source, mask))[:, :, 1:].astype(int) - 128).max() <= 2
    assert blank(source, mask) != source


def test_no_segment_of_the_source_and_no_trailer_survives() -> None:
    marks = [b"COMMENT MBEKI 81", b"Exif\0\0 THANDI 82", b"http://ns.adobe.com/xap/1.0/ KIVU 83"]
    plain = encoded(speckle(96, 128), 80, "420", 2)
    source = with_segments(plain, *marks) + b"TRAILER MBEKI 84"
    written = blank(source, fan(96, 128))
    assert found_in(source, ["MBEKI 81", "THANDI 82", "KIVU 83", "MBEKI 84"]) != []
    assert found_in(written, ["MBEKI", "THANDI", "KIVU", "Exif", "adobe"]) == []
    assert written == blank(plain, fan(96, 128))
    assert written.endswith(b"\xff\xd9")
    check_bare(written)
    with pytest.raises(Unblankable, match="a segment too many"):
        check_bare(with_segments(written, b"x"))


def test_the_density_that_a_source_states_is_not_taken_along() -> None:
    plain = encoded(speckle(48, 64))
    assert plain[6:10] == b"JFIF"
    marked = plain[:13] + struct.pack(">BHH", 2, 1951, 829) + plain[18:]
    assert blank(marked, fan(48, 64)) == blank(plain, fan(48, 64))


def test_pictures_coded_in_red_green_and_blue_are_black_and_not_green() -> None:
    picture = speckle(80, 96)
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, "JPEG", quality=90, subsampling=0, keep_rgb=True)
    source, mask = buffer.getvalue(), fan(80, 96)
    assert geometry_of(source).is_rgb
    written = blank(source, mask)
    assert geometry_of(written).is_rgb
    for before, shown in zip(decodings(source), decodings(written), strict=True):
        assert not shown[~grown(mask, 8)].any()
        assert np.abs(shown.astype(int) - before)[~grown(~mask, 8)].max() == 0


def test_the_header_of_dicom_decides_where_the_frame_does_not_say() -> None:
    buffer = io.BytesIO()
    Image.fromarray(speckle(80, 96)).save(buffer, "JPEG", quality=90, subsampling=0, keep_rgb=True)
    bare = buffer.getvalue().replace(b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00", b"")
    at = bare.index(b"\xff\xc0") + 10
    unnamed = bytearray(bare)
    unnamed[at], unnamed[at + 3], unnamed[at + 6] = 1, 2, 3
    scan = bytes(unnamed).index(b"\xff\xda") + 5
    unnamed[scan], unnamed[scan + 2], unnamed[scan + 4] = 1, 2, 3
    source, mask = bytes(unnamed), fan(80, 96)
    assert not geometry_of(with_true_colours(source, "YBR_FULL")).is_rgb
    written = blank(with_true_colours(source, "RGB"), mask)
    for shown in decodings(written):
        assert not shown[~grown(mask, 8)].any()
        assert shown[grown(mask, 0)].std(axis=0).min() > 5


def test_all_inside_changes_no_coefficient_and_all_outside_leaves_none() -> None:
    source = encoded(speckle(50, 70), 90, "420")
    everything = blank(source, np.ones((50, 70), bool))
    for before, after in zip(coefficients(source), coefficients(everything), strict=True):
        np.testing.assert_array_equal(before, after)
    nothing = decodings(blank(source, np.zeros((50, 70), bool)))
    assert not any(shown.any() for shown in nothing)


def altered(jpeg: bytes, marker: int, at: int, value: int) -> bytes:
    """Return the JPEG with one byte of the segment changed."""
    start = jpeg.index(bytes((0xFF, marker)))
    changed = bytearray(jpeg)
    changed[start + at] = value
    return bytes(changed)


def refused() -> dict[str, bytes]:
    good = encoded(speckle(48, 64))
    progressive, cmyk = io.BytesIO(), io.BytesIO()
    Image.fromarray(speckle(48, 64)).save(progressive, "JPEG", progressive=True)
    Image.fromarray(speckle(48, 64)).convert("CMYK").save(cmyk, "JPEG")
    return {
        "progressive": progressive.getvalue(),
        "four planes": cmyk.getvalue(),
        "12 bit": altered(good, 0xC0, 4, 12),
        "arithmetic": altered(good, 0xC0, 1, 0xC9),
        "lossless": altered(good, 0xC0, 1, 0xC3),
        "no table": altered(good, 0xC0, 12, 7),
        "no sampling": altered(good, 0xC0, 11, 0x01),
        "another size": altered(good, 0xC0, 6, 49),
        "a quantiser of zero": altered(good, 0xDB, 5, 0),
        "not a JPEG": b"\x89PNG",
        "cut in its header": good[:200],
        "empty": b"",
    }


@pytest.mark.parametrize("case", sorted(refused()))
def test_what_is_not_plain_baseline_is_refused(case: str) -> None:
    with pytest.raises(Unblankable):
        blank(refused()[case], fan(48, 64))


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_damaged_frame_is_refused_or_black_outside(data: st.DataObject) -> None:
    mask = fan(64, 80)
    source = bytearray(with_segments(encoded(speckle(64, 80), 80, "420", 2), b"COMMENT MBEKI 81"))
    for _ in range(data.draw(st.integers(1, 4))):
        source[data.draw(st.integers(2, len(source) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(len(source) // 2, len(source)))
    try:
        written = blank(bytes(source[:cut]), mask)
    except Unblankable:
        return
    check_bare(written)
    assert b"MBEKI" not in written
    for shown in decodings(written):  # both raise on anything that is not whole
        assert not shown[~grown(mask, geometry_of(written).margin)].any()


def test_one_blanking_serves_frames_of_other_tables_and_samplings() -> None:
    mask = fan(96, 128)
    blanking = Blanking(mask)
    for quality, sampling in ((30, "420"), (90, "420"), (90, "444"), (30, "420"), (60, "Gray")):
        source = encoded(speckle(96, 128), quality, sampling)
        assert blanking.blank(source) == blank(source, mask)
    first = geometry_of(encoded(speckle(96, 128), 30, "420"))
    blanking.blank(encoded(speckle(96, 128), 90, "420"), like=first)
    with pytest.raises(Unblankable, match="another sampling"):
        blanking.blank(encoded(speckle(96, 128), 30, "444"), like=first)
