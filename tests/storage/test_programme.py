"""Does the catalogue follow programme.toml, and forget nothing?"""

from pathlib import Path

import pytest

from pipeline.errors import Misconfigured
from storage.catalogue.models import Event, Organisation, Project
from storage.catalogue.programme import apply, current
from storage.settings import settings
from supervision.programme import read_programme
from tests.storage.conftest import NOON, World

PROGRAMME = """
[[organisations]]
code = "relief"
name = "Relief International"

[[projects]]
code = "goma"
organisation = "relief"
name = "Goma"
country = "RDC"

[[projects]]
code = "uvira"
organisation = "relief"
name = "Uvira"
"""


def test_applying_writes_what_is_new_and_changed(world: World) -> None:
    world.queued()
    apply(read_programme(PROGRAMME), NOON)
    assert Organisation.objects.get(code="relief").name == "Relief International"
    assert dict(Project.objects.values_list("code", "active")) == {
        "goma": True,
        "uvira": True,
        "bunia": False,
        "elsewhere": False,
    }
    assert Project.objects.get(code="goma").country == "RDC"
    assert world.goma.scans.count() == 1


def test_applying_twice_changes_nothing(world: World) -> None:
    for _ in range(2):
        apply(read_programme(PROGRAMME), NOON)
    assert Event.objects.filter(what="programme_applied").count() == 1
    assert Organisation.objects.count() == 2


def test_a_project_that_comes_back_is_active_again(world: World) -> None:
    apply(read_programme(""), NOON)
    assert not Project.objects.filter(active=True).exists()
    apply(read_programme(PROGRAMME), NOON)
    assert Project.objects.get(code="goma").active


def test_the_file_of_the_installation_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path))
    settings.cache_clear()
    assert current().projects == ()
    (tmp_path / "programme.toml").write_text(PROGRAMME, encoding="utf-8")
    assert current().projects == ()
    current.cache_clear()
    assert [project.code for project in current().projects] == ["goma", "uvira"]


def test_a_file_that_is_not_text_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path))
    settings.cache_clear()
    (tmp_path / "programme.toml").write_bytes(b"name = '\xff'")
    with pytest.raises(Misconfigured, match="programme_invalid"):
        current()
