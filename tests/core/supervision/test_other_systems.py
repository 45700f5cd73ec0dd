"""Do readings leave in forms that other systems accept, with nothing of anybody, and small numbers not at all?"""

import io
import json
import shutil
import subprocess
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import numpy as np
import pydicom
import pytest
from fhir.resources.R4B import get_fhir_model_class
from highdicom.sr import CodedConcept, srread
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from supervision.exam_types import ExamType, exam_types
from supervision.export import codes, dhis2, fhir
from supervision.export.codes import Concept
from supervision.export.counts import ALL, OF_SCANS, PARTS, WITHIN, Name, hidden
from supervision.export.dhis2 import Dhis2
from supervision.export.final_reading import FinalReading, Somebody
from supervision.export.measure_report import measure_report
from supervision.export.structured_report import structured_report
from supervision.marks import Mark, Shape
from supervision.period import Period
from supervision.priority import Clock
from supervision.rating import Answer, Cause, Component, Consequence, Reference
from supervision.review_form import Advice, ReviewForm
from supervision.suppression import SMALLEST_TOLD
from tests.real_files import pydicom_example
from tests.servers import absent

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TYPED = "Mrs Kavira, bed 12"
NAMES = ("Amina Mwamba", "Rose Kahindo")


def levels() -> st.SearchStrategy[int | None]:
    return st.sampled_from([0, 1, 2, None])


@st.composite
def forms(draw: st.DrawFn, exam_type: ExamType) -> ReviewForm:
    """Give a reading of this type with everything on it that somebody could have typed."""
    questions = [one.code for one in exam_type.questions]
    answers = {code: draw(st.sampled_from(Answer)) for code in questions}
    return ReviewForm(
        overall=draw(st.integers(1, 5)),
        views={one.code: {part: draw(levels()) for part in Component} for one in exam_type.views},
        answers=answers,
        references={code: draw(st.sampled_from(Reference)) for code in questions},
        indication=draw(st.none() | st.integers(0, 2)),
        consequence=draw(st.none() | st.sampled_from(Consequence)),
        entrustment=draw(st.none() | st.integers(1, 5)),
        cause=draw(st.none() | st.sampled_from(Cause)),
        keep=Advice(text=TYPED),
        change=Advice(text=TYPED),
        comment=TYPED,
        marks=(Mark(1, 0, Shape.ARROW, ((0.5, 0.5), (0.6, 0.6)), TYPED),),
    )


@st.composite
def readings(draw: st.DrawFn) -> FinalReading:
    exam_type = draw(st.sampled_from([exam_types()[code] for code in ("FAST", "CARD", "OB_T23", "PHANTOM")]))
    form = draw(forms(exam_type))
    scanner = {code: draw(st.sampled_from(Answer)) for code in form.answers if draw(st.booleans())}
    return FinalReading(
        exam=draw(st.uuids(version=4)),
        reading=draw(st.uuids(version=4)),
        version=draw(st.integers(1, 3)),
        project="goma",
        exam_type=exam_type,
        form=form,
        clock=draw(st.sampled_from(Clock)),
        asked_at=NOON,
        due_at=NOON,
        submitted_at=NOON,
        reviewer=Somebody("SR-READER"),
        trainee=draw(st.none() | st.just(Somebody("SR-TRAINEE"))),
        scanner=scanner,
        views={},
        days_after=draw(st.none() | st.integers(0, 400)),
    )


def released(pseudonym: str = "SR-PATIENT") -> Dataset:
    """Return the header of a released clip: moved dates, a pseudonym, no name."""
    header = pydicom.dcmread(pydicom_example("examples_ybr_color.dcm"), stop_before_pixels=True)
    header.PatientID, header.PatientName, header.StudyDate = pseudonym, pseudonym, "20190105"
    return header


def run(program: str, path: Path) -> str:
    found = shutil.which(program)
    if found is None:
        absent(f"{program} (Debian packages dcmtk and dicom3tools)")
    done = subprocess.run([str(found), str(path)], capture_output=True, check=False)
    said = (done.stdout + done.stderr).decode("latin-1")
    assert done.returncode == 0, said
    return said


@settings(max_examples=6, deadline=None)
@given(reading=readings())
def test_a_structured_report_is_accepted_by_others_and_always_the_same_bytes(reading, tmp_path_factory) -> None:
    header = released()
    content = structured_report(reading, [header])
    assert content == structured_report(reading, [header])
    path = tmp_path_factory.mktemp("sr") / "report.dcm"
    path.write_bytes(content)
    assert [line for line in run("dciodvfy", path).splitlines() if line.startswith("Error")] == []
    assert "Imaging Measurement Report" in run("dsrdump", path)
    report = srread(path)
    groups = report.content.get_image_measurement_groups()
    asked = len(reading.form.views) + len(reading.form.answers)
    assert len(groups) == 1 + asked
    overall = groups[0].get_measurements(CodedConcept("111029", "DCM", "Image Quality Rating"))[0]
    assert overall.value == reading.form.overall
    assert report.StudyInstanceUID == header.StudyInstanceUID
    day = date(2019, 1, 5).toordinal() + (reading.days_after or 0)
    assert report.ContentDate == f"{date.fromordinal(day):%Y%m%d}"  # moved as the study is
    days = {str(one.value)[:4] for one in report.iterall() if one.VR in ("DA", "DT") and one.value}
    assert f"{NOON.year}" not in days
    assert f"{NOON:%H%M%S}" not in {str(one.value) for one in report.iterall() if one.VR == "TM"}
    assert b"Kavira" not in content


def test_a_report_of_no_released_object_is_refused_and_a_reader_may_be_named_on_purpose() -> None:
    form = ReviewForm(overall=3)
    at = {"clock": Clock.P2, "asked_at": NOON, "due_at": NOON, "submitted_at": NOON}
    whole = FinalReading(
        UUID(int=1), UUID(int=2), 1, "goma", exam_types()["PHANTOM"], form, **at, reviewer=Somebody("SR-R", "Rose K")
    )
    with pytest.raises(ValueError, match="released"):
        structured_report(whole, [])
    bare, other = released(), released()
    for name in ("StudyDate", "StudyTime", "StudyID", "PatientSex", "PatientBirthDate", "PatientName", "Modality"):
        delattr(bare, name)
    other.StudyInstanceUID, other.SOPInstanceUID = "2.25.1", "2.25.2"  # clips of two studies that a person joined
    for evidence in ([released()], [bare], [released(), released()], [released(), other]):
        content = structured_report(whole, evidence)
        assert b"Rose K" in content
        assert content == structured_report(whole, list(reversed(evidence)))


@settings(max_examples=25, deadline=None)
@given(reading=readings())
def test_a_bundle_is_valid_fhir_and_names_nobody(reading: FinalReading) -> None:
    bundle = fhir.bundle_of(reading)
    content = fhir.as_bytes(bundle)
    assert content == fhir.as_bytes(fhir.bundle_of(reading))
    kinds = []
    for entry in bundle["entry"]:
        one = entry["resource"]
        get_fhir_model_class(one["resourceType"]).model_validate(one)
        assert entry["fullUrl"] == f"urn:uuid:{one['id']}"
        kinds.append(one["resourceType"])
    get_fhir_model_class("Bundle").model_validate(bundle)
    assert kinds.count("Observation") == 1 + len(reading.form.views) + len(reading.form.answers)
    assert {"Task", "DiagnosticReport", "Practitioner"} <= set(kinds)
    there = {entry["fullUrl"] for entry in bundle["entry"]}
    assert set(_references(bundle)) <= there
    for word in (TYPED, *NAMES):
        assert word.encode() not in content


def _references(part: object) -> list[str]:
    if isinstance(part, dict):
        own = [part["reference"]] if isinstance(part.get("reference"), str) else []
        return own + [one for value in part.values() for one in _references(value)]
    return [one for value in part for one in _references(value)] if isinstance(part, list) else []


def test_a_code_has_one_meaning_and_fits_dicom() -> None:
    known: dict[tuple[str, str], str] = {}
    tables = [value for value in vars(codes).values() if not isinstance(value, str | type)]
    found = [one for one in tables if isinstance(one, Concept)]
    found += [one for table in tables if hasattr(table, "values") for one in table.values() if isinstance(one, Concept)]
    found += list(codes.LEVELS)
    for exam_type in exam_types().values():
        found += [codes.exam_type_concept(exam_type), codes.procedure_of(exam_type)]
        found += [codes.view_concept(exam_type, one.code) for one in exam_type.views]
        found += [codes.question_concept(exam_type, one.code) for one in exam_type.questions]
    for one in found:
        assert known.setdefault((one.scheme, one.value), one.meaning) == one.meaning
        assert len(one.meaning.encode()) <= codes.LONGEST_MEANING
    assert len(known) > 200


@st.composite
def numbers(draw: st.DrawFn) -> dict[Name, int]:
    """Give numbers that could be: parts no larger than their whole, exam types that add up to the whole."""
    by_type = {}
    for code in draw(st.sets(st.sampled_from(["FAST", "CARD", "RHD"]), min_size=1)):
        told: dict[str, int] = dict.fromkeys(OF_SCANS, 0)
        for whole, parts in PARTS.items():
            for part in parts:
                told[part] = draw(st.integers(0, 12))
            told[whole] = sum(told[part] for part in parts)
        told["rated"] = sum(told[part] for part in PARTS["rated"])
        told["exams"] = told["rated"] + told["exams_open"] + told["exams_left_out"]
        for whole, part in WITHIN:
            told[part] = draw(st.integers(0, told[whole]))
        by_type[code] = told
    cells = {Name(figure, code): value for code, told in by_type.items() for figure, value in told.items()}
    for figure in OF_SCANS:
        cells[Name(figure)] = sum(told[figure] for told in by_type.values())
    kept = draw(st.sets(st.sampled_from(sorted(cells))))
    return {name: value for name, value in cells.items() if name not in kept}


@settings(deadline=None)
@given(cells=numbers())
def test_no_small_number_leaves_and_none_can_be_worked_out(cells: dict[Name, int]) -> None:
    small = hidden(cells)
    told = {name: value for name, value in cells.items() if name not in small}
    assert all(value == 0 or value >= SMALLEST_TOLD for value in told.values())
    for code in {name.exam_type for name in told}:
        for whole, parts in [*PARTS.items(), *((one, (other,)) for one, other in WITHIN)]:
            named = [Name(part, code) for part in parts if Name(part, code) in cells]
            if named and Name(whole, code) in told:
                rest = told[Name(whole, code)] - sum(told.get(name, 0) for name in named)
                assert rest == 0 or rest >= SMALLEST_TOLD, (whole, code, rest)
    for figure in {name.figure for name in told}:
        types = [name for name in cells if name.figure == figure and name.exam_type]
        if types and Name(figure) in told:
            rest = told[Name(figure)] - sum(told.get(name, 0) for name in types)
            assert rest == 0 or rest >= SMALLEST_TOLD
    assert all(cells[name] > 0 for name in small)  # nought is told


@settings(deadline=None)
@given(cells=numbers())
def test_all_sums_together_tell_no_small_number_and_no_small_rest(cells: dict[Name, int]) -> None:
    small = hidden(cells)
    unknown: dict[object, int] = {name: cells[name] for name in cells if name in small}
    sums: list[dict[object, int]] = []
    for whole, parts in adding_up(cells):
        rest = cells[whole] - sum(cells[part] for part in parts)
        if rest:
            unknown["rest", len(sums)] = rest
        sums.append(dict.fromkeys(parts, 1) | {whole: -1, ("rest", len(sums)): 1})
    equations = np.array([[line.get(name, 0) for name in unknown] for line in sums]).reshape(len(sums), len(unknown))
    rank = np.linalg.matrix_rank(equations) if equations.size else 0
    for unit, (name, value) in zip(np.eye(len(unknown)), unknown.items(), strict=True):
        if 0 < value < SMALLEST_TOLD:
            assert np.linalg.matrix_rank(np.vstack([equations, unit])) > rank, name


def adding_up(cells: dict[Name, int]) -> Iterator[tuple[Name, list[Name]]]:
    """Give what anybody knows of these numbers: which of them are part of which."""
    for whole in cells:
        if not whole.exam_type:
            yield whole, [one for one in cells if one.figure == whole.figure and one.exam_type]
        for figure, parts in [*PARTS.items(), *((one, (other,)) for one, other in WITHIN)]:
            if figure == whole.figure:
                yield whole, [Name(part, whole.exam_type) for part in parts if Name(part, whole.exam_type) in cells]


def test_what_is_hidden_to_protect_another_is_not_told_by_a_third() -> None:
    rated = {Name("rated", "FAST"): 7, Name("rated", "CARD"): 20, Name("rated"): 27}
    cells = rated | {Name("adequate", "FAST"): 5, Name("adequate", "CARD"): 10, Name("adequate"): 15}
    assert Name("adequate", "FAST") in hidden(cells)  # else 7 - 5 tells the 2 that are not adequate
    assert hidden(cells) & {Name("adequate", "CARD"), Name("adequate")}  # else 15 - 10 tells those 5


def test_large_numbers_all_leave() -> None:
    cells = {Name(name): 100 * place + 200 for place, name in enumerate(reversed(OF_SCANS))}
    assert hidden({name: value for name, value in cells.items() if name.figure in ("exams", "rated")}) == frozenset()


MAPPING = Dhis2.model_validate(
    {
        "data_set": "pBOMPrpg1QX",
        "org_units": {"goma": "DiszpKrYNg8", "bunia": "O6uvpzGd5pu"},
        "values": [
            {"figure": "rated", "data_element": "s46m5MS0hxu"},
            {"figure": "adequate", "data_element": "UOlfIjgN8X6"},
            {
                "figure": "rated",
                "exam_type": "FAST",
                "data_element": "s46m5MS0hxu",
                "category_option_combo": "Prlt0C1RF0s",
            },
            {"figure": "sessions", "data_element": "fbfJHSPpUQD"},
        ],
    }
)


def test_data_values_are_what_dhis2_takes_and_small_ones_are_left_out() -> None:
    told = {
        "goma": {Name("rated"): 40, Name("adequate"): 38, Name("rated", "FAST"): 25, Name("sessions"): 2},
        "bunia": {Name("rated"): 3},
        "elsewhere": {Name("rated"): 90},
    }
    payload = dhis2.data_value_set(MAPPING, Period.named("2026-02"), told)
    assert payload["dataSet"] == "pBOMPrpg1QX"
    values = payload["dataValues"]
    places = [(one["orgUnit"], one["dataElement"], one.get("categoryOptionCombo")) for one in values]
    assert dict(zip(places, (one["value"] for one in values), strict=True)) == {
        ("DiszpKrYNg8", "s46m5MS0hxu", None): "40",  # adequate 38 would tell the 2 that are not
        ("DiszpKrYNg8", "s46m5MS0hxu", "Prlt0C1RF0s"): "25",
        ("DiszpKrYNg8", "fbfJHSPpUQD", None): "2",
        ("O6uvpzGd5pu", "UOlfIjgN8X6", None): "0",
        ("O6uvpzGd5pu", "s46m5MS0hxu", "Prlt0C1RF0s"): "0",
        ("O6uvpzGd5pu", "fbfJHSPpUQD", None): "0",
    }
    assert {one["period"] for one in payload["dataValues"]} == {"202602"}
    with pytest.raises(ValueError, match="monthly"):
        dhis2.data_value_set(MAPPING, Period.named("2026-Q1"), told)
    written = [dhis2.period_of(Period.named(code)) for code in ("2026-W07", "2026-02", "2026-Q1", "2026")]
    assert written == ["2026W7", "202602", "2026Q1", "2026"]


def test_two_numbers_never_go_to_one_place() -> None:
    table = json.loads(MAPPING.model_dump_json())
    table["values"][1]["data_element"] = table["values"][0]["data_element"]
    with pytest.raises(ValueError, match="two numbers"):
        Dhis2.model_validate(table)
    table["values"][1] = {"figure": "tickets_opened", "exam_type": "FAST", "data_element": "UOlfIjgN8X6"}
    with pytest.raises(ValueError, match="not counted by exam type"):
        Dhis2.model_validate(table)


def test_a_measure_report_is_valid_fhir_and_masks_what_is_small() -> None:
    told = dict.fromkeys((Name(name) for name in ALL), 0)
    told |= {Name("exams"): 60, Name("rated"): 50, Name("adequate"): 40, Name("due"): 50, Name("in_time"): 48}
    report = measure_report("goma", Period.named("2026-Q1"), told, "2026-04-01T00:00:00+00:00")
    get_fhir_model_class("MeasureReport").model_validate(report)
    groups = {one["code"]["coding"][0]["code"]: one for one in report["group"]}
    assert groups["adequate"]["measureScore"]["value"] == 0.8
    assert groups["in-time"]["population"][1]["_count"]["extension"][0]["valueCode"] == "masked"
    assert "measureScore" not in groups["in-time"]
    assert io.BytesIO(fhir.as_bytes(report)).read().endswith(b"\n")
