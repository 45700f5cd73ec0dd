"""What does the header of the released file say of its pixels: size, samples, times, scale, loss?"""

from dataclasses import dataclass
from itertools import pairwise

from pydicom import DataElement, Dataset
from pydicom.sequence import Sequence as Items
from pydicom.valuerep import DSfloat

from pipeline.deidentify.allow_list import allow_list
from pipeline.deidentify.cleaned import as_written
from pipeline.deidentify.harvest import element_of, value_of

US_IMAGE = "1.2.840.10008.5.1.4.1.1.6.1"
US_MULTIFRAME_IMAGE = "1.2.840.10008.5.1.4.1.1.3.1"
LOSSY = {
    "1.2.840.10008.1.2.4.50": "ISO_10918_1",
    "1.2.840.10008.1.2.4.51": "ISO_10918_1",
    "1.2.840.10008.1.2.4.81": "ISO_14495_1",
    "1.2.840.10008.1.2.4.91": "ISO_15444_1",
    "1.2.840.10008.1.2.4.100": "ISO_13818_2",
    "1.2.840.10008.1.2.4.101": "ISO_13818_2",
}


@dataclass(frozen=True)
class Palette:
    """Colours of an indexed picture: the index of the first, and 16 bit little endian entries of red, green, blue."""

    first: int
    tables: tuple[bytes, bytes, bytes]


@dataclass(frozen=True)
class Picture:
    """What the released pixels are: size, samples (1 or 3), colour space as DICOM names it, frames and their times.

    window: centre, width, slope and intercept by which more than 8 bits of grey are shown, None for their whole range.
    """

    rows: int
    columns: int
    samples: int
    photometric: str
    transfer_syntax: str
    frame_times: tuple[float, ...]
    lossy: str | None = None
    bits_allocated: int = 8
    bits_stored: int = 8
    is_signed: bool = False
    palette: Palette | None = None
    window: tuple[float, float, float, float] | None = None


def describe_regions(released: Dataset, source: Dataset, picture: Picture) -> None:
    """Keep the regions that can be believed, so that the scale of what is shown stays known."""
    items = value_of(source, "SequenceOfUltrasoundRegions")
    kept = [_region(item, picture) for item in (items if isinstance(items, Items) else ())]
    sane = [item for item in kept if item is not None]
    if sane:
        released.SequenceOfUltrasoundRegions = sane


def _region(item: Dataset, picture: Picture) -> Dataset | None:
    """Return the numbers of a region that lies inside the picture and does not cover all of it; else None."""
    region = Dataset()
    for entry in allow_list().region:
        told = element_of(item, entry.tag)
        value = None if told is None else as_written(entry, told.value)
        if value is not None:
            region.add(DataElement(entry.tag, entry.value_type, value, already_converted=True))
    try:
        left, top = region.RegionLocationMinX0, region.RegionLocationMinY0
        right, bottom = region.RegionLocationMaxX1, region.RegionLocationMaxY1
    except AttributeError:
        return None
    inside = left < right < picture.columns and top < bottom < picture.rows
    whole = left == top == 0 and right == picture.columns - 1 and bottom == picture.rows - 1
    return region if inside and not whole else None


def describe_pixels(released: Dataset, picture: Picture) -> None:
    """Say what the pixels are and when each frame is shown."""
    released.SOPClassUID = US_MULTIFRAME_IMAGE if len(picture.frame_times) > 1 else US_IMAGE
    released.Rows, released.Columns = picture.rows, picture.columns
    released.SamplesPerPixel, released.PhotometricInterpretation = picture.samples, picture.photometric
    if picture.samples == 3:
        released.PlanarConfiguration = 0
    _describe_samples(released, picture)
    times = picture.frame_times
    if len(times) == 1:
        return
    released.NumberOfFrames = len(times)
    gaps = [round((later - earlier) * 1000, 6) for earlier, later in pairwise(times)]
    if max(gaps) - min(gaps) < 1e-3 and gaps[0] > 0:
        released.FrameTime = DSfloat(round(times[-1] / (len(times) - 1) * 1000, 6), auto_format=True)
        released.FrameIncrementPointer = 0x00181063
    else:
        released.FrameTimeVector = [DSfloat(gap, auto_format=True) for gap in [0.0, *gaps]]
        released.FrameIncrementPointer = 0x00181065


def _describe_samples(released: Dataset, picture: Picture) -> None:
    """Say what one sample is and how it is shown (PS3.3 C.7.6.3.1 and C.11.2)."""
    released.BitsAllocated, released.BitsStored = picture.bits_allocated, picture.bits_stored
    released.HighBit, released.PixelRepresentation = picture.bits_stored - 1, int(picture.is_signed)
    if picture.photometric.startswith("MONOCHROME"):
        released.PresentationLUTShape = "INVERSE" if picture.photometric == "MONOCHROME1" else "IDENTITY"
    if picture.window is not None:
        centre, width, slope, intercept = (DSfloat(number, auto_format=True) for number in picture.window)
        released.WindowCenter, released.WindowWidth = centre, width
        released.RescaleSlope, released.RescaleIntercept, released.RescaleType = slope, intercept, "US"
    if picture.palette is None:
        return
    first = picture.palette.first
    for colour, table in zip(("Red", "Green", "Blue"), picture.palette.tables, strict=True):
        entries = len(table) // 2 % (1 << 16)  # 0 means 65,536
        descriptor, data = f"{colour}PaletteColorLookupTableDescriptor", f"{colour}PaletteColorLookupTableData"
        released.add_new(descriptor, "SS" if picture.is_signed else "US", [entries, first, 16])
        released.add_new(data, "OW", table)


def describe_loss(released: Dataset, source: Dataset, picture: Picture) -> None:
    """Say whether the picture was ever compressed with loss: once lossy, for ever lossy (PS3.3 C.7.6.1.1.5)."""
    before = str(source.file_meta.get("TransferSyntaxUID", "")) if hasattr(source, "file_meta") else ""
    method = LOSSY.get(before) or ("ISO_14496_10" if before.startswith("1.2.840.10008.1.2.4.10") else None)
    lossy = method or picture.lossy or str(value_of(source, "LossyImageCompression")) == "01"
    released.LossyImageCompression = "01" if lossy else "00"
    if not lossy:
        for keyword in ("LossyImageCompressionMethod", "LossyImageCompressionRatio"):
            if keyword in released:
                delattr(released, keyword)
    elif "LossyImageCompressionMethod" not in released and (method or picture.lossy):
        released.LossyImageCompressionMethod = method or picture.lossy
