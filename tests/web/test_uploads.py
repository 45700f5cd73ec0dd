"""Is a file that comes in pieces whole in the end, once, and nobody else's, whatever breaks on the way?"""

import base64
import hashlib
import json
import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from pipeline.errors import Unavailable
from storage import uploads
from storage.catalogue.models import Arrival, Scan, StoredObject
from storage.objects import Area
from storage.objects.chosen import object_store
from storage.settings import settings
from supervision.roles import Role
from tests.web.sending import PIECE, Sender, takes_by_http, token_of

CONTENT = b"\0" * 128 + b"DICM" + bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def programme(tmp_path, monkeypatch) -> Iterator[None]:
    takes_by_http(tmp_path, monkeypatch)
    yield
    shutil.rmtree(settings().uploads_folder, ignore_errors=True)


@pytest.fixture
def amina(world) -> Sender:
    return Sender(token_of(world.people["amina"]))


@pytest.fixture
def facilitator(world) -> Sender:
    return Sender(token_of(world.people["facilitator"]))


def sole_scan() -> Scan:
    assert not list(settings().uploads_folder.glob("*/part")), "what is received lies in the store alone"
    return Scan.objects.get()


@examples(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), content=st.binary(min_size=1, max_size=40_000))
def test_wherever_the_link_is_cut_the_file_is_whole_in_the_end(amina, data, content: bytes) -> None:
    """The offset is never more than what came, never less than what came in full pieces of a read."""
    Arrival.objects.all().delete()
    before = set(Scan.objects.values_list("digest", flat=True))
    address, offset = amina.begin(len(content)), 0
    for share in data.draw(st.lists(st.floats(0, 1), max_size=4), "cuts"):
        cut = int((len(content) - offset) * share)
        amina.patch(address, offset, content[offset:], cut=cut)
        assert amina.offset(address) == offset + cut
        offset += cut
    amina.patch(address, offset, content[offset:])
    digest = hashlib.sha256(content).hexdigest()
    assert digest in set(Scan.objects.values_list("digest", flat=True)) - before or digest in before
    assert Arrival.objects.get().scan.digest == digest
    with object_store().fetch(Area.RAW, digest) as kept:
        assert kept.read_bytes() == content
    assert amina.offset(address) == len(content)


def test_the_answer_tells_what_became_of_it_and_nothing_tells_its_name(amina, world) -> None:
    sheet = {"question": "", "answers": {}, "age": "adult_15_44"}
    address = amina.begin(len(CONTENT), filename="DUPONT JEAN.dcm", exam_type="CARD", worksheet=sheet)
    kept = b"".join(one.read_bytes() for one in settings().uploads_folder.rglob("*") if one.is_file())
    assert b"DUPONT" not in kept
    assert base64.b64encode(b"DUPONT JEAN.dcm") not in kept
    answer = amina.patch(address, 0, CONTENT)
    assert (answer.status_code, answer.headers["Upload-Offset"]) == (204, str(len(CONTENT)))
    scan = sole_scan()
    assert (scan.trainee, scan.exam_type, scan.said["age"]) == (world.people["amina"], "CARD", "adult_15_44")
    arrival = Arrival.objects.get()
    assert (arrival.source, arrival.sent_by) == ("browser", world.people["amina"])
    assert answer.headers["Sonorelay-Arrivals"] == str(arrival.pk)
    told = amina.client.get(address, headers={"Accept-Language": "fr"}).json()
    assert [(one["scan"], one["answer"], one["final"]) for one in told["arrivals"]] == [
        (scan.short_id, "reading", False)
    ]
    again = amina.create(len(CONTENT), CONTENT)
    [second] = amina.client.get(again.headers["Location"]).json()["arrivals"]
    assert second["answer"] == "duplicate"
    assert scan.short_id in second["text"]


def test_a_sender_of_own_scans_names_nobody_else_and_others_name_whom_they_want(amina, facilitator, world) -> None:
    refused = amina.create(5, trainee="joel")
    assert (refused.status_code, refused.json()["code"]) == (400, "not_yours")
    assert facilitator.create(5, b"12345", trainee="joel").status_code == 201
    assert facilitator.create(5, b"abcde").status_code == 201
    assert set(Scan.objects.values_list("trainee__username", flat=True)) == {"joel", None}


def test_an_upload_is_its_persons_and_its_projects(amina, facilitator, world, signed_in) -> None:
    address = amina.begin(10)
    for other in (facilitator.client, signed_in("facilitator")):
        for method in ("head", "patch", "delete", "get"):
            answer = getattr(other, method)(address, headers={"Tus-Resumable": "1.0.0", "Upload-Offset": "0"})
            assert answer.status_code == 404
    for nobody in (
        Client(),
        Client(headers={"Authorization": "Bearer sr_wrong"}),
        Client(headers={"Authorization": "x"}),
    ):
        assert nobody.get(address).status_code == 401
    assert signed_in("rose").get(address).status_code == 403
    for project in ("elsewhere", "nowhere", ""):
        assert amina.create(5, project=project).status_code == 404
    closed = facilitator.create(5, project="bunia")
    assert (closed.status_code, closed.json()["code"]) == (404, "way_closed")
    world.people["amina"].memberships.all().delete()
    world.person("zoe", Role.TRAINEE, world.goma)
    world.people["amina"].memberships.create(role=Role.TRAINEE, organisation=world.relief, project=world.bunia)
    assert amina.client.get(address).status_code == 404, "the role in the project is gone"


def test_a_session_needs_the_token_of_the_page(world) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.people["amina"], backend="web.sign_in.OwnPeople")
    spoken = {"Tus-Resumable": "1.0.0", "Upload-Length": "3", "Upload-Metadata": "project Z29tYQ=="}
    assert strict.post("/uploads/", headers=spoken).status_code == 403
    strict.get("/login/", follow=True)
    token = strict.get("/account/").context["csrf_token"]
    good = strict.post("/uploads/", headers={**spoken, "X-CSRFToken": str(token)})
    assert good.status_code == 201
    foreign = {**spoken, "X-CSRFToken": str(token), "Origin": "https://elsewhere.example"}
    assert strict.post("/uploads/", headers=foreign).status_code == 403
    address = good.headers["Location"]
    headers = {"Tus-Resumable": "1.0.0", "Upload-Offset": "0"}
    assert strict.patch(address, b"abc", content_type=PIECE, headers=headers).status_code == 403
    sent = strict.patch(address, b"abc", content_type=PIECE, headers={**headers, "X-CSRFToken": str(token)})
    assert sent.status_code == 204


def test_a_piece_with_a_checksum_is_kept_whole_or_not_at_all(amina) -> None:
    address = amina.begin(len(CONTENT))
    for algorithm in ("sha1", "sha256"):
        wrong = base64.b64encode(hashlib.new(algorithm, b"other").digest()).decode()
        answer = amina.patch(address, 0, CONTENT, Upload_Checksum=f"{algorithm} {wrong}")
        assert (answer.status_code, amina.offset(address)) == (460, 0)
    assert amina.patch(address, 0, CONTENT, Upload_Checksum="md5 xx").status_code == 400
    right = base64.b64encode(hashlib.sha256(CONTENT).digest()).decode()
    assert amina.patch(address, 0, CONTENT, cut=700, Upload_Checksum=f"sha256 {right}").status_code == 460
    assert amina.offset(address) == 0
    assert amina.patch(address, 0, CONTENT, Upload_Checksum=f"sha256 {right}").status_code == 204
    assert sole_scan().size == len(CONTENT)


def test_what_does_not_fit_is_said(amina, monkeypatch) -> None:
    address = amina.begin(10)
    assert amina.patch(address, 3, b"abc").status_code == 409
    assert amina.patch(address, 0, b"a" * 11).status_code == 413
    assert amina.client.patch(address, b"abc", headers={"Upload-Offset": "0"}).status_code == 415
    assert amina.client.head(address, headers={"Tus-Resumable": "0.2.2"}).status_code == 412
    assert amina.client.put(address).status_code == 405
    assert amina.offset(address) == 0
    assert amina.create(settings().upload_limit_mb * 2**20 + 1).status_code == 413
    no_length = amina.client.post("/uploads/", headers={"Upload-Metadata": "project Z29tYQ=="})
    assert no_length.status_code == 400
    for wrong in ("project", "project !!", "project Z29tYQ==,project Z29tYQ==", "colour cmVk", "project " + "A" * 9000):
        answer = amina.client.post("/uploads/", headers={"Upload-Length": "1", "Upload-Metadata": wrong})
        assert answer.status_code in (400, 404), wrong
    for sheet in ('{"answers": 1}', "[]", "{", '{"patient": "x"}', "[" * 4000):
        answer = amina.create(5, worksheet=sheet)
        assert (answer.status_code, answer.json()["code"]) == (400, "not_metadata")
    offered = amina.client.options("/uploads/")
    assert offered.headers["Tus-Max-Size"] == str(settings().upload_limit_mb * 2**20)
    monkeypatch.setenv("SONORELAY_DISK_RESERVE_MB", str(10**9))
    settings.cache_clear()
    full = amina.create(5)
    assert (full.status_code, full.json()["code"]) == (503, "disk_full")
    assert "Retry-After" in full.headers


def test_only_one_writes_and_an_upload_can_be_given_up(amina, world, monkeypatch) -> None:
    monkeypatch.setattr("storage.uploads.writing.SECONDS_TO_WAIT", 0.1)
    address = amina.begin(10)
    mine = uploads.unfinished_of(world.people["amina"].pk, timezone.now())[0]
    with uploads.alone(mine):
        assert amina.patch(address, 0, b"abc").status_code == 423
        assert amina.client.head(address).status_code == 423
        assert amina.client.delete(address).status_code == 423
    assert amina.client.delete(address).status_code == 204
    assert amina.client.head(address).status_code == 404
    assert list(settings().uploads_folder.iterdir()) == []


def test_an_abandoned_upload_is_over_and_swept(amina, world) -> None:
    address = amina.begin(10)
    amina.patch(address, 0, b"abc")
    later = timezone.now() + timedelta(days=settings().upload_days, minutes=1)
    assert uploads.found(address.split("/")[2], later) is None
    assert uploads.sweep(timezone.now()) == 0
    assert uploads.sweep(later) == 1
    assert amina.client.head(address).status_code == 404


@pytest.mark.parametrize("dies_after", ["hand_on", "receive"])
def test_a_server_that_dies_between_the_last_byte_and_the_answer_receives_once(amina, monkeypatch, dies_after) -> None:
    """The next question finishes what was begun, and the file is not its own duplicate."""
    address = amina.begin(len(CONTENT))

    def die(*_: object, **__: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("web.uploads.receiving.receive" if dies_after == "hand_on" else "storage.uploads.finish", die)
        with pytest.raises(SystemExit):
            amina.patch(address, 0, CONTENT)
    assert amina.offset(address) == len(CONTENT)
    assert sole_scan().arrivals.count() == 1
    [told] = amina.client.get(address).json()["arrivals"]
    assert told["answer"] == "reading"


def test_a_store_out_of_reach_loses_nothing(amina, monkeypatch) -> None:
    address = amina.begin(len(CONTENT))
    with monkeypatch.context() as patch:

        def gone(*_: object, **__: object) -> None:
            raise Unavailable("object_missing")

        patch.setattr("web.uploads.receiving.receive", gone)
        answer = amina.patch(address, 0, CONTENT)
        assert (answer.status_code, "Retry-After" in answer.headers) == (503, True)
        assert amina.client.head(address).status_code == 503, "what is not in the store is not said to be here"
    assert amina.offset(address) == len(CONTENT)
    assert StoredObject.objects.get(role="raw").digest == sole_scan().digest


def test_only_what_is_certain_counts_after_the_machine_stopped(amina, world) -> None:
    """A mark of another start of the machine: what lies behind it may be zeros."""
    address = amina.begin(10)
    amina.patch(address, 0, b"abc")
    mine = uploads.unfinished_of(world.people["amina"].pk, timezone.now())[0]
    mine.part.write_bytes(b"abc\0\0\0")
    (mine.folder / "mark").write_text(json.dumps([3, False, "another start"]))
    assert amina.offset(address) == 3
    assert amina.patch(address, 3, b"defghij").status_code == 204
    assert sole_scan().digest == hashlib.sha256(b"abcdefghij").hexdigest()
