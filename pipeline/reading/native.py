"""How are uncompressed or decompressed DICOM samples turned into 8 bit grey or RGB?"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.pixels.processing import apply_color_lut
from pydicom.uid import ExplicitVRLittleEndian

from pipeline.errors import Undecodable
from pipeline.reading.dataset import MALFORMED_DICOM
from pipeline.reading.regions import number, whole, words
from pipeline.reading.scan import Pixels

Samples = NDArray[Any]


@dataclass(frozen=True)
class Layout:
    """How the header says that samples stand in a frame (PS3.3 C.7.6.3)."""

    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    is_signed: bool
    is_planar: bool
    photometric: str
    high_bit: int = -1

    @property
    def is_subsampled(self) -> bool:
        """Whether two neighbours share their chroma (YBR_FULL_422, uncompressed)."""
        return self.photometric == "YBR_FULL_422" and self.samples == 3

    @property
    def frame_bytes(self) -> int:
        """Length of one uncompressed frame."""
        samples = 2 if self.is_subsampled else self.samples
        return self.rows * self.columns * samples * self.bits_allocated // 8


def layout_of(header: Dataset) -> Layout:
    """Return the layout; raises Undecodable (`damaged`, `unsupported_syntax`) when it makes no picture."""
    rows, columns = whole(header, "Rows") or 0, whole(header, "Columns") or 0
    samples = whole(header, "SamplesPerPixel") or 1
    allocated = whole(header, "BitsAllocated") or 0
    stored = whole(header, "BitsStored") or allocated
    if rows < 1 or columns < 1 or not 1 <= stored <= allocated:
        raise Undecodable("damaged")
    if allocated not in (8, 16) or samples not in (1, 3):
        raise Undecodable("unsupported_syntax")
    high = whole(header, "HighBit")
    return Layout(
        rows,
        columns,
        samples,
        allocated,
        stored,
        is_signed=whole(header, "PixelRepresentation") == 1,
        is_planar=whole(header, "PlanarConfiguration") == 1 and samples == 3,
        photometric=words(header, "PhotometricInterpretation").upper(),
        high_bit=high if high is not None and stored <= high + 1 <= allocated else stored - 1,
    )


def samples_of(data: bytes, layout: Layout, *, little_endian: bool) -> Samples:
    """Return the samples of one uncompressed frame as (rows, columns) or (rows, columns, 3)."""
    kind = "i" if layout.is_signed else "u"
    order = "<" if little_endian else ">"
    flat = stored_bits(np.frombuffer(data, np.dtype(f"{order}{kind}{layout.bits_allocated // 8}")), layout)
    if layout.is_subsampled:
        pairs = flat.reshape(layout.rows, layout.columns // 2, 4)
        chroma = np.repeat(pairs[:, :, 2:], 2, axis=1)
        return np.dstack([pairs[:, :, :2].reshape(layout.rows, -1), chroma])
    if layout.samples == 1:
        return flat.reshape(layout.rows, layout.columns)
    if layout.is_planar:
        return np.moveaxis(flat.reshape(3, layout.rows, layout.columns), 0, 2)
    return flat.reshape(layout.rows, layout.columns, 3)


def stored_bits(samples: Samples, layout: Layout) -> Samples:
    """Return the samples without the bits that do not belong to them, where old devices kept overlays, in native order.

    The highest stored bit is the sign where they are signed.
    """
    own = samples.astype(samples.dtype.newbyteorder("="), copy=False)
    if layout.bits_stored == layout.bits_allocated:
        return own
    above = layout.bits_allocated - 1 - layout.high_bit
    return np.asarray((own << above) >> (layout.bits_allocated - layout.bits_stored))


@dataclass(frozen=True, eq=False)
class Development:
    """Turns the samples of a frame into 8 bit grey or RGB by palette, window, inversion and colour space."""

    layout: Layout
    palette: Samples | None
    first: int
    slope: float
    intercept: float
    window: tuple[float, float] | None

    def develop(self, samples: Samples, *, is_rgb: bool = False) -> Pixels:
        """Return uint8 pixels; `is_rgb`: the decoder has converted YBR already."""
        if self.palette is not None:
            return np.asarray(shown_palette(self.palette)[self.entries(samples)], np.uint8)
        if samples.ndim == 2:
            grey = self._windowed(samples)
            return 255 - grey if self.layout.photometric == "MONOCHROME1" else grey
        colours = self._by_depth(samples)
        if self.layout.photometric.startswith("YBR_FULL") and not is_rgb:
            swapped = np.ascontiguousarray(colours[:, :, [0, 2, 1]])  # OpenCV wants Y, Cr, Cb
            return np.asarray(cv2.cvtColor(swapped, cv2.COLOR_YCrCb2RGB), np.uint8)
        return np.ascontiguousarray(colours)

    def entries(self, samples: Samples) -> Samples:
        """Return which entry of the palette each sample shows (PS3.3 C.7.6.3.1.5)."""
        last = 0 if self.palette is None else len(self.palette) - 1
        return np.asarray(np.clip(samples.astype(np.int32) - self.first, 0, last))

    def _windowed(self, samples: Samples) -> Pixels:
        """Apply rescale and window to more than 8 bits (PS3.3 C.11.2.1.2.1); 8 bits are what the device showed."""
        if self.window is None or self.layout.bits_stored <= 8:
            return self._by_depth(samples)
        centre, width = self.window
        values = samples.astype(np.float32) * self.slope + self.intercept
        shown = ((values - (centre - 0.5)) / max(width - 1, 1) + 0.5) * 255
        return np.asarray(np.clip(np.rint(shown), 0, 255), np.uint8)

    def _by_depth(self, samples: Samples) -> Pixels:
        """Keep the upper eight stored bits; fewer are stretched to the full range."""
        stored = self.layout.bits_stored
        if stored == 8 and not self.layout.is_signed:
            return samples.astype(np.uint8, copy=False)
        values = samples.astype(np.int32) + ((1 << (stored - 1)) if self.layout.is_signed else 0)
        values = np.clip(values, 0, (1 << stored) - 1)
        scaled = values >> (stored - 8) if stored >= 8 else values * 255 // ((1 << stored) - 1)
        return scaled.astype(np.uint8)


def development_of(header: Dataset, layout: Layout, *, little_endian: bool) -> Development:
    """Return how to show this header's samples; raises Undecodable (`damaged`) when its palette is unusable."""
    palette, first = None, 0
    if layout.photometric == "PALETTE COLOR":
        if layout.samples != 1:
            raise Undecodable("damaged")
        palette, first = _palette(header, little_endian=little_endian)
    centre, width = _first(header, "WindowCenter"), _first(header, "WindowWidth")
    slope, intercept = number(header, "RescaleSlope"), number(header, "RescaleIntercept")
    window = None if centre is None or width is None or width < 1 else (centre, width)
    return Development(layout, palette, first, slope or 1.0, intercept or 0.0, window)


def _first(header: Dataset, keyword: str) -> float | None:
    """Return the first of the views that the header offers."""
    single = number(header, keyword)
    if single is not None:
        return single
    try:
        return float(next(iter(header.get(keyword) or ())))
    except (*MALFORMED_DICOM, StopIteration):
        return None


def shown_palette(palette: Samples) -> Pixels:
    """Return the palette as (entries, 3) uint8; entries of 16 bits lose their lower byte."""
    is_wide = palette.dtype.itemsize > 1 and palette.max(initial=0) > 255
    return (palette >> 8 if is_wide else palette).astype(np.uint8)


def _palette(header: Dataset, *, little_endian: bool) -> tuple[Samples, int]:
    """Return the palette as (entries, 3) RGB of 8 or 16 bits and the sample value of its first entry.

    The tables are 16 bit words: in a big endian file they are swapped first, because pydicom takes them as they stand
    and a big endian palette picture comes out black.
    """
    copy = Dataset()
    copy.file_meta = FileMetaDataset()
    copy.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    try:
        entries, first, _bits = (int(v) for v in header["RedPaletteColorLookupTableDescriptor"].value)
        for element in header.group_dataset(0x0028):
            if "PaletteColorLookupTable" in element.keyword:
                copy.add(element)
                if not little_endian and isinstance(element.value, bytes):
                    words_ = np.frombuffer(element.value[: len(element.value) // 2 * 2], ">u2")
                    copy[element.tag].value = words_.astype("<u2").tobytes()
        entries = entries or 1 << 16
        ramp = np.arange(entries, dtype=np.int32) + first
        table = np.asarray(apply_color_lut(ramp.reshape(1, -1), copy))[0, :, :3]
    except MALFORMED_DICOM:
        raise Undecodable("damaged") from None
    return table, first
