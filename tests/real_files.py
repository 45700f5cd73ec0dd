"""Which real scans may a test use? Those in the pydicom wheel always; SONORELAY_DATA or ../shared/data where it is."""

import csv
import os
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent


def _data() -> Path | None:
    """Return the folder of real files, None where it is not."""
    folder = Path(os.environ.get("SONORELAY_DATA") or ROOT.parent / "shared" / "data")
    return folder if (folder / "MANIFEST.tsv").is_file() else None


DATA = _data()
needs_data = pytest.mark.skipif(DATA is None, reason="SONORELAY_DATA is not set and ../shared/data is not there")


def data_file(name: str) -> Path:
    """Return a file of the data folder, named relative to it; skip the test without the folder."""
    if DATA is None:
        pytest.skip("SONORELAY_DATA is not set and ../shared/data is not there")
    return DATA / name


def manifest() -> list[dict[str, str]]:
    """Return the rows of MANIFEST.tsv whose file is there, none without the folder."""
    if DATA is None:
        return []
    with (DATA / "MANIFEST.tsv").open(encoding="utf-8") as file:
        return [row for row in csv.DictReader(file, delimiter="\t") if (DATA / row["path"]).is_file()]


def pydicom_example(name: str) -> Path:
    """Return a DICOM file that the pydicom wheel carries; nothing is downloaded."""
    spec = find_spec("pydicom")
    if spec is None or spec.origin is None:
        raise FileNotFoundError(name)
    path = Path(spec.origin).parent / "data" / "test_files" / name
    if not path.is_file():
        raise FileNotFoundError(name)
    return path
