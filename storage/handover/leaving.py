"""How does a whole project leave to a folder on a disk, and what is kept here of a bundle that was made?"""

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.errors import Misconfigured
from storage.catalogue.models import Event, Person, Project, ProjectBundle
from storage.catalogue.scope import projects_for
from storage.catalogue.transaction import one_transaction
from storage.handover import bag
from storage.handover.exporting import Ready, Wanted, ready, refuse_without_room
from storage.objects import ObjectStore
from storage.room import full_disk_is_said
from storage.signing import sign
from supervision.certificates.project_bundle import KIND
from supervision.roles import Action

SIGNED = "bundle-signed.json"


def project_of(code: str, person: Person, action: Action) -> Project:
    """Return the project with which somebody may do this; Misconfigured (`not_given`) for any other."""
    found = projects_for(person, action).select_related("organisation").filter(code=code).first()
    if found is None:
        raise Misconfigured("not_given", person=person.username, project=code)
    return found


def into_folder(wanted: Wanted, folder: Path, store: ObjectStore, now: datetime) -> ProjectBundle:
    """Write the bundle of a project into a folder, or go on with one that was interrupted; return what was written.

    Misconfigured: not_given, bundle_there, no_room_there, passphrase_short, passphrase_wrong. Unavailable: disk_full,
    object_damaged, store and catalogue out of reach; then what was written stays for the next time.
    """
    project_of(wanted.project, wanted.by, Action.EXPORT_PROJECT)
    begun = (folder / bag.PROGRESS).is_file()
    if folder.exists() and not begun and any(folder.iterdir()):
        raise Misconfigured("bundle_there", folder=str(folder))
    with full_disk_is_said(), ready(wanted, store, now, folder if begun else None) as made:
        refuse_without_room(made, folder)
        lines = bag.write_folder(folder, made.parts(), info_of(made), partial(tags_of, made, now))
    return note(wanted, made, bag.digest_of(lines), made_at=now, now=now)


def name_of(project: str, now: datetime) -> str:
    """Return how a bundle is called."""
    return f"{project}-{now.astimezone(UTC):%Y-%m-%dT%H%MZ}"


def info_of(made: Ready) -> dict[str, str]:
    """Return what `bag-info.txt` says."""
    said = made.said
    return {
        "Source-Organization": said["organisation"]["name"],
        "External-Identifier": said["project"]["code"],
        "External-Description": f"Sonorelay project {said['project']['code']}, {said['format']}",
        "Bagging-Date": said["made_at"][:10],
    }


def counts_of(said: dict[str, Any]) -> dict[str, Any]:
    """Return what is compared with the receipt: rows by table, stored files and their bytes, events of the chain."""
    return {
        "tables": {one["name"]: one["rows"] for one in said["catalogue"]["tables"]},
        "objects": said["objects"]["count"],
        "missing": len(said["missing"]),
        "events": said["events"],
    }


def statement(said: dict[str, Any], manifest: str) -> dict[str, Any]:
    """Return what is signed of a bundle with this digest of its manifest."""
    return {
        "bundle": manifest,
        "project": said["project"],
        "made_at": said["made_at"],
        "originals": said["originals"],
        "keys": said["keys"],
        "audit_head": said["audit_head"],
        "counts": counts_of(said),
    }


def tags_of(made: Ready, now: datetime, manifest: str) -> list[tuple[str, bytes]]:
    """Sign the digest of the manifest, and with it every byte of the bundle."""
    code = made.said["organisation"]["code"]
    return [(SIGNED, sign(code, KIND, statement(made.said, manifest), now).as_json())]


def note(wanted: Wanted, made: Ready, digest: str, *, made_at: datetime, now: datetime) -> ProjectBundle:
    """Note a whole bundle, which is as the project was when it was made."""
    project = Project.objects.get(code=wanted.project)
    facts = {"project": project.code, "bundle": digest, "originals": wanted.originals}
    with one_transaction():
        Event.objects.create(at=now, what="project_exported", person=wanted.by, facts=facts)
        return ProjectBundle.objects.create(
            project=project,
            digest=digest,
            made_at=made_at,
            made_by=wanted.by,
            originals=wanted.originals,
            counts=counts_of(made.said),
        )
