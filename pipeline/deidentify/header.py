"""What does the header of the released file say?

A new data set is built from the allow-list; nothing of the old one is edited. The values that
the key made come back beside it, so that the search for identifiers can tell them from what was in the input.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise

from pydicom import Dataset
from pydicom.datadict import dictionary_VR
from pydicom.dataset import FileMetaDataset
from pydicom.sequence import Sequence as Items
from pydicom.uid import UID, ExplicitVRLittleEndian
from pydicom.valuerep import DSfloat

from pipeline.deidentify.allow_list import Allowed, allow_list, image_type
from pipeline.deidentify.harvest import as_date, value_of
from pipeline.deidentify.identifiers import Identifiers
from pipeline.deidentify.key import Key

IMPLEMENTATION = UID("2.25.104886392871937401264528740815672091733")
IMPLEMENTATION_VERSION = "SONORELAY_1"
US_IMAGE = "1.2.840.10008.5.1.4.1.1.6.1"
US_MULTIFRAME_IMAGE = "1.2.840.10008.5.1.4.1.1.3.1"
NOT_YET = "NO  "  # as long as "YES " is, which replaces it in place once the checks passed
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


@dataclass(frozen=True)
class Header:
    """The new data set without pixels, and the texts in it that the key made."""

    dataset: Dataset
    made: frozenset[str]


def clean_header(source: Dataset, digest: str, key: Key, identifiers: Identifiers, picture: Picture) -> Header:
    """Return the header of the released file, PatientIdentityRemoved still NO: verification comes after writing.

    digest: of the file's bytes; it stands for the UIDs and the patient that the header does not name.
    """
    released, made = Dataset(), set[str]()
    patient = patient_of(source) or digest
    for entry in allow_list().attributes:
        value = _value(entry, source, digest, key, identifiers, patient)
        if value is not None:
            setattr(released, entry.keyword, value)
            if entry.action in ("uid", "pseudonym"):
                made.add(str(value))
    released.ImageType = image_type(value_of(source, "ImageType"))
    _describe_regions(released, source, picture)
    _describe_pixels(released, picture)
    _describe_loss(released, source, picture)
    _describe_method(released)
    _write_meta(released, picture)
    return Header(released, frozenset(made))


def patient_of(source: Dataset) -> str:
    """Return whom the pseudonym stands for: the record number, else name and birth date, else the study; '' if none."""
    for parts in (("PatientID",), ("PatientName", "PatientBirthDate"), ("StudyInstanceUID",), ("SOPInstanceUID",)):
        values = [str(value_of(source, part) or "").strip() for part in parts]
        if values[0]:
            return "/".join((parts[0], *values))
    return ""


def _value(
    entry: Allowed, source: Dataset, digest: str, key: Key, identifiers: Identifiers, patient: str
) -> object | None:
    old = value_of(source, entry.keyword)
    blank = "" if entry.empty else None
    if entry.action in ("fixed", "empty"):
        return entry.value
    if entry.action == "pseudonym" and entry.of == "patient":
        return key.pseudonym("patient", patient)
    if not old and entry.action == "uid":
        return key.uid(f"{entry.keyword}/{digest}")
    if old is None or old == "":
        return blank
    text = str(old).strip()
    made: dict[str, Callable[[], object | None]] = {
        "pseudonym": lambda: key.pseudonym(entry.of, text, length=12),
        "uid": lambda: key.uid(text),
        "date": lambda: shifted(text, key.days(patient)),
        "age": lambda: age_band(text),
        "term": lambda: entry.term(old),
        "model": lambda: entry.model(old, identifiers.inside),
        "number": lambda: _as_written(entry, old),
    }
    value = made[entry.action]()
    return blank if value is None else value


def _as_written(entry: Allowed, old: object) -> object | None:
    """Return the numbers anew, in the type of their attribute; None where one is out of bounds."""
    numbers = entry.numbers(old)
    if numbers is None:
        return None
    kind = dictionary_VR(entry.keyword)
    written: Sequence[object]
    # seven digits are more than a scale needs, and too few to hide a record number in
    rounded = [float(f"{number:.7g}") for number in numbers]
    if kind == "DS":
        written = [DSfloat(number, auto_format=True) for number in rounded]
    elif kind in ("FD", "FL"):
        written = rounded
    else:
        written = [int(number) for number in numbers]
    return written[0] if len(written) == 1 else list(written)


def shifted(value: str, days: int) -> str | None:
    """Return the day of a DA or DT value moved by `days`, as YYYYMMDD; None where it is no date."""
    day = as_date(value)
    if day is None:
        return None
    try:
        return (day + timedelta(days=days)).strftime("%Y%m%d").zfill(8)
    except OverflowError:
        return None


def age_band(age: str) -> str | None:
    """Return the lower end of the age's band as AS: 90 and over together, 5 years, below five 1, below one 3 months."""
    number, unit = age.strip()[:3], age.strip()[3:].upper()
    if not number.isdecimal() or unit not in ("D", "W", "M", "Y"):
        return None
    months = int(int(number) * {"D": 12 / 365.25, "W": 12 / 52.18, "M": 1, "Y": 12}[unit])
    years = months // 12
    if years < 1:
        return f"{months // 3 * 3:03}M"
    return f"{min(90, years if years < 5 else years // 5 * 5):03}Y"


def _describe_regions(released: Dataset, source: Dataset, picture: Picture) -> None:
    items = value_of(source, "SequenceOfUltrasoundRegions")
    kept = [_region(item, picture) for item in (items if isinstance(items, Items) else ())]
    sane = [item for item in kept if item is not None]
    if sane:
        released.SequenceOfUltrasoundRegions = sane


def _region(item: Dataset, picture: Picture) -> Dataset | None:
    """Return the numbers of a region that lies inside the picture and does not cover all of it; else None."""
    region = Dataset()
    for entry in allow_list().region:
        value = _as_written(entry, value_of(item, entry.keyword))
        if value is not None:
            setattr(region, entry.keyword, value)
    try:
        left, top = region.RegionLocationMinX0, region.RegionLocationMinY0
        right, bottom = region.RegionLocationMaxX1, region.RegionLocationMaxY1
    except AttributeError:
        return None
    inside = left < right < picture.columns and top < bottom < picture.rows
    whole = left == top == 0 and right == picture.columns - 1 and bottom == picture.rows - 1
    return region if inside and not whole else None


def _describe_pixels(released: Dataset, picture: Picture) -> None:
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


def _describe_loss(released: Dataset, source: Dataset, picture: Picture) -> None:
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


def _describe_method(released: Dataset) -> None:
    released.PatientIdentityRemoved = NOT_YET
    released.DeidentificationMethod = allow_list().method
    codes = []
    for code, meaning in allow_list().codes.items():
        item = Dataset()
        item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = code, "DCM", meaning
        codes.append(item)
    released.DeidentificationMethodCodeSequence = codes
    released.BurnedInAnnotation = "NO"
    released.LongitudinalTemporalInformationModified = "MODIFIED"


def _write_meta(released: Dataset, picture: Picture) -> None:
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = released.SOPClassUID
    meta.MediaStorageSOPInstanceUID = released.SOPInstanceUID
    meta.TransferSyntaxUID = UID(picture.transfer_syntax or ExplicitVRLittleEndian)
    meta.ImplementationClassUID = IMPLEMENTATION
    meta.ImplementationVersionName = IMPLEMENTATION_VERSION
    released.file_meta = meta
