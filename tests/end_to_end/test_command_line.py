"""Does the command line keep its promises: shape of the answers, exit status, speed, and silence about itself?"""

import json
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.end_to_end.installation import Installation, in_pydicom
from tests.real_files import DATA

INSPECT_KEYS = [
    *("file", "kind", "outcome", "reason", "frames", "rows", "columns", "frames_per_second"),
    *("sector", "findings", "quality"),
]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


def test_inspect_answers_in_the_promised_shape(installation: Installation) -> None:
    done = installation.sonorelay("inspect", "--json", str(in_pydicom("examples_ybr_color.dcm")))
    (line,) = done.stdout.splitlines()
    answer = json.loads(line)
    assert list(answer) == INSPECT_KEYS
    assert (answer["kind"], answer["outcome"], answer["reason"]) == ("dicom", "ok", None)
    assert (answer["frames"], answer["rows"], answer["columns"]) == (30, 240, 320)
    assert list(answer["sector"]) == ["shape", "provenance", "polygon", "confidence"]
    assert {tuple(finding) for finding in answer["findings"]} == {("rule", "verdict", "value", "severity", "side")}
    assert list(answer["quality"]) == ["score", "suggested_rating", "reasons"]


def test_a_rejection_is_an_answer(installation: Installation) -> None:
    done = installation.sonorelay("inspect", "--json", str(in_pydicom("CT_small.dcm")), str(Path(__file__)))
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert (first["outcome"], first["kind"], first["reason"]) == ("rejected", "dicom", "not_ultrasound")
    assert (second["outcome"], second["kind"], second["reason"]) == ("rejected", None, "unknown_kind")
    assert list(first) == list(second) == INSPECT_KEYS


@pytest.mark.parametrize(
    "arguments",
    [[], ["inspect"], ["inspect", "no such file"], ["deidentify", "x"], ["upp"], ["ingest", "--projet", "x"]],
)
def test_wrong_usage_is_status_2_without_a_traceback(installation: Installation, arguments: list[str]) -> None:
    done = installation.sonorelay(*arguments, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr + done.stdout
    assert done.stderr.strip()


def test_misconfiguration_is_said_in_the_readers_language(tmp_path: Path) -> None:
    installation = Installation(tmp_path, {"LANG": "fr_FR.UTF-8"})
    done = installation.sonorelay("ingest", check=False)
    assert done.returncode == 2
    assert "Il n'y a pas encore de" in done.stderr


def test_deidentify_twice_gives_the_same_names_and_bytes(installation: Installation) -> None:
    scan = str(in_pydicom("examples_ybr_color.dcm"))
    answers = []
    for folder in ("one", "two"):
        to = installation.home / folder
        done = installation.sonorelay("deidentify", "--json", "--to", str(to), "--project", "goma", scan)
        answer = json.loads(done.stdout)
        assert answer["outcome"] == "released", answer
        answers.append({Path(path).relative_to(to): Path(path).read_bytes() for path in answer["outputs"]})
        assert "examples" not in "".join(str(Path(path).relative_to(to)) for path in answer["outputs"])
    assert answers[0] == answers[1]
    assert list(installation.home.glob("one/.*")) == []


def test_inspect_and_deidentify_start_without_prefect_and_django() -> None:
    code = (
        "import sys, sonorelay.__main__, sonorelay.inspect, sonorelay.deidentify;"
        "print([name for name in ('prefect', 'django', 'minio', 'sqlalchemy') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.skipif(DATA is None, reason="the real files are not here (SONORELAY_DATA)")
def test_every_real_file_is_answered(installation: Installation) -> None:
    assert DATA is not None
    done = installation.sonorelay("inspect", "--json", str(DATA))
    assert resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss < 2 * 1024 * 1024, "KiB of the largest process"
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(answers) >= 140
    assert done.stderr == ""
    assert {answer["outcome"] for answer in answers} == {"ok", "rejected"}
    unsure = [answer["file"] for answer in answers if answer["outcome"] == "rejected" and "/bad/" not in answer["file"]]
    assert all(name.endswith((".nrrd", ".zip", ".csv", ".md", ".tsv")) for name in unsure), unsure
