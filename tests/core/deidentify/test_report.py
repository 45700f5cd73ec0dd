"""A report counts in classes that have names in both languages, and can hold no value of the input."""

import json
import pickle
from dataclasses import replace

import pytest

from pipeline.deidentify.report import CHECKS, FACTS, PIXELS, REMOVED, VERSIONS, Check, Report, added

CHECK = Check("black_outside", passed=True, facts={"frames": 30, "brightest": 2, "reader": "DBNet 1.4.4"})
REPORT = Report({"deidentify": "2"}, {"names": 3, "dates": 0}, ("declared", "fitted"), 0.51239, "exact", (CHECK,))


def test_a_report_crosses_json_and_processes_whole() -> None:
    assert pickle.loads(pickle.dumps(REPORT)) == REPORT  # noqa: S301  our own value
    told = json.loads(json.dumps(REPORT.as_json()))
    assert told["removed"] == {"names": 3}
    assert told["kept_share"] == 0.5124
    assert told["checks"] == [
        {"name": "black_outside", "passed": True, "facts": {"frames": 30, "brightest": 2, "reader": "DBNet 1.4.4"}}
    ]


@pytest.mark.parametrize(
    "changed",
    [
        {"removed": {"MBEKI": 1}},
        {"pixels": "MBEKI"},
        {"versions": {"MBEKI": "1"}},
        {"versions": {"deidentify": "Josée"}},
        {"kept_witnesses": ("a\nb",)},
    ],
)
def test_what_has_no_name_is_refused(changed: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="report"):
        replace(REPORT, **changed)


@pytest.mark.parametrize("facts", [{"MBEKI": 1}, {"reader": "x" * 301}, {"reader": "<b>"}])
def test_facts_are_named_and_plain(facts: dict[str, int | float | str]) -> None:
    with pytest.raises(ValueError, match="report"):
        Check("text", passed=True, facts=facts)


def test_counts_are_added_in_the_order_of_the_table() -> None:
    assert list(added({"tags": 2, "names": 1}, {"names": 4, "icons": 0}).items()) == [("names", 5), ("tags", 2)]
    with pytest.raises(ValueError, match="report"):
        added({"Mbeki": 1})


def test_every_name_is_told_in_both_languages_and_differently_where_they_differ() -> None:
    for table in (REMOVED, PIXELS, CHECKS, FACTS, VERSIONS):
        for name, text in table.items():
            assert text.en, name
            assert text.fr, name
            for mark in ":;?!":
                assert f" {mark}" not in text.fr.replace("\u00a0", "#"), name
