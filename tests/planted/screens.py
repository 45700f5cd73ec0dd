"""Which scans are written on, and how does each come as a file?"""

import io
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import av
import numpy as np
import simplejpeg
from PIL import Image
from pydicom import Dataset
from pydicom.uid import JPEGBaseline8Bit, UltrasoundImageStorage

from pipeline.guidance import Guidance, Layout
from pipeline.kept import Polygon
from pipeline.phantom import Banner, Scene, geometry, render
from pipeline.received import Kind
from pipeline.sector import Mask
from tests.core.reading.written import cine, encapsulated, saved
from tests.planted.pictures import SUBJECTS, Pixels

FORMS = ("dicom jpeg", "dicom native", "mp4", "dicom jpeg still", "png", "jpg")
FRAMES = 14
SIZES = ((240, 320), (288, 384))


@dataclass(frozen=True, eq=False)
class Screen:
    """A simulated scan as the device shows it: grey frames, (frames, rows, columns), and where its sector truly is."""

    frames: Pixels
    outline: Polygon
    sector: Mask


@cache
def screen(number: int) -> Screen:
    """Return one of the simulated scans: probe, size, banner and what is seen differ with the number."""
    shape, subject = SUBJECTS[number % 3]
    rows, columns = SIZES[number // 3 % 2]
    banner = (None, Banner(), Banner(dark_on_light=True))[number // 6 % 3]
    scene = Scene(100 + number, shape, rows, columns, frames=FRAMES, subject=subject, banner=banner)
    frames = np.stack(list(render(scene)))
    frames.setflags(write=False)
    sector = geometry(scene)
    return Screen(frames, sector.polygon, sector.mask(rows, columns))


def is_still(form: str) -> bool:
    """Return whether the form holds one frame."""
    return form in ("dicom jpeg still", "png", "jpg")


def file_of(form: str, frames: Pixels, shown: Screen, folder: Path, *, declares: bool) -> Path:
    """Write the frames in one of FORMS; `declares`: a DICOM file states its region."""
    if form == "mp4":
        return _mp4(frames, folder / "in.mp4")
    if form in ("png", "jpg"):
        path = folder / f"in.{form}"
        Image.fromarray(frames[0]).save(path, **({"quality": 92} if form == "jpg" else {}))
        return path
    if form == "dicom native":
        data_set = cine(frames, FrameTime="40")
    else:
        streams = [
            simplejpeg.encode_jpeg(np.repeat(frame[..., None], 3, axis=-1), quality=90, colorsubsampling="422")
            for frame in frames
        ]
        data_set = encapsulated(cine(np.repeat(frames[..., None], 3, axis=-1)), streams, JPEGBaseline8Bit)
        data_set.PhotometricInterpretation, data_set.FrameTime = "YBR_FULL_422", "40"
    if is_still(form):
        del data_set.NumberOfFrames, data_set.FrameTime
        data_set.SOPClassUID = data_set.file_meta.MediaStorageSOPClassUID = UltrasoundImageStorage
    if declares:
        data_set.SequenceOfUltrasoundRegions = [_region(shown.outline)]
    return saved(data_set, folder)


def guidance_of(form: str, shown: Screen) -> Guidance:
    """Return what the programme knows of the device: the layout of its bare stills, which have one witness alone."""
    if form not in ("png", "jpg"):
        return Guidance()
    rows, columns = shown.sector.shape
    return Guidance((Layout(Kind.STILL, rows, columns, (shown.outline,), "SR-TEST"),), "SR-TEST")


def shown_by(path: Path) -> Pixels:
    """Return the grey frames of a released file, decoded by others' code."""
    if path.suffix == ".dcm":
        import pydicom

        pixels = pydicom.dcmread(path).pixel_array
        return _grey(pixels if pixels.ndim == 4 or pixels.shape[-1] != 3 else pixels[None])
    if path.suffix == ".mp4":
        with av.open(str(path)) as container:
            return np.stack([frame.to_ndarray(format="gray") for frame in container.decode(video=0)])
    return np.asarray(Image.open(io.BytesIO(path.read_bytes())).convert("L"))[None]


def _grey(pixels: Pixels) -> Pixels:
    if pixels.shape[-1] == 3:
        return pixels[..., 1]
    return pixels if pixels.ndim == 3 else pixels[None]


def _region(outline: Polygon) -> Dataset:
    xs, ys = zip(*outline, strict=True)
    region = Dataset()
    region.RegionLocationMinX0, region.RegionLocationMinY0 = round(min(xs)), round(min(ys))
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = round(max(xs)), round(max(ys))
    region.RegionSpatialFormat, region.RegionDataType, region.RegionFlags = 1, 1, 2
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.05
    return region


def _mp4(frames: Pixels, path: Path) -> Path:
    with av.open(str(path), "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=25, options={"preset": "veryfast", "crf": "20"})
        stream.height, stream.width = frames.shape[1:]
        stream.pix_fmt, stream.codec_context.thread_count = "yuv420p", 1
        for frame in frames:
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="gray")))
        container.mux(stream.encode(None))
    return path
