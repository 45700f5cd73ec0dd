"""Does a walk in a child process remember which layouts hold no writing, for the walks that follow?"""

from functools import partial
from pathlib import Path

from pipeline.child import run_in_child
from pipeline.deidentify import Key
from pipeline.deidentify.again import release_again
from pipeline.guidance import Guidance
from pipeline.phantom import Scene, write_dicom
from pipeline.sector import Shape
from qa_rules import walk_in_child

KEY = Key.from_bytes(bytes(range(32)))


def test_a_walk_remembers_what_it_read(tmp_path: Path) -> None:
    path, layouts = tmp_path / "cine.dcm", tmp_path / "layouts"
    write_dicom(Scene(6, Shape.CURVILINEAR, 240, 320, frames=12), path)
    first = walk_in_child(path, KEY, tmp_path / "first", Guidance(), layouts)
    (kept,) = layouts.iterdir()
    before = kept.stat().st_mtime_ns
    second = walk_in_child(path, KEY, tmp_path / "second", Guidance(), layouts)
    assert first.release is not None
    assert second.release is not None
    assert first.release.report == second.release.report
    assert [kept.stat().st_mtime_ns for kept in layouts.iterdir()] == [before]  # known: not written again
    for one, other in zip(first.release.outputs, second.release.outputs, strict=True):
        assert one.path.read_bytes() == other.path.read_bytes()


def test_so_does_a_release_under_another_key(tmp_path: Path) -> None:
    path, layouts = tmp_path / "cine.dcm", tmp_path / "layouts"
    write_dicom(Scene(6, Shape.CURVILINEAR, 240, 320, frames=12), path)
    first = walk_in_child(path, KEY, tmp_path / "first")
    assert first.release is not None
    again = partial(release_again, text_accepted=False, layouts_read=layouts)
    run_in_child(again, path, Key.from_bytes(bytes(32)), tmp_path / "again", first.release.kept)
    assert len(list(layouts.iterdir())) == 1
