"""Can an owner pass a project on by the pages, and does everybody see in time what that means for them?"""

from __future__ import annotations

import io
import json
import time
import uuid
import zipfile
from typing import TYPE_CHECKING

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from storage.catalogue import queue, readings
from storage.catalogue.models import Event, Handover, HandoverStep, ProjectBundle
from supervision.certificate import verify
from supervision.roles import Role
from tests.forms import rated
from tests.receipt import receipt
from tests.web.every_page import decide
from tests.web.programmes import BY_HTTP
from tests.web.world import item_of

if TYPE_CHECKING:
    from pathlib import Path

    from django.test import Client

    from tests.web.world import World

GOMA = "/handover/goma/"


def sent(bundle: ProjectBundle, **other: object) -> SimpleUploadedFile:
    """Return the receipt of the ministry, which counted some of it otherwise."""
    told = receipt(bundle, counts={**bundle.counts, "unmatched": 0, "chain": True, **other})
    return SimpleUploadedFile("receipt.json", told, "application/json")


def taken(client: Client, **asked: str) -> bytes:
    """Have a bundle made ready and take it, in two parts."""
    client.post(f"{GOMA}bundle/", {"language": "en", **asked})
    for _ in range(200):
        page = client.get(GOMA)
        if "Refresh" not in page.headers:
            break
        time.sleep(0.1)
    assert f'href="{GOMA}bundle.zip"' in page.content.decode()
    first = client.get(f"{GOMA}bundle.zip", headers={"Range": "bytes=0-4999"})
    whole = int(first.headers["Content-Range"].rpartition("/")[2])
    rest = client.get(f"{GOMA}bundle.zip", headers={"Range": "bytes=5000-", "If-Range": first.headers["ETag"]})
    assert (first.status_code, rest.status_code) == (206, 206)
    data = b"".join(first.streaming_content) + b"".join(rest.streaming_content)
    assert len(data) == whole
    changed = client.get(f"{GOMA}bundle.zip", headers={"Range": "bytes=5-", "If-Range": '"another"'})
    assert (changed.status_code, changed.headers["Content-Length"]) == (200, str(whole))
    changed.close()
    return data


def said(client: Client, address: str, posted: dict[str, object]) -> str:
    """Post, and return the page on which it ends."""
    return client.post(GOMA + address, posted, follow=True).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_project_is_passed_on_by_its_pages(
    world: World, signed_in, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    decide(tmp_path, monkeypatch, BY_HTTP)
    owner, minister = world.people["partner_owner"], world.person("minister", Role.PARTNER_OWNER, world.goma)
    noor = world.person("noor", Role.REVIEWER, world.goma)
    scan = world.scan()
    client = signed_in("partner_owner")
    assert "Begin the dry run" in client.get(GOMA).content.decode()
    assert "small letters" in said(client, "begin/", {"receiver": "No Code", "receiver_name": "Ministry of Health"})
    said(client, "begin/", {"receiver": "ministry", "receiver_name": "Ministry of Health"})
    made = Handover.objects.get()
    said(client, "people/", {"person": [noor.pk, minister.pk, world.people["amina"].pk]})
    assert {one.person_id for one in made.going.all()} == {noor.pk, minister.pk, world.people["amina"].pk}
    page = said(client, "step/", {"to": "shadow", "typed": "goma"})
    assert "No receipt yet" in page
    assert Handover.objects.get().stage == "dry_run"

    assert "not the same" in said(client, "bundle/", {"passphrase": "a long passphrase", "again": "another"})
    assert "only with a passphrase" in said(client, "bundle/", {"originals": "1"})
    with zipfile.ZipFile(io.BytesIO(taken(client))) as archive:
        assert archive.testzip() is None
        assert [name for name in archive.namelist() if name.endswith("/bagit.txt")]
    bundle = ProjectBundle.objects.get()
    assert Event.objects.filter(what="bundle_taken").count() == 2
    (listed,) = client.get("/api/v1/handover/goma/bundles").json()["items"]
    assert (listed["fingerprint"], listed["received"]) == (bundle.digest, None)
    page = said(client, "receipt/", {"receipt": sent(bundle, events=0)})
    assert "shows differences" in page
    assert "differs" in page
    assert "counted there as here" in said(client, "receipt/", {"receipt": sent(bundle)})

    assert "type the code" in said(client, "step/", {"to": "shadow", "typed": "bunia"})
    said(client, "step/", {"to": "shadow", "typed": "goma"})
    assert "you read first" in signed_in("noor").get("/queue/").content.decode()
    assert "you read every exam again" in signed_in("rose").get("/queue/").content.decode()
    for reader in (noor, world.people["rose"]):
        item, form = item_of(scan), rated(4)
        queue.claim(item.pk, reader, timezone.now())
        readings.submit(item.pk, reader, uuid.uuid4(), form, timezone.now(), seconds=50.0, seen=form.views)
    page = client.get(GOMA).content.decode()
    assert "1 of 1" in page
    assert f"/exams/{scan.exam_id}/" in page

    said(client, "step/", {"to": "switched", "typed": "goma"})
    assert "Take the step" in client.get(GOMA).content.decode()
    hers = signed_in("minister")
    said(hers, "step/", {"to": "read_only", "typed": "goma"})
    for name, address in (("supervisor", f"/exams/{scan.exam_id}/"), ("noor", "/queue/"), ("amina", "/my-scans/")):
        assert "is read only since" in signed_in(name).get(address).content.decode(), name
    taken(hers)
    said(hers, "receipt/", {"receipt": sent(ProjectBundle.objects.latest("made_at"))})
    said(hers, "step/", {"to": "revoked", "typed": "goma"})

    page = client.get(GOMA).content.decode()
    assert "Certificate of hand-over (Français, PDF)" in page
    assert "Take the project along" not in page
    assert client.get(f"{GOMA}bundle.zip").status_code == 404
    assert client.get(f"/exams/{scan.exam_id}/").status_code == 404
    last = HandoverStep.objects.get(stage="revoked")
    certificate = verify(client.get(f"{GOMA}steps/{last.pk}.json").content)
    assert certificate.document["says"]["by"]["account"] == "minister"
    assert json.dumps(last.signed) == json.dumps(json.loads(certificate.as_json()))
    assert client.get(f"{GOMA}steps/{last.pk}.fr.pdf").content.startswith(b"%PDF-")
    assert client.get(f"{GOMA}steps/{last.pk - 1}.fr.pdf").status_code == 404
    assert owner.pk not in {one.person_id for one in made.going.all()}


def test_a_hand_over_is_seen_and_moved_by_nobody_else(world: World, signed_in) -> None:
    client = signed_in("partner_owner")
    said(client, "begin/", {"receiver": "ministry", "receiver_name": "Ministry of Health"})
    looking = signed_in("auditor").get(GOMA).content.decode()
    assert "Ministry of Health" in looking
    assert '<button class="primary"' not in looking
    assert signed_in("foreign-owner").get(GOMA).status_code == 404
    assert signed_in("foreign-owner").get("/api/v1/handover/goma").status_code == 404
    assert signed_in("foreign-owner").post(f"{GOMA}step/", {"to": "abandoned", "typed": "goma"}).status_code == 404
    told = client.get("/api/v1/handover/goma").json()
    assert (told["stage"], told["next"], told["may"]) == ("dry_run", "shadow", ["export_project", "hand_over"])
    assert [(one["code"], one["met"]) for one in told["needs"]] == [("not_restored", False), ("no_readers", False)]
    assert verify(client.get(f"/api/v1/handover/goma/steps/{told['steps'][0]['number']}").content)
    noor = world.person("noor", Role.REVIEWER, world.goma)
    put = {"data": {"people": [noor.pk]}, "content_type": "application/json"}
    told = client.put("/api/v1/handover/goma/people", **put).json()
    assert [one["person"] for one in told["people"] if one["goes"]] == [noor.pk]
    move = {"data": {"to": "shadow"}, "content_type": "application/json"}
    refused = client.post("/api/v1/handover/goma/step", **move)
    assert (refused.status_code, refused.json()["wrong"]) == (422, [{"where": "needs", "why": "not_restored"}])
    said(client, "step/", {"to": "abandoned", "typed": "goma"})
    assert "1 abandoned hand-over" in client.get(GOMA).content.decode()
