"""A project goes over whole, command by command, and whoever gave it away has it no more."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Conflict
from sonorelay.__main__ import main
from storage.objects import Area
from storage.settings import settings
from supervision.certificate import verify
from supervision.roles import Action
from tests.storage.giving_away import PASSPHRASE, Drill, drill, exams
from tests.storage.two_sides import Installation

if TYPE_CHECKING:
    from storage.catalogue.models import Person

__all__ = ["drill"]
pytestmark = pytest.mark.django_db(transaction=True)
PROJECT = ("--project", "goma")
TO_THE_MINISTRY = ("--organisation", "ministry", "--name", "Ministry of Health")


@dataclass
class Prompt:
    """Whoever types commands on the giving installation, or on a new one."""

    drill: Drill
    capsys: pytest.CaptureFixture[str]
    passphrase: Path

    def says(self, *arguments: object, status: int = 0, at: Installation | None = None) -> str:
        """Return what a command printed, the complaint where it is to end with another status than 0."""
        self.capsys.readouterr()
        with (at or self.drill.old).here():
            ended = main([str(one) for one in arguments])
        told = self.capsys.readouterr()
        assert ended == status, told
        return told.err if status else told.out

    def handover(self, action: str, *arguments: object, by: str = "owner", status: int = 0) -> str:
        return self.says("handover", action, *PROJECT, "--by", by, *arguments, status=status)

    def exported(self, name: str, by: str = "owner") -> Path:
        folder = self.drill.folder / name
        self.handover("export", "--to", folder, "--originals", "--passphrase-file", self.passphrase, by=by)
        return folder


@pytest.fixture
def prompt(drill: Drill, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Prompt:
    def nobody_is_there(*_: object) -> None:
        raise OSError("there is no network")

    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    monkeypatch.setattr(socket.socket, "connect", nobody_is_there)
    (tmp_path / "passphrase").write_text(PASSPHRASE + "\n")
    return Prompt(drill, capsys, tmp_path / "passphrase")


@pytest.mark.service
def test_the_drill(prompt: Prompt, postgresql_settings: dict[str, str]) -> None:
    drill = prompt.drill
    with drill.old.here():
        drill.read(exams("goma")[0], "rose")
    prompt.handover("begin", "--to", "ministry", "--name", "Ministry of Health")
    refused = prompt.handover("step", "shadow", status=1)
    assert "No receipt yet" in refused
    assert "Nobody of the receiving side reviews" in refused
    prompt.handover("people", "--goes", "amina", "--goes", "noor", "--goes", "minister")

    bundle = prompt.exported("dry run")
    holds_nothing_of_another_project(drill, bundle)
    receipt = restored_onto_postgresql(bundle, drill.folder / "there", postgresql_settings, prompt.passphrase)
    assert "restored a bundle of the project" in prompt.says("certificate", receipt)
    assert "counted the same" in prompt.handover("confirm", receipt)
    assert "receiving side reads first" in prompt.handover("step", "shadow")

    with drill.old.here():
        each_side_has_its_own_reading(drill)
    prompt.handover("step", "switched")
    assert "may not do this" in prompt.handover("people", "--goes", "owner", status=2)
    with drill.old.here():
        assert "goma" not in codes(drill.person("grace"), Action.SYNC)
        assert "goma" in codes(drill.person("minister"), Action.MANAGE_PEOPLE)
    prompt.handover("step", "read_only", by="minister")
    assert "No receipt yet" in prompt.handover("step", "revoked", by="minister", status=1)
    there, arrived = drill.restored(prompt.exported("final"))
    is_the_receivers_and_opens_with_a_key_of_its_own(drill, there)
    nobody_can_enter_what_was_restored(there)
    receipt.write_bytes(arrived.receipt.as_json())
    prompt.handover("confirm", receipt)
    prompt.handover("step", "revoked")
    the_giver_has_it_no_more(prompt)

    certificate = drill.folder / "certificate.json"
    assert "has passed to Ministry of Health" in prompt.says("handover", "certificate", *PROJECT, "--to", certificate)
    says = verify(certificate.read_bytes()).document["says"]
    assert [one["stage"] for one in says["before"]] == ["dry_run", "shadow", "switched", "read_only"]
    assert says["bundle"]["digest"] == arrived.receipt.document["says"]["bundle"]
    printed = drill.folder / "certificate.pdf"
    prompt.says("handover", "certificate", *PROJECT, "--to", printed)
    assert "has passed to Ministry of Health" in prompt.says("certificate", printed)
    certificate.write_bytes(certificate.read_bytes().replace(b"ministry", b"ministre"))
    assert "changed after it was signed" in prompt.says("certificate", certificate, status=1)
    told = json.loads(prompt.says("handover", "status", *PROJECT, "--json"))
    assert (told["stage"], told["next"], len(told["steps"])) == ("revoked", None, 5)
    assert [(one["restored"], one["differences"]) for one in told["bundles"]] == [(True, []), (True, [])]


def restored_onto_postgresql(bundle: Path, home: Path, database: dict[str, str], passphrase: Path) -> Path:
    """Restore where there is neither table, file nor key, in a process of its own; return the receipt."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("SONORELAY_", "DJANGO_"))}
    there = kept | database | {"SONORELAY_HOME": str(home), "LC_ALL": "fr_FR.UTF-8"}

    def says(*arguments: object) -> str:
        command = [sys.executable, "-m", "sonorelay", *map(str, arguments)]
        return subprocess.run(command, env=there, stdout=subprocess.PIPE, text=True, check=True, timeout=600).stdout

    told = says("restore", "--from", bundle, *TO_THE_MINISTRY, "--passphrase-file", passphrase)
    assert "9 fichiers stockés sur 9" in told  # original, poster and preview of three scans
    assert "Empreintes sans correspondance\N{NO-BREAK SPACE}: 0." in told
    assert "La chaîne est entière" in says("audit", "verify")
    return home / "receipt-goma.json"


def each_side_has_its_own_reading(drill: Drill) -> None:
    from storage.catalogue import queue

    shadowed = exams("goma")[1]
    with pytest.raises(Conflict, match="other_side"):
        drill.read(shadowed, "rose")
    drill.read(shadowed, "noor")
    with pytest.raises(Conflict):
        queue.claim(shadowed.items.get(done_at=None).pk, drill.person("noor"), drill.later())
    drill.read(shadowed, "rose")
    assert queue.next_item(drill.person("luc"), drill.later()) is None, "what is left is for the receiver to read first"
    assert queue.next_item(drill.person("noor"), drill.later()) is not None


def the_giver_has_it_no_more(prompt: Prompt) -> None:
    from storage.catalogue import scope

    drill = prompt.drill
    assert "may not do this" in prompt.handover("export", "--to", drill.folder / "more", status=2)
    assert "access to it revoked" in prompt.says(
        *("export", "measures", "--period", "2026-03", "--to", drill.folder / "more", *PROJECT), status=2
    )
    with drill.old.here():
        ours = [drill.person(name) for name in ("owner", "rose", "luc", "grace", "ada")]
        left = {action for action in Action for one in ours if "goma" in codes(one, action)}
        assert left == {Action.SEE_HANDOVER}
        assert not scope.scans_for(drill.person("owner"), Action.SEE_SCANS).filter(project__code="goma").exists()
        assert scope.scans_for(drill.person("owner"), Action.SEE_SCANS).filter(project__code="bunia").exists()


def codes(person: Person, action: Action) -> set[str]:
    from storage.catalogue import scope

    return set(scope.projects_for(person, action).values_list("code", flat=True))


def nobody_can_enter_what_was_restored(there: Installation) -> None:
    from storage.catalogue.models import Person, Scan

    with there.here():
        assert not Person.objects.filter(is_active=True).exists()
        assert not Person.objects.exclude(email="").exists()
        assert Scan.objects.count() == 3
        assert {one.reviewer.username for one in exams("goma")[1].reviews.all()} == {"noor", "rose"}


def holds_nothing_of_another_project(drill: Drill, bundle: Path) -> None:
    from storage.catalogue.models import Scan

    with drill.old.here():
        strange = Scan.objects.get(project__code="bunia")
        told = [strange.digest, "bunia", "stranger", *strange.objects_stored.values_list("digest", flat=True)]
    for file in [one for one in bundle.rglob("*") if one.is_file()]:
        data = file.read_bytes()
        assert not [one for one in told if one.encode() in data], file


def is_the_receivers_and_opens_with_a_key_of_its_own(drill: Drill, there: Installation) -> None:
    from storage.catalogue.models import Organisation, Scan
    from storage.objects.chosen import object_store

    with there.here():
        assert Organisation.objects.get().code == "ministry"
        raw = Scan.objects.earliest("pk")
        object_store().verify(Area.RAW, raw.digest)
        keys = {one.name: one.read_bytes() for one in settings().keys_folder.iterdir()}
        said = settings().programme_file.read_text()
        assert "ministry" in said
        assert "/srv/goma" not in said
    with drill.old.here():
        assert keys["ministry.key"] == settings().key_file("relief").read_bytes()
        assert settings().key_file("relief").with_suffix(".vault").read_bytes() not in keys.values()
        assert settings().key_file("relief").with_suffix(".signing").read_bytes() not in keys.values()


def test_what_came_is_taken_for_what_it_is_and_refused_with_its_reason(prompt: Prompt) -> None:
    drill, folder = prompt.drill, prompt.drill.folder
    bundle = prompt.exported("bundle")
    archive = Path(shutil.make_archive(str(folder / "sent"), "zip", folder, "bundle"))
    told = prompt.says("handover", "verify", archive, "--passphrase-file", prompt.passphrase)
    assert "is as it was signed" in told
    assert "The passphrase opens its keys." in told
    assert "The originals are in it." in told
    assert "not with the one that you named" in prompt.says("handover", "verify", bundle, "--key", "AAAA", status=1)
    with drill.old.here():
        drill.old.store().delete(Area.RELEASED, sorted(drill.old.store().digests(Area.RELEASED))[0])
    lacking = folder / "lacking"
    assert "1 files that its rows name are lost here" in prompt.handover("export", "--to", lacking)

    def restore(*more: object, status: int) -> str:
        home = folder / "clean"
        home.mkdir(exist_ok=True)
        return prompt.says("restore", "--from", *more, status=status, at=drill.another(home))

    wrong = folder / "wrong"
    wrong.write_text("another passphrase\n")
    assert "Say whose it is" in restore(bundle, status=2)
    assert "A code has" in restore(bundle, "--organisation", "The Ministry", "--name", "M", status=2)
    assert "passphrase" in restore(bundle, *TO_THE_MINISTRY, "--passphrase-file", wrong, status=2)
    assert "here is a backup" in restore(folder / "old", *TO_THE_MINISTRY, status=2)
    assert "holds an installation already" in prompt.says("restore", "--from", bundle, *TO_THE_MINISTRY, status=2)
    damaged = sorted((bundle / "data" / "objects").rglob("*"))[-1]
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"\0")
    options = (*TO_THE_MINISTRY, "--passphrase-file", prompt.passphrase)
    assert damaged.name in restore(bundle, *options, status=2)
    assert not list((folder / "clean").glob("*.toml")), "nothing was written"
    receipt = folder / "receipt.json"
    receipt.write_bytes(drill.restored(lacking)[1].receipt.as_json())
    assert "files that the giver has lost: 1" in prompt.handover("confirm", receipt, status=1)
