"""Does the demonstration load through the real flow, once, and with the real scans of a folder that is named?"""

import json
import shutil
from pathlib import Path

import pytest

from tests.end_to_end.installation import Installation, in_pydicom

SIMULATED = 14


@pytest.mark.service
def test_the_demonstration_loads_once(tmp_path: Path, prefect_server: str) -> None:
    data = tmp_path / "own scans"
    data.mkdir()
    shutil.copyfile(in_pydicom("examples_ybr_color.dcm"), data / "in the package too.dcm")
    shutil.copyfile(in_pydicom("ExplVR_BigEnd.dcm"), data / "not in the package's list.dcm")
    (data / "README.md").write_text("no scan", encoding="utf-8")
    installation = Installation(
        tmp_path,
        {"PREFECT_API_URL": prefect_server, "SONORELAY_DATA": str(data), "SONORELAY_DEMO_SCANS": str(SIMULATED)},
    )
    installation.sonorelay("demo")
    known = installation.steps("scans")
    digests, states = known["digests"], known["states"]
    assert isinstance(digests, list)
    assert isinstance(states, dict)
    assert len(digests) == 4 + 1 + SIMULATED, "four of the package, one more of the folder, and the simulated ones"
    assert known["missing_objects"] == []
    assert set(states) <= {"queued", "final", "withheld", "awaiting_info"}
    assert states["final"] >= SIMULATED // 3
    assert states["queued"] >= 3

    again = installation.sonorelay("demo")
    assert "loaded already" in again.stdout
    assert installation.steps("scans") == known
    projects = json.loads(installation.sonorelay("status", "--json").stdout)["projects"]
    assert sum(project["inbox"] for project in projects.values()) == 0
