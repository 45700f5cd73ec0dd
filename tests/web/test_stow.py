"""Can another program store instances by DICOMweb, and is it told of each what became of it?"""

import gzip
import io
from xml.etree import ElementTree as Xml

import pydicom
import pytest
from dicomweb_client.api import DICOMwebClient
from django.test import Client
from pydicom.data import get_testdata_file
from pydicom.uid import generate_uid

from pipeline.errors import Unavailable
from storage.catalogue.models import Arrival, Scan
from storage.settings import settings
from tests.real_files import data_file
from tests.web.sending import takes_by_http, token_of

SENT = 'multipart/related; type="application/dicom"; boundary=b1'
ADDRESS = "/dicomweb/goma/studies"


@pytest.fixture(autouse=True)
def programme(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path / "home"))
    takes_by_http(tmp_path, monkeypatch)


@pytest.fixture
def amina(world) -> Client:
    return Client(headers={"Authorization": f"Bearer {token_of(world.people['amina'])}"})


def instance() -> pydicom.Dataset:
    """Return a small instance that nobody has sent before."""
    data = pydicom.dcmread(get_testdata_file("examples_ybr_color.dcm"), stop_before_pixels=True)
    data.SOPInstanceUID = data.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    return data


def written(data: pydicom.Dataset) -> bytes:
    with io.BytesIO() as file:
        pydicom.dcmwrite(file, data)
        return file.getvalue()


def body(*parts: bytes, media_type: str = "application/dicom") -> bytes:
    head = f"--b1\r\nContent-Type: {media_type}\r\n\r\n".encode()
    return b"".join(head + part + b"\r\n" for part in parts) + b"--b1--"


def told(answer) -> dict[str, list[tuple[str, int | None]]]:
    """Return which instances stand in which sequence, with the reason."""
    found = pydicom.Dataset.from_json(answer.content.decode())
    reasons = {
        "FailedSOPSequence": "FailureReason",
        "ReferencedSOPSequence": "WarningReason",
        "OtherFailuresSequence": "FailureReason",
    }
    return {
        name: [(str(one.get("ReferencedSOPInstanceUID", "")), one.get(reason)) for one in found[name].value]
        for name, reason in reasons.items()
        if name in found
    }


@pytest.mark.service
def test_a_real_client_stores_and_learns_what_became_of_each(live_world, live_server) -> None:
    token = token_of(live_world.people["amina"])
    client = DICOMwebClient(f"{live_server.url}/dicomweb/goma", headers={"Authorization": f"Bearer {token}"})
    sent = [instance() for _ in range(3)]
    stored = client.store_instances(sent)
    assert [one.ReferencedSOPInstanceUID for one in stored.ReferencedSOPSequence] == [
        one.SOPInstanceUID for one in sent
    ]
    assert Scan.objects.filter(trainee=live_world.people["amina"], arrivals__source="dicomweb").count() == 3
    again = client.store_instances([*sent[:1], instance()], study_instance_uid=sent[0].StudyInstanceUID)
    assert [one.get("WarningReason") for one in again.ReferencedSOPSequence] == [0x0111, None]


def test_of_another_study_only_the_wrong_one_fails(amina) -> None:
    right, wrong = instance(), instance()
    wrong.StudyInstanceUID = generate_uid()
    content = body(written(right), written(wrong))
    answer = amina.post(f"{ADDRESS}/{right.StudyInstanceUID}", content, content_type=SENT)
    assert answer.status_code == 202
    assert told(answer) == {
        "ReferencedSOPSequence": [(right.SOPInstanceUID, None)],
        "FailedSOPSequence": [(wrong.SOPInstanceUID, 0xC409)],
    }
    assert Scan.objects.count() == 1
    assert amina.post(f"{ADDRESS}/1.2.3", body(written(wrong)), content_type=SENT).status_code == 409


def test_one_instance_alone_and_the_answer_as_xml(amina) -> None:
    data = instance()
    answer = amina.post(
        ADDRESS, written(data), content_type="application/dicom", headers={"Accept": "application/dicom+xml"}
    )
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "application/dicom+xml")
    root = Xml.fromstring(answer.content)  # noqa: S314 - our own
    space = {"n": "http://dicom.nema.org/PS3.19/models/NativeDICOM"}
    [uid] = root.findall("n:DicomAttribute[@tag='00081199']/n:Item/n:DicomAttribute[@tag='00081155']/n:Value", space)
    assert uid.text == data.SOPInstanceUID
    asked = {"Accept": "text/html"}
    assert amina.post(ADDRESS, written(data), content_type="application/dicom", headers=asked).status_code == 406


@pytest.mark.parametrize(
    ("content", "content_type", "status"),
    [
        (b"no boundary", SENT, 400),
        (b"--b1--", SENT, 400),
        (b"--b1\r\n\r\nabc", SENT, 400),
        (b"abc", "multipart/related; type=application/dicom", 400),
        (b"abc", 'multipart/related; type="application/dicom+json"; boundary=b1', 415),
        (b"abc", "multipart/form-data; boundary=b1", 415),
        (b"abc", "text/plain", 415),
        (body(b"abc"), SENT, 409),
        (body(b"<html>", media_type="text/html"), SENT, 409),
        (b"\0" * 200, "application/dicom", 409),
    ],
)
def test_what_cannot_be_stored_is_refused_with_a_reason(amina, content, content_type, status) -> None:
    answer = amina.post(ADDRESS, content, content_type=content_type)
    assert answer.status_code == status, answer.content
    assert Scan.objects.count() == 0
    assert list(settings().uploads_folder.iterdir()) == []


def test_what_was_stored_before_the_body_broke_is_said(amina) -> None:
    first, second = instance(), instance()
    broken = body(written(first), written(second))[:-200]
    answer = amina.post(ADDRESS, broken, content_type=SENT)
    assert answer.status_code == 202
    assert told(answer) == {
        "ReferencedSOPSequence": [(first.SOPInstanceUID, None)],
        "OtherFailuresSequence": [("", 0x0110)],
    }


def test_room_and_size_and_a_store_that_is_away(amina, monkeypatch) -> None:
    content = body(written(instance()))

    def gone(*_: object, **__: object) -> None:
        raise Unavailable("object_missing")

    with monkeypatch.context() as patch:
        patch.setattr("web.dicomweb.storing.receive", gone)
        answer = amina.post(ADDRESS, content, content_type=SENT)
    assert (answer.status_code, [reason for _, reason in told(answer)["FailedSOPSequence"]]) == (503, [0xA700])
    monkeypatch.setattr("web.dicomweb.views.largest", lambda: 1000)
    assert amina.post(ADDRESS, content, content_type=SENT).status_code == 413
    monkeypatch.setenv("SONORELAY_DISK_RESERVE_MB", str(10**9))
    settings.cache_clear()
    assert amina.post(ADDRESS, content, content_type=SENT).status_code == 503


def test_only_a_token_opens_it_and_only_where_the_programme_wants_it(amina, world, signed_in) -> None:
    content = body(written(instance()))
    for nobody in (Client(), signed_in("amina"), Client(headers={"Authorization": "Basic YTpi"})):
        answer = nobody.post(ADDRESS, content, content_type=SENT)
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")
    facilitator = Client(headers={"Authorization": f"Bearer {token_of(world.people['facilitator'])}"})
    closed = facilitator.post("/dicomweb/bunia/studies", content, content_type=SENT)
    assert (closed.status_code, closed.json()["code"]) == (404, "way_closed")
    assert facilitator.post("/dicomweb/elsewhere/studies", content, content_type=SENT).status_code == 404
    assert facilitator.get(ADDRESS).status_code == 405
    assert Scan.objects.count() == 0


def test_every_bad_file_gets_an_answer(amina) -> None:
    """By multipart all at once: each is named or counted, none ends the request."""
    files = sorted(data_file("bad/black.mp4").parent.iterdir())
    contents = [gzip.decompress(one.read_bytes()) if one.suffix == ".gz" else one.read_bytes() for one in files]
    answer = amina.post(ADDRESS, body(*contents), content_type=SENT)
    assert answer.status_code == 202
    assert sum(len(items) for items in told(answer).values()) == len(files)
    assert Arrival.objects.count() == len(told(answer)["ReferencedSOPSequence"])
    assert list(settings().uploads_folder.iterdir()) == []
