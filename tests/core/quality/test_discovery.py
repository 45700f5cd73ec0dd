"""Is a new rule one new file and its cases, asked and scored without touching anything else?"""

import subprocess
import sys
from pathlib import Path

import pytest

from pipeline.errors import Misconfigured
from pipeline.finding import Side
from pipeline.inspection import inspect_clip
from qa_rules import inspect_file, rules_in
from qa_rules._discovery import OWN_FOLDER
from tests.clips import phantom_clip
from tests.real_files import pydicom_example
from tests.rules.cases import cases_of, run_degraded, run_real

NEW_RULE = '''
"""Is the picture wide enough?"""

from pipeline.finding import Measurement
from pipeline.rule import Family, Limits, Rule
from pipeline.text import Text

RULE = Rule(
    name="geometry.width", version=1, title=Text("Narrow", "Étroit"), advice=Text("Widen.", "Élargissez."),
    unit="pixels", limits=Limits(good=1000.0, poor=400.0), family=Family.REST, weight=0.5,
    measure=lambda clip, sector: Measurement(float(clip.columns) - clip.damaged_frames),
)
'''
NEW_CASES = """
[[real]]
file = "pydicom:examples_ybr_color.dcm"
verdict = "poor"

[[degraded]]
file = "pydicom:examples_ybr_color.dcm"
by = "damage"
levels = [0, 0.5, 1]
value = "falls"
"""


def test_a_new_rule_is_one_new_file_and_its_cases(tmp_path: Path) -> None:
    (tmp_path / "geometry_width.py").write_text(NEW_RULE, encoding="utf-8")
    (tmp_path / "geometry_width.toml").write_text(NEW_CASES, encoding="utf-8")
    rules = rules_in(OWN_FOLDER, tmp_path)
    assert {r.name for r in rules} - {r.name for r in rules_in()} == {"geometry.width"}
    clip = phantom_clip("shape=curvilinear,seed=3")
    before, after = inspect_clip(clip, rules_in()), inspect_clip(clip, rules)
    assert before.quality.score is not None
    assert after.quality.score is not None
    assert after.quality.score < before.quality.score
    assert "geometry.width" in [r.rule for r in after.quality.reasons]
    rule = next(r for r in rules if r.name == "geometry.width")
    real, degraded = cases_of(tmp_path / "geometry_width.toml")
    run_real(rule, real[0])
    run_degraded(rule, degraded[0])
    found = inspect_file(pydicom_example("examples_ybr_color.dcm"), (tmp_path,)).findings
    assert "geometry.width" in [f.rule for f in found]


def test_files_that_begin_with_an_underscore_are_no_rules(tmp_path: Path) -> None:
    (tmp_path / "_shared.py").write_text("RULE = None", encoding="utf-8")
    assert rules_in(tmp_path) == ()


@pytest.mark.parametrize(
    ("text", "code"),
    [("X = 1", "rule_missing"), ("RULE = 3", "rule_missing"), ("def (", "rule_unloadable"), ("X", "rule_unloadable")],
)
def test_a_file_without_a_rule_stops_the_start(tmp_path: Path, text: str, code: str) -> None:
    (tmp_path / "broken.py").write_text(text, encoding="utf-8")
    with pytest.raises(Misconfigured) as raised:
        rules_in(tmp_path)
    assert raised.value.code == code


def test_two_rules_of_one_name_stop_the_start(tmp_path: Path) -> None:
    for name in ("one.py", "two.py"):
        (tmp_path / name).write_text(NEW_RULE, encoding="utf-8")
    with pytest.raises(Misconfigured) as raised:
        rules_in(tmp_path)
    assert raised.value.code == "rule_twice"


def test_every_rule_is_sorted_documented_and_said_in_both_languages() -> None:
    rules = rules_in()
    assert [r.name for r in rules] == sorted(r.name for r in rules)
    for rule in rules:
        assert (OWN_FOLDER / f"{rule.name.replace('.', '_')}.py").is_file()
        assert rule.measure.__doc__
        for text in (rule.title, rule.advice, *rule.advice_by_side.values()):
            assert text.en
            assert text.fr
            assert text.en != text.fr


def test_advice_names_the_side_that_was_found() -> None:
    rule = next(rule for rule in rules_in() if rule.name == "contact.coupling")
    assert "left of the probe" in rule.advice_for(Side.LEFT).en
    assert "à droite de la sonde" in rule.advice_for(Side.RIGHT).fr
    assert rule.advice_for(None) == rule.advice
    gain = next(rule for rule in rules_in() if rule.name == "gain.over")
    assert gain.advice_for(Side.LEFT) == gain.advice


def test_a_rule_explains_only_rules_of_no_greater_weight() -> None:
    rules = {r.name: r for r in rules_in()}
    for rule in rules.values():
        for item in rule.explains:
            named = [r for n, r in rules.items() if n == item or (item.endswith(".") and n.startswith(item))]
            assert named, f"{rule.name} explains nothing called {item}"
            assert all(r.weight <= rule.weight for r in named if r is not rule)


def test_importing_the_package_stays_cheap() -> None:
    script = "import sys, qa_rules; sys.exit('numpy' in sys.modules or 'cv2' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], cwd=OWN_FOLDER.parent, check=False).returncode == 0
