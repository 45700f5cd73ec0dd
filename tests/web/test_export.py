"""Do final readings and figures leave by the API and the command, of one's own projects, with nobody's name in them?"""

import json
import shutil
import tempfile
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pydicom
import pytest
from django.utils import timezone
from fhir.resources.R4B import get_fhir_model_class

from pipeline.deidentify import deidentify
from pipeline.kept import Kept, Witness
from pipeline.reading import read_clip
from sonorelay.export import export
from storage.catalogue.models import Event, Exam, Review, StoredObject
from storage.catalogue.reporting import figures_of, project_scope
from storage.export.numbers import numbers_of
from storage.export.readings import report_name
from storage.keys import organisation_key
from storage.objects import Area
from storage.objects.chosen import object_store
from supervision.export.counts import Name
from supervision.period import Period, PeriodKind
from tests.real_files import pydicom_example
from tests.web.every_page import decide
from tests.web.programmes import BY_HTTP
from web.api.addresses import PREFIX

MAPPED = """
[dhis2]
data_set = "pBOMPrpg1QX"
[dhis2.org_units]
goma = "DiszpKrYNg8"
elsewhere = "O6uvpzGd5pu"
[[dhis2.values]]
figure = "rated"
data_element = "s46m5MS0hxu"
[[dhis2.values]]
figure = "sessions"
data_element = "fbfJHSPpUQD"
"""


@pytest.fixture
def read(world) -> Exam:
    """Return an exam that was read, with a clip that came as DICOM and was released by the real way."""
    scan = world.scan()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "source.dcm")
        shutil.copy(pydicom_example("examples_ybr_color.dcm"), source)
        clip = read_clip(source)
        middle = Kept((((80.0, 60.0), (240.0, 60.0), (240.0, 180.0), (80.0, 180.0)),), (Witness.DRAWN,))
        deidentify(source, clip, middle, organisation_key("relief"), Path(folder, "to"), text_accepted=True)
        put = object_store().put(Area.RELEASED, Path(folder, "to", "scan.dcm"))
    StoredObject.objects.create(
        scan=scan, role="derivative", area=put.area, digest=put.digest, size=put.size, media_type="application/dicom"
    )
    scan.captured_at = timezone.now() - timedelta(days=2)
    scan.save()
    world.review(scan)
    return Exam.objects.get(clips=scan)


def released(exam: Exam) -> pydicom.Dataset:
    stored = StoredObject.objects.get(scan__exam=exam, role="derivative")
    with object_store().fetch(Area.RELEASED, stored.digest) as path:
        return pydicom.dcmread(path, stop_before_pixels=True)


def test_a_reading_goes_out_as_dicom_beside_its_clip(read: Exam, signed_in) -> None:
    officer = signed_in("data_officer")
    listed = officer.get(f"{PREFIX}export/readings").json()["items"]
    assert [(one["exam"], one["dicom"]) for one in listed] == [(read.pk, True)]
    for page in ("/export/", f"/exams/{read.pk}/"):
        assert f"{PREFIX}export/exams/{read.pk}/sr" in officer.get(page).content.decode()
    assert "/export/exams/" not in signed_in("auditor").get(f"/exams/{read.pk}/").content.decode()
    answer = officer.get(f"{PREFIX}export/exams/{read.pk}/sr")
    assert answer.headers["Content-Type"] == "application/dicom"
    assert str(read.uuid) not in answer.headers["Content-Disposition"]  # a FHIR file has that name
    report, clip = pydicom.dcmread(BytesIO(answer.content)), released(read)
    assert report.StudyInstanceUID == clip.StudyInstanceUID
    assert str(report.PatientID) == str(clip.PatientID)
    named = report.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence[0].ReferencedSOPSequence[0]
    assert named.ReferencedSOPInstanceUID == clip.SOPInstanceUID
    assert int(report.ContentDate) >= int(clip.StudyDate)
    raw = pydicom.dcmread(pydicom_example("examples_ybr_color.dcm"), stop_before_pixels=True)
    assert report.PatientID != raw.PatientID
    for said in (str(raw.StudyInstanceUID), "Mwamba", "amina", "Keep the depth", str(read.uuid)):
        assert said.encode() not in answer.content
    assert officer.get(f"{PREFIX}export/exams/{read.pk}/sr").content == answer.content
    assert Event.objects.filter(what="exported", person__username="data_officer").count() == 2


def test_a_reading_goes_out_as_fhir_with_pseudonyms_and_names_only_on_demand(read: Exam, signed_in) -> None:
    officer = signed_in("data_officer")
    answer = officer.get(f"{PREFIX}export/exams/{read.pk}/fhir")
    assert answer.headers["Content-Type"] == "application/fhir+json"
    get_fhir_model_class("Bundle").model_validate_json(answer.content)
    for said in ("amina", "Amina", "Mwamba", "rose", "Keep the depth", str(released(read).StudyInstanceUID)):
        assert said not in answer.content.decode()
    assert str(read.uuid) in answer.content.decode()
    assert "Amina Mwamba" in officer.get(f"{PREFIX}export/exams/{read.pk}/fhir?names=true").content.decode()
    assert signed_in("foreign-owner").get(f"{PREFIX}export/exams/{read.pk}/fhir").status_code == 404
    assert signed_in("foreign-owner").get(f"{PREFIX}export/readings").json()["items"] == []


def test_an_exam_that_is_not_final_and_clips_that_are_no_dicom_give_nothing(world, signed_in) -> None:
    waiting, video = world.scan(), world.scan()
    world.review(video)
    officer = signed_in("data_officer")
    assert officer.get(f"{PREFIX}export/exams/{waiting.exam_id}/fhir").status_code == 404
    assert officer.get(f"{PREFIX}export/exams/{video.exam_id}/fhir").status_code == 200
    assert officer.get(f"{PREFIX}export/exams/{video.exam_id}/sr").status_code == 404


def test_numbers_are_those_of_the_reports_and_small_ones_stay(world, signed_in, tmp_path, monkeypatch) -> None:
    for _ in range(6):
        world.review(world.scan())
    world.scan(project=world.bunia, exam_type="CARD")
    now = timezone.now()
    period = Period.holding(PeriodKind.MONTH, now.date())
    told = numbers_of([world.goma, world.bunia], period, now)
    for project in (world.goma, world.bunia):
        counted = figures_of(project_scope(project), period, now).activity.whole
        assert told[project.code][Name("scans_in")] == counted.scans_in > 0
        assert told[project.code][Name("rated")] == counted.rated
    assert told["goma"][Name("rated", "FAST")] == 6
    officer = signed_in("data_officer")
    assert officer.get(f"{PREFIX}export/dhis2?period={period.code}").status_code == 404  # nothing is mapped
    decide(tmp_path, monkeypatch, BY_HTTP + MAPPED)
    sent = officer.get(f"{PREFIX}export/dhis2?period={period.code}").json()
    values = {(one["orgUnit"], one["dataElement"]): one["value"] for one in sent["dataValues"]}
    assert values == {("DiszpKrYNg8", "s46m5MS0hxu"): "6", ("DiszpKrYNg8", "fbfJHSPpUQD"): "0"}
    assert officer.get(f"{PREFIX}export/dhis2?period=2026").status_code == 422
    measures = officer.get(f"{PREFIX}export/measures/goma?period={period.code}")
    get_fhir_model_class("MeasureReport").model_validate_json(measures.content)
    assert officer.get(f"{PREFIX}export/measures/elsewhere?period={period.code}").status_code == 404


def test_the_command_writes_the_same_files_again(read: Exam, tmp_path: Path, capsys) -> None:
    period = Period.holding(PeriodKind.MONTH, timezone.now().date()).code
    called = report_name(Review.objects.get(exam=read))
    kinds = {"fhir": f"{read.uuid}.json", "sr": f"{called}.dcm"}
    for kind, name in kinds.items():
        contents = []
        for _ in range(2):
            assert export(kind, period, tmp_path / kind, project=None, as_json=True) == 0
            assert [one.name for one in (tmp_path / kind).iterdir()] == [name]
            contents.append((tmp_path / kind / name).read_bytes())
        assert contents[0] == contents[1]
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["files"] == 1
    assert export("dhis2", period, tmp_path, project=None, as_json=True) == 2
    assert export("fhir", "last month", tmp_path, project=None, as_json=True) == 2
