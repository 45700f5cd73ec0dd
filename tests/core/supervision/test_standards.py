"""Is every number of a standard named with its source, and is a wrong standard refused?"""

import re

import pytest
from pydantic import ValidationError

from supervision.exam_types import exam_types
from supervision.exam_types.sources import APART
from supervision.ladder import Rung
from supervision.standards import Standard, Volume, standard_named, standards
from supervision.standards.sources import known_sources

REQUIREMENTS = [
    (code, step.to, one) for code, known in standards().items() for step in known.steps for one in step.requirements
]


def test_the_own_standard_comes_first_and_every_one_leads_to_sign_off() -> None:
    assert list(standards()) == ["own", "acep", "cpocus", "rcem"]
    for one in standards().values():
        assert one.step(Rung.AUDITED), one.code
        assert one.valid_from
        assert one.label.en != one.label.fr or one.code == "own"
        for words in (one.label.fr, one.about.fr):
            assert not re.search(r"[^ \N{NO-BREAK SPACE}][;:?!%]|(?<!\N{NO-BREAK SPACE})[;:?!%] ", words), words


def test_every_number_has_a_source_and_no_source_is_left_over() -> None:
    used = {code.strip() for _, _, one in REQUIREMENTS for code in one.source.split(APART)}
    assert used == set(known_sources())
    for said in known_sources().values():
        assert re.search(r"doi:|20\d\d|estimate|Committee|number of the exam type", said.en), said.en
        assert said.en != said.fr
        assert not re.search(r"(?<!\N{NO-BREAK SPACE})[;:?!%] ", said.fr.replace("doi:", "")), said.fr


def test_numbers_are_those_of_the_publications() -> None:
    volumes = {code: one for code, to, one in REQUIREMENTS if to is Rung.AUDITED and isinstance(one, Volume)}
    types = exam_types()
    asked = {code: [one.of(types[name]) for name in ("FAST", "PROC", "LUNG_AD")] for code, one in volumes.items()}
    assert asked == {"own": [50, 10, 25], "acep": [25, 10, 25], "cpocus": [50, 50, 10], "rcem": [10, 5, 10]}
    assert volumes["own"].of(types["RHD"]) is None
    assert all(name in types for one in volumes.values() for name in one.exam_types)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "learned", "p_bad": 0.1, "p_ok": 0.2, "source": "ESTIMATE"},
        {"kind": "certain", "target": 1.2, "source": "ESTIMATE"},
        {"kind": "volume", "scans": 25},
        {"kind": "volume", "scan": 25, "source": "ESTIMATE"},
        {"kind": "luck", "source": "ESTIMATE"},
    ],
    ids=["rates", "share", "no source", "unknown key", "unknown kind"],
)
def test_a_wrong_requirement_is_refused(wrong: dict[str, object]) -> None:
    table = standard_named("acep").model_dump()
    table["steps"][0]["requirements"] = [wrong]
    with pytest.raises(ValidationError):
        Standard.model_validate(table)


def test_a_rung_is_asked_for_once() -> None:
    table = standard_named("acep").model_dump()
    table["steps"] *= 2
    with pytest.raises(ValidationError, match="one step"):
        Standard.model_validate(table)
    with pytest.raises(LookupError):
        standard_named("none")
