"""Can a folder of scans be de-identified without anything else, stopped and gone on with, and guided by a drawing?"""

import hashlib
import json
from pathlib import Path

import pytest

from pipeline.phantom import DemoHeader, Scene, geometry, write_dicom
from pipeline.sector import Shape
from tests.end_to_end.installation import Installation

LONELY = Scene(1, Shape.CURVILINEAR, rows=240, columns=320, frames=1)
CINE = Scene(2, Shape.CURVILINEAR, rows=240, columns=320, frames=10)
OUTLINE = [[float(x), float(y)] for x, y in geometry(LONELY).polygon]


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


@pytest.fixture
def export(tmp_path: Path) -> Path:
    """Give a folder with a cine that is released, a still that one witness alone speaks for, and a text."""
    folder = tmp_path / "export MBEKI"
    folder.mkdir()
    header = DemoHeader(patient_name="MBEKI^THANDI", regions=False)
    write_dicom(CINE, folder / "a cine.dcm", header=DemoHeader(patient_name="MBEKI^THANDI"))
    write_dicom(LONELY, folder / "b still.dcm", header=header)
    (folder / "c notes.txt").write_text("MBEKI", encoding="utf-8")
    return folder


def copies(installation: Installation, export: Path, *options: str) -> list[dict[str, object]]:
    to = str(installation.home / "copies")
    done = installation.sonorelay("deidentify", "--json", "--to", to, "--project", "goma", *options, str(export))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    released = sum(answer["outcome"] == "released" for answer in answers)
    assert done.stderr.startswith(f"{released} released")
    return answers


def test_a_second_run_reads_only_what_has_no_copy(installation: Installation, export: Path) -> None:
    first = copies(installation, export)
    assert [(answer["outcome"], answer["reason"]) for answer in first] == [
        ("released", None),
        ("withheld", "one_witness"),
        ("rejected", "unknown_kind"),
    ]
    assert not any(answer["already_there"] for answer in first)
    assert list((installation.home / "var" / "layouts-read").glob("*.layout"))
    to = installation.home / "copies"
    assert {path.name for path in to.iterdir()} == {Path(str(first[0]["report"])).parent.name}
    report = json.loads(Path(str(first[0]["report"])).read_text(encoding="utf-8"))
    assert report["report"]["removed"]["names"] >= 1
    assert "MBEKI" not in json.dumps(report) + "".join(str(path.relative_to(to)) for path in to.rglob("*"))

    before = {path: path.stat().st_mtime_ns for path in to.rglob("*")}
    second = copies(installation, export)
    assert [answer["already_there"] for answer in second] == [True, False, False]
    assert [{**answer, "already_there": False} for answer in second] == first
    assert {path: path.stat().st_mtime_ns for path in to.rglob("*")} == before
    assert [answer["already_there"] for answer in copies(installation, export, "--again")] == [False] * 3


@pytest.mark.parametrize("damage", ["gone", "half", "version"])
def test_what_is_not_whole_or_of_another_version_is_made_again(
    installation: Installation, export: Path, damage: str
) -> None:
    released = copies(installation, export)[0]
    report = Path(str(released["report"]))
    written = json.loads(report.read_text(encoding="utf-8"))
    if damage == "gone":
        (report.parent / written["outputs"][0]).unlink()
    elif damage == "half":
        report.write_text(report.read_text(encoding="utf-8")[:40], encoding="utf-8")
    else:
        written["report"]["versions"]["deidentify"] = "0"
        report.write_text(json.dumps(written), encoding="utf-8")
    assert copies(installation, export)[0] == released


def test_a_copy_of_what_is_withheld_now_is_taken_away(installation: Installation, export: Path) -> None:
    released = copies(installation, export)[0]
    still = export / "b still.dcm"
    (export / "a cine.dcm").write_bytes(still.read_bytes())
    place = installation.home / "copies"
    digest = hashlib.sha256(still.read_bytes()).hexdigest()
    drawn = installation.home / "drawn.json"
    drawn.write_text(json.dumps([layout(digest=digest)]), encoding="utf-8")
    answers = copies(installation, export, "--layouts", str(drawn))
    assert [answer["outcome"] for answer in answers] == ["released", "released", "rejected"]
    assert answers[0]["outputs"] == answers[1]["outputs"] != released["outputs"]
    assert len(list(place.iterdir())) == 2
    assert [answer["outcome"] for answer in copies(installation, export, "--again")][:2] == ["withheld", "withheld"]
    assert len(list(place.iterdir())) == 1


def layout(**more: object) -> dict[str, object]:
    return {"kind": "dicom", "rows": 240, "columns": 320, "polygons": [OUTLINE], **more}


def test_the_layout_of_a_screen_is_the_second_witness(installation: Installation, export: Path) -> None:
    screen = copies(installation, export)[1]["screen"]
    assert isinstance(screen, dict)
    assert (screen["kind"], screen["rows"], screen["columns"]) == ("dicom", 240, 320)
    drawn = installation.home / "drawn.json"
    drawn.write_text(json.dumps([{**screen, "polygons": [OUTLINE]}]), encoding="utf-8")
    answer = copies(installation, export, "--layouts", str(drawn))[1]
    assert answer["outcome"] == "released", answer
    assert answer["screen"] == screen
    witnesses = json.loads(Path(str(answer["report"])).read_text(encoding="utf-8"))["report"]["kept_witnesses"]
    assert set(witnesses) == {"learned", "fitted"}
    other = [{**screen, "device": "SR-ANOTHER", "polygons": [OUTLINE]}]
    drawn.write_text(json.dumps(other), encoding="utf-8")
    assert copies(installation, export, "--again", "--layouts", str(drawn))[1]["outcome"] == "withheld"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{}",
        json.dumps([layout(colour="red")]),
        json.dumps([layout(polygons=[[[0, 0], [1, 1]]])]),
        json.dumps([layout(polygons=[[[0, 0], [900, 0], [0, 200]]])]),
        json.dumps([layout(digest="ABC")]),
        None,
    ],
)
def test_layouts_that_are_none_are_refused_before_anything_is_written(
    installation: Installation, export: Path, text: str | None
) -> None:
    drawn = installation.home / "drawn.json"
    if text is not None:
        drawn.write_text(text, encoding="utf-8")
    to = installation.home / "copies"
    done = installation.sonorelay(
        *("deidentify", "--to", str(to), "--project", "goma", "--layouts", str(drawn), str(export)), check=False
    )
    assert done.returncode == 2
    assert "--layouts" in done.stderr
    assert "Traceback" not in done.stderr
    assert not to.exists()
