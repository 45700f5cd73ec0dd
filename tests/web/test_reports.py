"""Can a supervisor make a report, write to it and take it along, and can nobody else read what they may not?"""

import io
from dataclasses import replace

import docx
import pytest

from storage.catalogue import reports
from storage.catalogue.models import Event, Report
from storage.catalogue.reporting.reach import project_scope
from storage.objects.chosen import object_store
from supervision.period import Period, PeriodKind
from tests.quarterlies import quarterly
from tests.storage.conftest import NOON

QUARTER = Period.holding(PeriodKind.QUARTER, NOON.date())


def made(client, world) -> Report:
    answer = client.post("/reports/make/", {"about": "project:goma", "period": QUARTER.code})
    report = Report.objects.latest("pk")
    assert answer.headers["Location"] == f"/reports/{report.pk}/"
    return report


def test_a_report_is_made_commented_and_taken(world, signed_in) -> None:
    client, scope = signed_in("supervisor"), project_scope(world.goma)
    document = replace(quarterly(5), scope=scope.code).without_comments()
    report = reports.keep(document, scope, object_store(), None, NOON)
    page = client.get(f"/reports/{report.pk}/").content.decode()
    assert report.digest in page
    assert all(section.title.en in page for section in document.sections)
    section = document.sections[0].key
    comment = {"en": "Two nurses joined.", "fr": "Deux infirmières ont rejoint l'équipe."}
    answer = client.post(f"/reports/{report.pk}/comment/{section}/", comment)
    assert answer.headers["Location"] == f"/reports/{report.pk}/#{section}"
    assert "Two nurses joined." in client.get(f"/reports/{report.pk}/").content.decode()
    file = client.get(f"/reports/{report.pk}/fr.docx")
    assert file.headers["Content-Disposition"] == 'attachment; filename="goma-2026-Q3-outside-fr.docx"'
    words = [paragraph.text for paragraph in docx.Document(io.BytesIO(file.content)).paragraphs]
    assert "Deux infirmières ont rejoint l'équipe." in words
    again = reports.keep(replace(document, outside=False), scope, object_store(), None, NOON)
    assert "Two nurses joined." in client.get(f"/reports/{again.pk}/").content.decode()
    taken = Event.objects.get(what="report_taken")
    assert taken.facts == {"report": report.digest, "language": "fr", "form": "docx"}


@pytest.mark.parametrize(
    ("path", "posted"),
    [
        ("/reports/make/", {"about": "project:elsewhere", "period": QUARTER.code}),
        ("/reports/make/", {"about": "project:goma", "period": "2026-Q9"}),
        ("/reports/make/", {"about": "project:goma", "period": "2999"}),
        ("/reports/make/", {}),
        ("/reports/{pk}/comment/nothing/", {"en": "x"}),
    ],
)
def test_what_is_not_there_is_not_made(world, signed_in, path: str, posted: dict[str, str]) -> None:
    client = signed_in("supervisor")
    report = made(client, world)
    assert client.post(path.format(pk=report.pk), posted).status_code == 404


def test_who_may_not_see_it_gets_nothing(world, signed_in) -> None:
    report = made(signed_in("supervisor"), world)
    reader = signed_in("facilitator")
    assert reader.get(f"/reports/{report.pk}/").status_code == 200
    assert "<textarea" not in reader.get(f"/reports/{report.pk}/").content.decode()
    assert reader.post(f"/reports/{report.pk}/comment/summary/", {"en": "x"}).status_code == 403
    assert reader.get(f"/reports/{report.pk}/en.exe").status_code == 404
    stranger = signed_in("foreign-owner")
    assert str(project_scope(world.goma).code) not in stranger.get("/reports/").content.decode()
    for address in ("", "en.pdf"):
        assert stranger.get(f"/reports/{report.pk}/{address}").status_code == 404
    assert stranger.post(f"/reports/{report.pk}/comment/summary/", {"en": "x"}).status_code == 404
