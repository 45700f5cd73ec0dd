"""Does a person who must decide see what the witnesses said, the whole picture and where writing was read?"""

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.child import run_in_child
from pipeline.deidentify import Key
from pipeline.doubt import Doubt, TextInside
from pipeline.find_sector import drawn_sector, find_sector
from pipeline.guidance import Guidance, Layout
from pipeline.inspection import inspect_clip
from pipeline.kept import Polygon, Witness
from pipeline.phantom import Coding, DemoHeader, DemoScan, Format, Scene, demo_scenes, write_dicom, write_png
from pipeline.received import Kind
from pipeline.sector import Provenance, Shape
from qa_rules import Walk, rules_in, walk_in_child
from tests.clips import phantom_clip, scene_of

KEY = Key.from_bytes(bytes(range(32)))
BOX = ((1.0, 2.0), (30.5, 2.0), (30.5, 12.0), (1.0, 12.0))


def a_scan() -> DemoScan:
    return next(scan for scan in demo_scenes(20, 4) if scan.format is Format.DICOM)


def still(folder: Path, spec: str = "seed=3,frames=1") -> Path:
    path = folder / "still.png"
    write_png(scene_of(spec), path)
    return path


def cine(scene: Scene, folder: Path) -> Path:
    path = folder / "cine.dcm"
    header = DemoHeader(a_scan().captured_at, coding=Coding.JPEG, regions=False)
    write_dicom(scene, path, header=header)
    return path


def withheld(path: Path, to: Path, guidance: Guidance | None = None) -> tuple[Walk, Doubt]:
    walked = walk_in_child(path, KEY, to, guidance or Guidance())
    assert walked.release is None
    assert walked.doubt is not None
    return walked, walked.doubt


def shown(path: Path | None) -> tuple[int, ...]:
    assert path is not None
    picture = cv2.imread(str(path))
    assert picture is not None
    return picture.shape[:2]


def test_a_still_with_one_witness_is_shown_whole(tmp_path: Path) -> None:
    walked, doubt = withheld(still(tmp_path), tmp_path / "out")
    assert walked.withheld is not None
    assert walked.withheld.code == "one_witness"
    assert {witness for witness, _ in doubt.proposals} == {Witness.FITTED}
    assert doubt.picture == tmp_path / "out" / "evidence.jpg"
    assert shown(doubt.picture) == (walked.inspection.rows, walked.inspection.columns)
    assert doubt.envelope is None
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["evidence.jpg"]


def test_a_cine_in_doubt_is_shown_with_its_brightest(tmp_path: Path) -> None:
    path = cine(scene_of("shape=phased,subject=heart,seed=3,fault=low_gain,severity=0.9"), tmp_path)
    walked, doubt = withheld(path, tmp_path / "out")
    assert shown(doubt.picture) == shown(doubt.envelope) == (walked.inspection.rows, walked.inspection.columns)
    assert Witness.MOVING in {witness for witness, _ in doubt.proposals}


def test_what_a_person_drew_releases_and_is_measured(tmp_path: Path) -> None:
    path = still(tmp_path)
    _, doubt = withheld(path, tmp_path / "first")
    drawn = dict(doubt.proposals)[Witness.FITTED]
    walked = walk_in_child(path, KEY, tmp_path / "second", Guidance(drawn=drawn))
    assert walked.doubt is None
    assert walked.release is not None
    assert walked.release.kept.witnesses == (Witness.DRAWN,)
    assert walked.inspection.sector.provenance is Provenance.LEARNED
    assert walked.inspection.sector.polygon == drawn[0]
    assert not (tmp_path / "second" / "evidence.jpg").exists()


def test_the_drawing_teaches_the_next_scan_of_the_device(tmp_path: Path) -> None:
    path = still(tmp_path)
    walked, doubt = withheld(path, tmp_path / "first")
    size = walked.inspection.rows, walked.inspection.columns
    layout = Layout(Kind.STILL, *size, dict(doubt.proposals)[Witness.FITTED], drawn=True)
    second = walk_in_child(
        still(tmp_path, "seed=3,frames=1,fault=shadow,severity=0.5"), KEY, tmp_path / "second", Guidance((layout,))
    )
    assert second.release is not None
    assert second.release.kept.witnesses == (Witness.FITTED, Witness.LEARNED)
    of_another = replace(layout, device="SR-OTHER")
    withheld(
        still(tmp_path, "seed=3,frames=1,fault=shadow,severity=0.5"),
        tmp_path / "third",
        Guidance((of_another,), device="SR-ONE"),
    )


def read_writing() -> None:
    raise TextInside(2, (BOX, BOX))


def test_where_writing_was_read_crosses_the_border_of_the_child() -> None:
    with pytest.raises(TextInside) as caught:
        run_in_child(read_writing)
    assert caught.value.boxes == (BOX, BOX)
    assert caught.value.facts == {"count": 2}


def test_a_drawing_around_nothing_is_no_sector(tmp_path: Path) -> None:
    outside: Polygon = ((900.0, 900.0), (950.0, 900.0), (950.0, 990.0))
    walked, doubt = withheld(still(tmp_path), tmp_path / "out", Guidance(drawn=(outside,)))
    assert walked.withheld is not None
    assert walked.withheld.code == "no_sector"
    assert doubt.picture is not None


def test_rules_measure_inside_the_drawing() -> None:
    clip = phantom_clip("shape=curvilinear,seed=3")
    found = find_sector(clip)
    same = drawn_sector(clip, (found.polygon,))
    assert same.shape is Shape.CURVILINEAR
    assert same.apex is not None
    assert found.apex is not None
    assert np.allclose(same.apex, found.apex, atol=3)
    box = ((120.0, 60.0), (180.0, 60.0), (180.0, 120.0), (120.0, 120.0))
    sector = drawn_sector(clip, (box, box[:3]))
    assert (sector.shape, sector.polygon, sector.apex) == (Shape.LINEAR, box, None)
    assert inspect_clip(clip, rules_in(), (sector,)).sector == sector
