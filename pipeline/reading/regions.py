"""Which regions, times and names does an ultrasound header declare?"""

import math
from itertools import accumulate

from pydicom import Dataset

from pipeline.clip import Region
from pipeline.reading.dataset import MALFORMED_DICOM

_CENTIMETRES = 3
_MOST_REGIONS = 64
_SQUARE_WITHIN = 0.05  # pixels whose sides differ by more have no single scale


def declared_regions(header: Dataset) -> tuple[Region, ...]:
    """Return the items of SequenceOfUltrasoundRegions (PS3.3 C.8.5.5) that have four bounds, as they stand."""
    try:
        items = list(header.get("SequenceOfUltrasoundRegions") or ())[:_MOST_REGIONS]
    except MALFORMED_DICOM:
        return ()
    return tuple(region for region in map(_region, items) if region is not None)


def _region(item: Dataset) -> Region | None:
    bounds = [
        whole(item, keyword)
        for keyword in ("RegionLocationMinX0", "RegionLocationMinY0", "RegionLocationMaxX1", "RegionLocationMaxY1")
    ]
    left, top, right, bottom = bounds
    if left is None or top is None or right is None or bottom is None:
        return None
    return Region(
        left, top, right, bottom, whole(item, "RegionSpatialFormat"), whole(item, "RegionDataType"), _scale(item)
    )


def _scale(item: Dataset) -> float | None:
    """Return millimetres per pixel; devices write negative deltas for an axis that points up."""
    if any(whole(item, f"PhysicalUnits{axis}Direction") != _CENTIMETRES for axis in "XY"):
        return None
    across, down = (number(item, f"PhysicalDelta{axis}") for axis in "XY")
    if not across or not down:
        return None
    across, down = abs(across), abs(down)
    return 10 * across if abs(across - down) <= _SQUARE_WITHIN * across else None


def declared_times(header: Dataset, frames: int) -> tuple[float, ...] | None:
    """Return the seconds of each frame by FrameTime, FrameTimeVector, CineRate or RecommendedDisplayFrameRate.

    None where the header states no usable time: a rate is never invented.
    """
    milliseconds = number(header, "FrameTime")
    if milliseconds is not None and milliseconds > 0:
        return tuple(i * milliseconds / 1000 for i in range(frames))
    steps = _numbers(header, "FrameTimeVector")
    if frames > 1 and len(steps) >= frames and all(step >= 0 for step in steps) and any(steps[1:frames]):
        return tuple(accumulate((step / 1000 for step in steps[1:frames]), initial=0.0))
    for keyword in ("CineRate", "RecommendedDisplayFrameRate"):
        rate = number(header, keyword)
        if rate is not None and rate > 0:
            return tuple(i / rate for i in range(frames))
    return None


def whole(header: Dataset, keyword: str) -> int | None:
    """Return a whole number of the header, None where it is absent or not one."""
    value = number(header, keyword)
    return int(value) if value is not None and value == int(value) else None


def number(header: Dataset, keyword: str) -> float | None:
    """Return a finite number of the header, None where it is absent or not one."""
    values = _numbers(header, keyword)
    return values[0] if len(values) == 1 else None


def words(header: Dataset, keyword: str) -> str:
    """Return a short text of the header without its padding, empty where it is absent or malformed."""
    try:
        return str(header.get(keyword) or "").strip(" \0")[:64]
    except MALFORMED_DICOM:
        return ""


def _numbers(header: Dataset, keyword: str) -> list[float]:
    try:
        value = header.get(keyword)
        if value is None or isinstance(value, bytes):
            return []
        several = [value] if isinstance(value, (str, int, float)) or not hasattr(value, "__iter__") else list(value)
        numbers = [float(v) for v in several]
    except MALFORMED_DICOM:
        return []
    return numbers if all(math.isfinite(n) for n in numbers) else []
