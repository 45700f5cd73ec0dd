"""Does a file that is dropped become a reviewed, counted scan, whichever catalogue and store are used?"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.end_to_end.installation import Installation, in_pydicom

STORES = [
    pytest.param("sqlite-folder", id="sqlite-folder"),
    pytest.param("postgresql-s3", id="postgresql-s3", marks=[pytest.mark.postgresql, pytest.mark.service]),
]


@pytest.fixture(params=STORES)
def installation(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Installation]:
    extra: dict[str, str] = {}
    if request.param == "postgresql-s3":
        extra = {**request.getfixturevalue("postgresql_settings"), **request.getfixturevalue("s3_settings")}
    here = Installation(tmp_path, extra)
    here.prepare()
    return here


def test_dropped_reviewed_counted(installation: Installation) -> None:
    cine, still = in_pydicom("examples_ybr_color.dcm"), in_pydicom("examples_jpeg2k.dcm")
    installation.drop(cine, "amina/FAST")
    installation.drop(cine, "amina/FAST", "the same bytes again.dcm")
    installation.drop(still, "", "nobody said who.dcm")
    installation.drop(in_pydicom("CT_small.dcm"), "amina/FAST")
    digests = sorted(
        hashlib.sha256(file.read_bytes()).hexdigest() for file in (cine, still, in_pydicom("CT_small.dcm"))
    )

    said = json.loads(installation.sonorelay("ingest", "--project", "goma", "--json").stdout.splitlines()[-1])
    assert sum(said["scans"].values()) == 3
    assert installation.status()["inbox"] == 0

    known = installation.steps("scans")
    assert known["digests"] == digests
    assert known["missing_objects"] == []
    states = known["states"]
    assert isinstance(states, dict)
    assert states["rejected"] == 1
    assert states["queued"] == 1, known

    before = installation.steps("figures")
    review = installation.steps("review", "4")
    assert review == {"scan": hashlib.sha256(cine.read_bytes()).hexdigest(), "overall": 4}
    after = installation.steps("figures")
    assert (before["reviewed"], after["reviewed"]) == (0, 1)
    assert after["scans_in"] == 3

    known = installation.steps("scans")
    installation.drop(cine, "amina/FAST", "the same bytes later.dcm")
    installation.sonorelay("ingest")
    assert installation.steps("scans") == known
