"""DICOM ultrasound files written for a test, by pydicom and not by the code under test."""

import io
import warnings
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom import Dataset, FileDataset
from pydicom.dataset import FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLSLossless,
    RLELossless,
    UltrasoundMultiFrameImageStorage,
)


def cine(pixels: NDArray[np.uint8], **header: object) -> FileDataset:
    """Return a data set of grey (frames, rows, columns) or RGB (frames, rows, columns, 3) pixels."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = UltrasoundMultiFrameImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    data_set = FileDataset("", {}, b"\0" * 128, meta)
    data_set.SOPClassUID, data_set.SOPInstanceUID, data_set.Modality = UltrasoundMultiFrameImageStorage, "1.2.3", "US"
    data_set.NumberOfFrames, data_set.Rows, data_set.Columns = pixels.shape[:3]
    data_set.SamplesPerPixel = 3 if pixels.ndim == 4 else 1
    data_set.PhotometricInterpretation = "RGB" if pixels.ndim == 4 else "MONOCHROME2"
    if pixels.ndim == 4:
        data_set.PlanarConfiguration = 0
    data_set.BitsAllocated = data_set.BitsStored = 8
    data_set.HighBit, data_set.PixelRepresentation = 7, 0
    data_set.PixelData = padded(pixels.tobytes())
    data_set["PixelData"].VR = "OB"
    for keyword, value in header.items():
        setattr(data_set, keyword, value)
    return data_set


def padded(data: bytes) -> bytes:
    """Return the bytes with an even length."""
    return data + b"\0" * (len(data) % 2)


def compressed(pixels: NDArray[np.uint8], form: str) -> FileDataset:
    """Return the data set of these pixels, compressed without loss: rle, jpegls or j2k."""
    data_set = cine(pixels)
    if form == "j2k":
        return encapsulated(data_set, [_jpeg_2000(frame) for frame in pixels], JPEG2000Lossless)
    plugin, syntax = {"rle": ("pydicom", RLELossless), "jpegls": ("pyjpegls", JPEGLSLossless)}[form]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data_set.compress(syntax, encoding_plugin=plugin, generate_instance_uid=False)
    return data_set


def _jpeg_2000(frame: NDArray[np.uint8]) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(frame).save(stream, "JPEG2000", no_jp2=True, irreversible=False)
    return stream.getvalue()


def in_big_endian(data_set: FileDataset) -> FileDataset:
    """Return the data set in explicit big endian, its 8 bit pixels in swapped words as OW."""
    flat = np.frombuffer(data_set.PixelData, "<u2")
    data_set.PixelData = flat.astype(">u2").tobytes()
    data_set["PixelData"].VR = "OW"
    data_set.file_meta.TransferSyntaxUID = ExplicitVRBigEndian
    data_set.set_original_encoding(is_implicit_vr=False, is_little_endian=False)
    return data_set


def encapsulated(data_set: FileDataset, streams: list[bytes], syntax: str) -> FileDataset:
    """Return the data set with these code streams as its frames."""
    data_set.PixelData = encapsulate(streams)
    data_set["PixelData"].VR = "OB"
    data_set["PixelData"].is_undefined_length = True
    data_set.file_meta.TransferSyntaxUID = syntax
    return data_set


def saved(data_set: Dataset, folder: Path) -> Path:
    """Write the data set into the folder and return the file."""
    path = folder / "written.dcm"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        data_set.save_as(path)
    return path
