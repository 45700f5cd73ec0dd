"""Does somebody with a phone and a poor link get their scans to the experts, and learn what became of each?"""

import hashlib
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from storage import uploads
from storage.catalogue.models import Arrival, Scan
from supervision.exam_types import exam_types
from tests.web.sending import takes_by_http

CARD = exam_types()["CARD"]
PHONE = {"width": 360, "height": 740, "has_touch": True}


@pytest.fixture(autouse=True)
def programme(tmp_path, monkeypatch) -> None:
    takes_by_http(tmp_path, monkeypatch)


def file_of(folder: Path, name: str, size: int) -> Path:
    path = folder / name
    path.write_bytes((b"\0" * 128 + b"DICM" + name.encode()) + b"x" * size)
    return path


def arrived() -> set[str]:
    return set(Scan.objects.values_list("digest", flat=True))


@pytest.mark.chromium
@pytest.mark.service
def test_from_a_phone_in_three_taps_and_the_choice_of_files(window, live_world, tmp_path) -> None:
    files = [file_of(tmp_path, f"DUPONT {number}.dcm", 300_000) for number in range(3)]
    page = window("amina", "/send/", **PHONE)
    page.get_by_role("link", name=CARD.label.en, exact=True).tap()
    page.wait_for_selector("#send")
    page.get_by_text("Nothing found: no to every question").tap()
    page.locator("input[name=files]").set_input_files(files)
    page.get_by_role("button", name="Send", exact=True).tap()
    page.get_by_text("3 of 3 files sent").wait_for()
    page.locator("[data-sending] li p", has_text="being read").nth(2).wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    assert arrived() == {hashlib.sha256(one.read_bytes()).hexdigest() for one in files}
    assert set(Scan.objects.values_list("exam_type", "trainee__username")) == {("CARD", "amina")}
    assert Scan.objects.first().said["answers"] == {one.code: "negative" for one in CARD.questions}
    assert "DUPONT" not in page.evaluate("JSON.stringify({...localStorage})")


@pytest.mark.chromium
@pytest.mark.service
def test_a_broken_link_a_pause_and_a_reload_lose_nothing(window, live_world, tmp_path) -> None:
    path = file_of(tmp_path, "long.dcm", 3_000_000)
    page = window("amina", "/send/?type=later", **PHONE)
    broken = []

    def cut(route) -> None:
        """Let everything behind the first piece get lost on its way."""
        if route.request.method == "PATCH" and route.request.headers["upload-offset"] != "0":
            broken.append(route.request.headers["upload-offset"])
            route.abort()
        else:
            route.continue_()

    page.route("**/uploads/**", cut)
    page.locator("input[name=files]").set_input_files(path)
    page.get_by_role("button", name="Send", exact=True).tap()
    page.get_by_text("The link broke; it goes on by itself.").wait_for()
    page.get_by_role("button", name="Pause").tap()
    page.get_by_text("paused").wait_for()
    page.problems.clear()  # the browser says that a request failed
    [begun] = uploads.unfinished_of(live_world.people["amina"].pk, timezone.now())
    assert 0 < begun.offset < begun.length
    page.unroute("**/uploads/**")
    page.reload()
    assert "1 file was not sent to its end." in page.locator("main").inner_text()
    page.locator("input[name=files]").set_input_files(path)
    page.get_by_text("1 of 1 files sent").wait_for()
    assert arrived() == {hashlib.sha256(path.read_bytes()).hexdigest()}
    assert Arrival.objects.count() == 1


def test_without_scripts_a_plain_form_does_it(world, signed_in, tmp_path) -> None:
    client = signed_in("facilitator")
    page = client.get("/send/?type=CARD").content.decode()
    assert 'enctype="multipart/form-data"' in page
    sent = {"project": "goma", "exam_type": "CARD", "nothing": "1", "trainee": str(world.people["joel"].pk)}
    files = [SimpleUploadedFile("DUPONT.dcm", b"\0" * 128 + b"DICM" + bytes([n])) for n in range(2)]
    assert client.post("/send/", {**sent, "trainee": "", "files": files}).status_code == 422
    assert client.post("/send/", sent).status_code == 422
    assert Scan.objects.count() == 0
    files = [SimpleUploadedFile("DUPONT.dcm", b"\0" * 128 + b"DICM" + bytes([n])) for n in range(2)]
    answer = client.post("/send/", {**sent, "files": files}, follow=True)
    assert answer.content.decode().count("being read") >= 2
    assert set(Scan.objects.values_list("trainee__username", "exam_type")) == {("joel", "CARD")}
    other = signed_in("amina").get(f"/send/?sent={','.join(str(one.pk) for one in Arrival.objects.all())}")
    assert "being read" not in other.content.decode(), "what others sent is not told"


def test_that_the_patient_is_critical_is_asked_once_more(world, signed_in) -> None:
    client = signed_in("amina")
    sent = {"project": "goma", "exam_type": "CARD", "nothing": "1", "critical": "1"}
    asked = {"X-Requested-With": "fetch"}
    assert client.post("/send/", sent, headers=asked).json()["unsure"]
    said = client.post("/send/", {**sent, "sure": "1"}, headers=asked)
    assert (said.status_code, said.json()["unsure"]) == (200, False)
    assert "worksheet" in said.json()["metadata"]


def test_a_form_that_is_too_large_or_comes_from_elsewhere_is_refused(world, signed_in) -> None:
    client = signed_in("amina")
    assert client.post("/send/", CONTENT_LENGTH=str(65 * 2**20)).status_code == 413
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(world.people["amina"], backend="web.sign_in.OwnPeople")
    assert strict.post("/send/", {"project": "goma"}).status_code == 403
