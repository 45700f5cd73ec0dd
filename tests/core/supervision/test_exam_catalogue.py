"""Is the exam catalogue complete, does every number keep its source, and is all that is wrong told with its place?"""

import copy
import re
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from supervision.exam_types import MOST_SHIPPED, ExamType, exam_types, problems, shipped_version
from supervision.exam_types.changes import breaches, changes, new_meanings
from supervision.exam_types.problems import Invalid
from supervision.exam_types.shipped import newest_of, versions_in
from supervision.exam_types.sources import APART, cited, known_sources
from supervision.exam_types.table import exam_type_of, table_of

SITE = None
SUPERVISED = {
    **dict.fromkeys(("FAST", "EFAST", "CARD", "OB_T23", "BILIARY"), 50),
    **dict.fromkeys(("FASH", "LUNG_AD", "OB_T1", "GYN", "IVC", "AORTA", "DVT", "RENAL", "BOWEL", "LIVER_SPLEEN"), 25),
    **dict.fromkeys(("SOFT", "MSK", "OCULAR", "TESTIS", "NEO_HEAD", "AIRWAY", "PED_ABDO"), 25),
    **dict.fromkeys(("BLADDER", "PROC"), 10),
    **dict.fromkeys(("RHD", "BREAST", "CERVIX", "PHANTOM"), SITE),
    "LUNG_PED": 60,
}
MUST_NOT_WAIT = {
    "FAST": {"FREE_FLUID", "PERICARDIAL_FLUID"},
    "EFAST": {"PNEUMOTHORAX", "FREE_FLUID"},
    "FASH": {"TAMPONADE"},
    "CARD": {"TAMPONADE", "RV_STRAIN"},
    "LUNG_AD": {"PNEUMOTHORAX"},
    "OB_T1": {"ECTOPIC", "FREE_FLUID", "NO_HEARTBEAT"},
    "OB_T23": {"NO_HEARTBEAT", "PRAEVIA"},
    "GYN": {"TORSION"},
    "AORTA": {"ANEURYSM"},
    "DVT": {"DVT_FEMORAL", "DVT_POPLITEAL"},
    "SOFT": {"NECROTISING"},
    "OCULAR": {"SHEATH_WIDE", "RETINA"},
    "TESTIS": {"TORSION"},
    "PED_ABDO": {"INTUSSUSCEPTION"},
}
CATALOGUE = list(exam_types().values())
CODES = [one.code for one in CATALOGUE]


def test_the_numbers_are_those_of_the_domain() -> None:
    assert {one.code: one.supervised_scans for one in CATALOGUE} == SUPERVISED


@pytest.mark.parametrize("one", CATALOGUE, ids=CODES)
def test_an_exam_type_is_complete(one: ExamType) -> None:
    assert 1 <= len(one.views) <= (8 if one.code.startswith("LUNG") else 6)
    assert 1 <= len(one.questions) <= 6
    assert any(question.critical for question in one.questions)
    assert all(question.critical for question in one.questions if question.red_flag), "a red flag may not be missed"
    assert {question.code for question in one.questions if question.red_flag} >= MUST_NOT_WAIT.get(one.code, set())
    duration = one.limits.get("file.duration")
    assert duration is None or all(view.seconds <= duration.good for view in one.views), (
        "a view asks for more than its rule"
    )
    assert one.version <= MOST_SHIPPED
    assert one.valid_from
    for text in (one.label, one.population, *(row.label for row in (*one.views, *one.questions))):
        assert not re.search(r"[^ \N{NO-BREAK SPACE}][;:?!]|(?<!\N{NO-BREAK SPACE})[;:?!] ", text.fr), text.fr
        assert text.en != text.fr or text.en in ("eFAST", "Consolidation", "Pneumothorax", "Ascites"), text.en


@pytest.mark.parametrize("one", CATALOGUE, ids=CODES)
def test_every_number_keeps_its_source_or_is_called_an_estimate(one: ExamType) -> None:
    for number, named in one.sources.items():
        assert {code.strip() for code in named.split(APART)} <= set(known_sources()), f"{one.code} {number}"
        said = one.source_of(number)
        assert re.search(r"doi:|20\d\d|estimate|AIUM", said.en), said.en
    assert (one.supervised_scans is None) == (not one.source.en)


def test_a_view_that_begins_with_a_side_is_of_that_side() -> None:
    for one in CATALOGUE:
        for view in one.views:
            first = view.label.en.split()[0].lower()
            assert first not in ("left", "right") or view.side in (first, ""), (one.code, view)
        if one.code.startswith("LUNG"):
            assert [view.side for view in one.views].count("left") == len(one.views) / 2


def test_no_source_is_left_over_and_own_words_are_a_source_too() -> None:
    used = {code.strip() for one in CATALOGUE for named in one.sources.values() for code in named.split(APART)}
    assert used == set(known_sources())
    assert cited("ACEP_2017; our own course").en.endswith("annemergmed.2016.08.457; our own course")
    assert cited("").fr == ""


@pytest.mark.parametrize("one", CATALOGUE, ids=CODES)
def test_what_is_written_down_is_read_as_it_was(one: ExamType) -> None:
    again = exam_type_of(table_of(one), one.version)
    assert (again.views, again.questions, again.limits, again.weights) == (
        one.views,
        one.questions,
        one.limits,
        one.weights,
    )
    assert table_of(again) == table_of(one)
    assert changes(one, again) == ()


WRONG: list[tuple[str, Callable[[dict[str, Any]], object], str]] = [
    ("views.PLAX.seconds", lambda t: t["views"][0].update(seconds=0), "above 0"),
    ("views.PLAX.seconds", lambda t: t["views"][0].update(seconds=61), "from 0 to 60"),
    ("views.PLAX.seconds", lambda t: t["views"][0].update(seconds=True), "number"),
    ("views.PLAX.seconds", lambda t: t["views"][0].update(still=True), "0 for a still"),
    ("views.PLAX.side", lambda t: t["views"][0].update(side="up"), "left, right"),
    ("views.PLAX.fr", lambda t: t["views"][0].update(fr=" "), "needed"),
    ("views.PLAX.en", lambda t: t["views"][0].update(en="x" * 121), "at most 120"),
    ("views.PLAX.colour", lambda t: t["views"][0].update(colour=1), "not known"),
    ("views.2.code", lambda t: t["views"][1].update(code="PLAX"), "twice"),
    ("views.plax.code", lambda t: t["views"][0].update(code="plax"), "capital"),
    ("views", lambda t: t.update(views=[]), "at least one"),
    ("views", lambda t: t.update(views="PLAX"), "shape"),
    (
        "questions",
        lambda t: t.update(questions=[{"code": f"Q{n}", "en": "a", "fr": "b"} for n in range(13)]),
        "most 12",
    ),
    ("questions.VALVE.critical", lambda t: t["questions"][5].update(critical="yes"), "yes or no"),
    ("supervised_scans", lambda t: t.update(supervised_scans=0), "from 1 to 500"),
    ("supervised_scans", lambda t: t.update(supervised_scans=2.5), "whole"),
    ("population.fr", lambda t: t["population"].pop("fr"), "needed"),
    ("limits.file.duration.poor", lambda t: t["limits"]["file.duration"].update(poor=3.0), "differ"),
    ("limits.file.duration.good", lambda t: t["limits"]["file.duration"].update(good=float("nan")), "number"),
    ("weights.artifact.shadow", lambda t: t["weights"].update({"artifact.shadow": 2}), "from 0 to 1"),
    ("sources.limits.file.duration", lambda t: t["sources"].pop("limits.file.duration"), "where the number comes from"),
    ("sources.limits.gain.over", lambda t: t["sources"].update({"limits.gain.over": "x"}), "not known"),
]


@pytest.mark.parametrize(("path", "spoil", "said"), WRONG)
def test_what_is_wrong_is_told_with_its_place(path: str, spoil: Callable[[dict[str, Any]], object], said: str) -> None:
    table = copy.deepcopy(table_of(exam_types()["CARD"]))
    spoil(table)
    with pytest.raises(ValueError, match=re.escape(path)) as error:
        exam_type_of(table)
    assert isinstance(error.value, Invalid)
    assert any(one.path == path and said in one.what.en and one.what.fr for one in error.value.problems)


def test_everything_that_is_wrong_is_told_at_once() -> None:
    table = copy.deepcopy(table_of(exam_types()["CARD"]))
    table["supervised_scans"] = -1
    table["views"][2]["fr"] = ""
    table["views"][3]["side"] = "up"
    table["sources"] = {}
    with pytest.raises(Invalid) as error:
        exam_type_of(table)
    assert {one.path for one in error.value.problems} == {
        *("supervised_scans", "views.A4C.fr", "views.SUBX.side"),
        *(f"sources.{number}" for number in exam_types()["CARD"].sources),
    }


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 1000) | st.floats() | st.text(max_size=8) | st.sampled_from(CODES),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["code", "en", "fr", "good"]), inner),
    max_leaves=6,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(CATALOGUE), st.data())
def test_a_table_that_was_spoilt_anywhere_is_read_or_refused_and_never_breaks(
    one: ExamType, data: st.DataObject
) -> None:
    table: Any = copy.deepcopy(table_of(one))
    spot = table
    while True:
        keys = list(spot) if isinstance(spot, dict) else list(range(len(spot)))
        key = data.draw(st.sampled_from(keys))
        if not (isinstance(spot[key], dict | list) and spot[key]) or data.draw(st.booleans()):
            break
        spot = spot[key]
    spot[key] = data.draw(VALUES)
    try:
        read = exam_type_of(table)
    except Invalid as error:
        told = [(problem.path, problem.what.fr) for problem in error.problems]
    else:
        told = [("read", str(exam_type_of(table_of(read)) == read))]
    assert told
    assert all(path and said not in ("", "False") for path, said in told)


def test_what_changed_is_told_once_each() -> None:
    before = exam_types()["CARD"]
    table = copy.deepcopy(table_of(before))
    table["views"] = [table["views"][1], table["views"][0], *table["views"][3:]]
    table["views"][0]["seconds"] = 4.0
    table["questions"].append({"code": "THROMBUS", "en": "Thrombus", "fr": "Thrombus intracavitaire"})
    table["supervised_scans"] = "site"
    del table["sources"]["supervised_scans"]
    told = [
        (one.section, one.name, one.field, one.before is None, one.after is None)
        for one in changes(before, exam_type_of(table))
    ]
    assert told == [
        ("", "", "supervised_scans", False, False),
        ("sources", "supervised_scans", "", False, True),
        ("views", "A4C", "", False, True),
        ("views", "PSAX", "seconds", False, False),
        ("views", "", "order", False, False),
        ("questions", "THROMBUS", "", True, False),
    ]


def test_what_must_stay_stays() -> None:
    phantom, breast = (copy.deepcopy(table_of(exam_types()[code])) for code in ("PHANTOM", "BREAST"))
    phantom["clinical"], breast["expert_read"] = True, False
    assert [one.path for one in breaches(exam_type_of(phantom), exam_types()["PHANTOM"])] == ["clinical"]
    assert [one.path for one in breaches(exam_type_of(breast), exam_types()["BREAST"])] == ["expert_read"]
    own = copy.deepcopy(table_of(exam_types()["SOFT"])) | {"clinical": False}
    assert [one.path for one in breaches(exam_type_of(own), None)] == ["clinical"]


def test_a_code_that_was_used_says_what_it_said() -> None:
    before = exam_types()["LUNG_AD"]
    table = copy.deepcopy(table_of(before))
    table["views"][0]["side"] = "left"
    table["questions"][0]["fr"] = "Autre chose"
    table["views"].pop()
    found = new_meanings(exam_type_of(table), [before])
    assert {(one.path, one.what.en) for one in found} == {
        ("views.R_ANT_SUP.side", problems.STAYS.en),
        ("questions.PNEUMOTHORAX.fr", problems.MEANING.format(before=before.questions[0].label.fr).en),
    }
    assert new_meanings(exam_type_of(table), []) == []


def test_a_file_that_was_in_use_stays_beside_the_new_one(tmp_path: Path) -> None:
    shipped = Path(str(files("supervision.exam_types")))
    for code in ("CARD", "FAST"):
        (tmp_path / f"{code}.toml").write_text((shipped / f"{code}.toml").read_text(encoding="utf-8"), encoding="utf-8")
    before = (tmp_path / "CARD.toml").rename(tmp_path / "CARD.1.toml").read_text(encoding="utf-8")
    now = before.replace("version = 1", "version = 2").replace("supervised_scans = 50", "supervised_scans = 40")
    (tmp_path / "CARD.toml").write_text(now, encoding="utf-8")
    every = versions_in(tmp_path)
    assert {(code, n): one.supervised_scans for (code, n), one in every.items()} == {
        ("FAST", 1): 50,
        ("CARD", 1): 50,
        ("CARD", 2): 40,
    }
    assert [(code, one.version) for code, one in newest_of(every).items()] == [("FAST", 1), ("CARD", 2)]
    (tmp_path / "CARD.toml").write_text(before, encoding="utf-8")
    with pytest.raises(ValueError, match="two files"):
        versions_in(tmp_path)


def test_a_version_that_never_was_is_not_found() -> None:
    assert shipped_version("CARD", 1).code == "CARD"
    for code, version in (("CARD", 99), ("NOTHING", 1)):
        with pytest.raises(LookupError):
            shipped_version(code, version)
