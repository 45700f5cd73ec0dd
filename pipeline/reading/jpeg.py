"""What does a baseline JPEG frame show, with the colours that its maker meant?"""

from dataclasses import dataclass, field

import numpy as np
import simplejpeg

from pipeline.clip import Luminance
from pipeline.errors import Undecodable
from pipeline.reading.codestream import Stated, stated_by
from pipeline.reading.scan import Pixels

DCT = (0xC0, 0xC1, 0xC2)  # baseline, extended and progressive
_ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"


def is_fast(stated: Stated | None) -> bool:
    """Whether libjpeg-turbo decodes this frame: 8 bit DCT with one or three components."""
    return stated is not None and stated.bits == 8 and stated.components in (1, 3) and stated.process in DCT


@dataclass(eq=False)
class JpegPicture:
    """A JPEG frame, decoded as grey or RGB when asked. photometric: PhotometricInterpretation, empty when unknown."""

    data: bytes
    photometric: str
    seconds: float
    damaged: bool = False
    _grey: Luminance | None = field(default=None, repr=False)

    def luminance(self) -> Luminance:
        """Return (rows, columns) uint8."""
        if self._grey is None:
            self._grey = self._decoded("GRAY")[:, :, 0]
        return self._grey

    def pixels(self) -> Pixels:
        """Return (rows, columns) grey or (rows, columns, 3) RGB."""
        stated = stated_by(self.data)
        return self.luminance() if stated is not None and stated.components == 1 else self._decoded("RGB")

    def _decoded(self, colours: str) -> Pixels:
        data = with_true_colours(self.data, self.photometric)
        try:
            return np.asarray(simplejpeg.decode_jpeg(data, colours), np.uint8)
        except ValueError:
            self.damaged = True
        try:
            return np.asarray(simplejpeg.decode_jpeg(data, colours, strict=False), np.uint8)
        except ValueError:
            raise Undecodable("damaged") from None


def with_true_colours(data: bytes, photometric: str) -> bytes:
    """Return the frame with an Adobe segment where libjpeg would guess its colours otherwise than the header says.

    A JFIF or Adobe segment, or components named R, G, B, decide by themselves (as in libjpeg and pydicom 3);
    without them DICOM's PhotometricInterpretation does.
    """
    stated = stated_by(data)
    if stated is None or stated.components != 3 or stated.is_jfif or stated.adobe is not None:
        return data
    if stated.ids in (b"RGB", b"rgb"):
        return data if stated.ids == b"RGB" else data[:2] + _ADOBE + b"\x00" + data[2:]
    if not photometric:
        return data
    return data[:2] + _ADOBE + (b"\x00" if photometric == "RGB" else b"\x01") + data[2:]
