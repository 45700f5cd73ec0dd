"""What does a device's file show, whatever its format, and is it whole?

Everything here handles untrusted bytes: call it inside `pipeline.child.run_in_child`.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.reading.decoding import open_scan, read_clip
from pipeline.reading.kind import kind_of
from pipeline.reading.scan import Frame, Scan, ScanFacts

if TYPE_CHECKING:
    from pydicom import Dataset

__all__ = ["Frame", "Scan", "ScanFacts", "kind_of", "open_scan", "read_clip", "read_dataset"]


def read_dataset(path: Path) -> "Dataset":
    """Return the data set of a DICOM file without its pixels (those come from `open_scan`); see `dataset`."""
    from pipeline.reading.dataset import read_header

    return read_header(path)
