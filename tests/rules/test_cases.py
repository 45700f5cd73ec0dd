"""Does every rule pass its own cases, and is there no rule without?"""

from pathlib import Path

import pytest

from qa_rules import rules_in
from tests.rules.cases import Degraded, Real, cases_of, run_degraded, run_real

FOLDER = Path(__file__).parent
RULES = {rule.name: rule for rule in rules_in()}
CASES = {name: cases_of(path) for name in RULES if (path := FOLDER / f"{name.replace('.', '_')}.toml").is_file()}
REAL = [pytest.param(n, c, id=f"{n}-{c.file}") for n, (real, _) in CASES.items() for c in real]
DEGRADED = [pytest.param(n, c, id=f"{n}-{c.by}-{c.file}") for n, (_, worse) in CASES.items() for c in worse]


@pytest.mark.parametrize("name", RULES)
def test_every_rule_has_real_and_degraded_cases(name: str) -> None:
    assert name in CASES, f"write tests/rules/{name.replace('.', '_')}.toml"
    assert all(CASES[name])


def test_no_cases_without_a_rule() -> None:
    assert {path.stem for path in FOLDER.glob("*.toml")} == {name.replace(".", "_") for name in RULES}


@pytest.mark.parametrize(("name", "case"), REAL)
def test_real(name: str, case: Real) -> None:
    run_real(RULES[name], case)


@pytest.mark.parametrize(("name", "case"), DEGRADED)
def test_degraded(name: str, case: Degraded) -> None:
    run_degraded(RULES[name], case)
