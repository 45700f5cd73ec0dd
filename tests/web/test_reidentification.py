"""Do two people learn whose scan it is, and nobody alone; and does a release tell how it was made safe?"""

import logging
import re
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from django.utils import timezone
from pydicom import dcmwrite

from pipeline.deidentify.report import CHECKS, PIXELS, REMOVED, Check, Report
from pipeline.received import Kind, Received
from storage.catalogue import intake
from storage.catalogue.models import Event, Reidentification, ReleaseReport, Scan
from storage.objects import Area
from storage.objects.chosen import object_store
from tests.core.deidentify.scenes import frames
from tests.core.reading.written import cine

NAME, NUMBER = "MBEKI THANDI", "DEMO-0042"


@pytest.fixture
def named(world, tmp_path: Path) -> Scan:
    """Let a file that names somebody arrive."""
    path = tmp_path / "in.dcm"
    dcmwrite(path, cine(frames(2), PatientName="MBEKI^THANDI", PatientID=NUMBER), enforce_file_format=False)
    raw = object_store("relief").put(Area.RAW, path)
    known = Received(raw.digest, raw.size, Kind.DICOM, "goma", "amina", "FAST")
    return intake.register(known, raw, "watched_folder", timezone.now()).scan


def test_one_asks_another_consents_and_the_first_sees_it_on_one_page(named, world, signed_in, caplog) -> None:
    world.person("other-officer", world.people["data_officer"].memberships.get().role)
    officer, owner, other = (signed_in(name) for name in ("data_officer", "partner_owner", "other-officer"))
    assert "Whose scan is it?" in unescape(officer.get(f"/scans/{named.pk}/").content.decode())
    with caplog.at_level(logging.DEBUG):
        officer.post(f"/scans/{named.pk}/re-identify/", {"purpose": "recall_patient"})
        asked = Reidentification.objects.get()
        show, approve = f"/re-identification/{asked.pk}/show/", f"/re-identification/{asked.pk}/approve/"
        assert officer.post(show).status_code == 409
        assert officer.post(approve).status_code == 409  # nobody consents to their own request
        assert "Waits for your consent" in owner.get("/re-identification/").content.decode()
        assert owner.post(show).status_code == 409
        owner.post(approve)
        assert other.post(show).status_code == 409
        assert owner.post(show).status_code == 409
        answer = officer.post(show)
    page = unescape(answer.content.decode())
    assert NUMBER in page
    assert "MBEKI" in page
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert officer.get(show).status_code == 405
    assert NUMBER not in caplog.text
    assert "MBEKI" not in caplog.text
    for address in ("/re-identification/", f"/scans/{named.pk}/"):
        assert NUMBER not in officer.get(address).content.decode()
    steps = list(Event.objects.filter(scan=named, what__startswith="reidentif").order_by("pk"))
    assert [(one.what, one.person.username) for one in steps] == [
        ("reidentification_asked", "data_officer"),
        ("reidentification_approved", "partner_owner"),
        ("reidentified", "data_officer"),
    ]
    assert NUMBER not in str([one.facts for one in steps])


def test_after_a_day_the_consent_is_over(named, world, signed_in) -> None:
    officer = signed_in("data_officer")
    officer.post(f"/scans/{named.pk}/re-identify/", {"purpose": "incident"})
    asked = Reidentification.objects.get()
    signed_in("partner_owner").post(f"/re-identification/{asked.pk}/approve/")
    Reidentification.objects.update(approved_at=timezone.now() - timedelta(hours=25))
    assert officer.post(f"/re-identification/{asked.pk}/show/").status_code == 409
    assert "Show whose scan it is" not in officer.get("/re-identification/").content.decode()


def test_a_purpose_is_needed_and_the_request_stays_in_the_project(named, world, signed_in) -> None:
    officer, foreign = signed_in("data_officer"), signed_in("foreign-owner")
    officer.post(f"/scans/{named.pk}/re-identify/", {"purpose": "curiosity"})
    assert not Reidentification.objects.exists()
    assert foreign.post(f"/scans/{named.pk}/re-identify/", {"purpose": "incident"}).status_code == 404
    officer.post(f"/scans/{named.pk}/re-identify/", {"purpose": "incident"})
    asked = Reidentification.objects.get()
    assert foreign.post(f"/re-identification/{asked.pk}/approve/").status_code == 404
    assert named.short_id not in foreign.get("/re-identification/").content.decode()
    assert "Whose scan is it?" not in signed_in("supervisor").get(f"/scans/{named.pk}/").content.decode()


def report() -> dict[str, object]:
    checks = (
        Check("black_outside", passed=True, facts={"frames": 40}),
        Check("text", passed=False, facts={"words": 2}),
    )
    return Report(
        {"deidentify": "3"}, {"names": 4, "dates_shifted": 6}, ("fitted", "moving"), 0.43, "exact", checks
    ).as_json()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_release_tells_what_was_removed_and_which_checks_ran(language, world, signed_in) -> None:
    scan = world.scan()
    ReleaseReport.objects.create(scan=scan, made_at=timezone.now(), report=report())
    for name, address in (("supervisor", f"/scans/{scan.pk}/"), ("amina", f"/my-scans/{scan.pk}/")):
        world.people[name].language = language
        world.people[name].save()
        page = unescape(signed_in(name).get(address).content.decode())
        for text in (
            REMOVED["names"],
            REMOVED["dates_shifted"],
            PIXELS["exact"],
            *(CHECKS[one] for one in ("black_outside", "text")),
        ):
            assert text.say(language) in page
        assert re.search(r"43\s?%", page)
        assert {"en": "10 values removed", "fr": "10 valeurs supprimées"}[language] in page
        assert {"en": "not passed", "fr": "non réussi"}[language] in page


def test_a_scan_from_before_reports_were_kept_has_none(world, signed_in) -> None:
    page = signed_in("supervisor").get(f"/scans/{world.scan().pk}/").content.decode()
    assert "How it was made safe" not in page
