"""A project goes over whole to an installation in which nothing was, and whoever gave it away has it no more."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from pipeline.errors import Conflict, Misconfigured, Rejected, Unavailable
from storage.objects import Area
from storage.settings import settings
from supervision.certificate import verify
from supervision.handover import Stage, Unmet
from supervision.roles import Action
from tests.storage.giving_away import Drill, drill, exams
from tests.storage.two_sides import Installation

if TYPE_CHECKING:
    from storage.catalogue.models import Person

__all__ = ["drill"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_the_drill(drill: Drill) -> None:
    from storage.catalogue import handovers, queue, scope
    from storage.catalogue.models import Event, Person, ProjectBundle, Scan
    from storage.handover import steps

    with drill.old.here():
        drill.read(exams("goma")[0], "rose")
        made = steps.begin("goma", "ministry", "Ministry of Health", drill.person("owner"), drill.later())
        with pytest.raises(steps.NotYet) as refused:
            steps.move(made, Stage.SHADOW, drill.person("owner"), drill.later())
        assert refused.value.unmet == (Unmet.NOT_RESTORED, Unmet.NO_READERS)
        going = {drill.person(name).pk for name in ("amina", "noor", "minister")}
        steps.choose(made, going, drill.person("owner"), drill.later())

    bundle = drill.exported("dry run")
    holds_nothing_of_another_project(drill, bundle)
    there, arrived = drill.restored(bundle)
    is_the_receivers_and_opens_with_a_key_of_its_own(drill, there)
    assert arrived.differences == ()
    assert arrived.here["tables"] == arrived.said["tables"]
    assert arrived.here["unmatched"] == 0
    assert arrived.here["objects"] == 9  # original, poster and preview of three scans
    drill.confirmed(arrived.receipt.as_json())
    drill.move(made, Stage.SHADOW)

    with drill.old.here():
        shadowed = exams("goma")[1]
        with pytest.raises(Conflict, match="other_side"):
            drill.read(shadowed, "rose")
        drill.read(shadowed, "noor")
        with pytest.raises(Conflict):
            queue.claim(shadowed.items.get(done_at=None).pk, drill.person("noor"), drill.later())
        drill.read(shadowed, "rose")
        assert steps.shown(made).shadowed == 1
        assert (
            queue.next_item(drill.person("luc"), drill.later()) is None
        )  # what is left is for the receiver to read first
        assert queue.next_item(drill.person("noor"), drill.later()) is not None
    drill.move(made, Stage.SWITCHED)
    with drill.old.here():
        with pytest.raises(Misconfigured, match="not_given"):
            steps.choose(made, {drill.person("owner").pk}, drill.person("owner"), drill.later())
        assert not scope.projects_for(drill.person("grace"), Action.SYNC).filter(code="goma").exists()
        assert scope.projects_for(drill.person("minister"), Action.MANAGE_PEOPLE).filter(code="goma").exists()
    drill.move(made, Stage.READ_ONLY, by="minister")
    with drill.old.here():
        with pytest.raises(Unavailable, match="handed_over"):
            handovers.refuse_when_frozen("goma")
        with pytest.raises(steps.NotYet):
            steps.move(made, Stage.REVOKED, drill.person("minister"), drill.later())
    last, arrived = drill.restored(drill.exported("final"))
    assert arrived.differences == ()
    drill.confirmed(arrived.receipt.as_json())
    drill.move(made, Stage.REVOKED)

    with drill.old.here():
        ours = [drill.person(name) for name in ("owner", "rose", "luc", "grace", "ada")]
        left = {action for action in Action for one in ours if "goma" in codes(one, action)}
        assert left == {Action.SEE_HANDOVER}
        assert not scope.scans_for(drill.person("owner"), Action.SEE_SCANS).filter(project__code="goma").exists()
        assert scope.scans_for(drill.person("owner"), Action.SEE_SCANS).filter(project__code="bunia").exists()
        certificate = verify(json.dumps(made.steps.get(stage=Stage.REVOKED).signed).encode())
        says = certificate.document["says"]
        assert certificate.document["kind"] == "handover"
        assert [one["stage"] for one in says["before"]] == ["dry_run", "shadow", "switched", "read_only"]
        assert says["bundle"]["digest"] == ProjectBundle.objects.latest("made_at").digest
        assert Event.objects.filter(what="handover_step", facts__project="goma").count() == 5
    with pytest.raises(Rejected, match="certificate_changed"):
        verify(certificate.as_json().replace(b"ministry", b"ministre"))
    with last.here():
        assert not Person.objects.filter(is_active=True).exists()
        assert not Person.objects.exclude(email="").exists()
        assert Scan.objects.count() == 3
        assert {one.reviewer.username for one in exams("goma")[1].reviews.all()} == {"noor", "rose"}
    assert there.home != last.home


def codes(person: Person, action: Action) -> set[str]:
    from storage.catalogue import scope

    return set(scope.projects_for(person, action).values_list("code", flat=True))


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
