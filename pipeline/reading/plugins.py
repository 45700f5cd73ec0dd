"""What do the code streams hold that need a decoder of their own: JPEG lossless, JPEG-LS, JPEG 2000, RLE?"""

from typing import Any

import numpy as np
from PIL import Image
from pydicom.encaps import encapsulate
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import UID

from pipeline.errors import Undecodable
from pipeline.reading.codestream import Stated, stated_by
from pipeline.reading.dataset import MALFORMED_DICOM
from pipeline.reading.jpeg import DCT
from pipeline.reading.native import Layout, Samples, stored_bits

_RLE = "1.2.840.10008.1.2.5"
_JPEG_LS = ("1.2.840.10008.1.2.4.80", "1.2.840.10008.1.2.4.81")
_ANY = ""


def decoded_samples(data: bytes, layout: Layout, syntax: str) -> tuple[Samples, bool]:
    """Return the samples of one compressed frame, and whether they are RGB whatever the header says.

    Raises Undecodable (`damaged`; `unsupported_syntax` for JPEG of 12 bits, which no decoder here reads).
    """
    if syntax == _RLE:
        return _run_lengths(data, layout), False
    options: dict[str, Any] = {
        "rows": layout.rows,
        "columns": layout.columns,
        "number_of_frames": 1,
        "samples_per_pixel": layout.samples,
        "bits_allocated": layout.bits_allocated,
        "bits_stored": layout.bits_stored,
        "pixel_representation": int(layout.is_signed),
        "planar_configuration": int(layout.is_planar),
        "photometric_interpretation": layout.photometric,
        "pixel_keyword": "PixelData",
    }
    decoder, framed, stated = get_decoder(UID(syntax)), encapsulate([data]), stated_by(data)
    for plugin in _plugins(syntax, stated, layout):
        try:
            # raw: colours are converted in one place only, so that equal samples look equal in every syntax
            samples, described = decoder.as_array(framed, index=0, raw=True, decoding_plugin=plugin, **options)
        except MALFORMED_DICOM:
            continue
        return samples, str(described["photometric_interpretation"]) == "RGB"
    is_deep = stated is not None and stated.process in DCT and stated.bits > 8
    raise Undecodable("unsupported_syntax" if is_deep else "damaged")


def _plugins(syntax: str, stated: Stated | None, layout: Layout) -> tuple[str, ...]:
    """Return which decoders are asked: CharLS itself takes two thirds of the time that pydicom's first choice takes.

    It gives samples as wide as the code stream says, others as wide as the header does.
    """
    is_as_wide = stated is not None and (stated.bits > 8) == (layout.bits_allocated > 8)
    return ("pyjpegls", _ANY) if syntax in _JPEG_LS and is_as_wide else (_ANY,)


def _run_lengths(data: bytes, layout: Layout) -> Samples:
    """Decode RLE (PS3.5 annex G): a table of at most 15 offsets, then one PackBits segment per byte plane."""
    width = layout.bits_allocated // 8
    planes = layout.samples * width
    header = np.frombuffer(data[:64], "<u4")
    if len(header) < 16 or header[0] != planes:
        raise Undecodable("damaged")
    ends = [*header[2 : planes + 1].tolist(), len(data)]
    size = layout.rows * layout.columns
    stacked = np.empty((layout.samples, width, size), np.uint8)
    for plane, (start, end) in enumerate(zip(header[1 : planes + 1].tolist(), ends, strict=True)):
        stacked[plane // width, plane % width] = _unpacked(data[start:end], size)
    kind = "i" if layout.is_signed else "u"
    words = np.ascontiguousarray(np.moveaxis(stacked, 1, 2)).view(f">{kind}{width}")
    shaped = stored_bits(words, layout).reshape(layout.samples, layout.rows, layout.columns)
    return np.asarray(shaped[0]) if layout.samples == 1 else np.moveaxis(shaped, 0, 2)


def _unpacked(segment: bytes, size: int) -> Samples:
    """Unpack one segment; the whole plane is one line to Pillow, so that runs may cross rows."""
    try:
        line: Samples = np.asarray(Image.frombytes("L", (size, 1), segment, "packbits", "L"))
        return line.reshape(size)
    except MALFORMED_DICOM:
        raise Undecodable("damaged") from None
