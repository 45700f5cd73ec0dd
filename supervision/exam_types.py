"""Which kinds of examination are known, and what does each ask of a scan?"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from pipeline.rule import Limits
from pipeline.text import Text


@dataclass(frozen=True)
class View:
    """A picture that an exam of this type must hold: a clip of at least `seconds`, or a still.

    side: "" where the body has but one, "left" or "right" where the view is of that side.
    """

    code: str
    label: Text
    still: bool = False
    seconds: float = 0.0
    side: str = ""


@dataclass(frozen=True)
class FocusedQuestion:
    """A question that an exam of this type answers with yes or no.

    critical: a wrong answer makes the reading wrong. red_flag: a positive answer must be answered within 24 h.
    """

    code: str
    label: Text
    critical: bool = False
    red_flag: bool = False


@dataclass(frozen=True)
class ExamType:
    """One kind of examination. supervised_scans: default number before sign-off, None where each site decides.

    clinical is False for phantoms, which never count as patients' scans; expert_read means that every scan is read.
    limits, weights: by the name of the rule, where they differ from the rule's own.
    """

    code: str
    label: Text
    supervised_scans: int | None
    clinical: bool = True
    expert_read: bool = False
    limits: Mapping[str, Limits] = field(default_factory=dict, hash=False)
    weights: Mapping[str, float] = field(default_factory=dict, hash=False)
    version: int = 1
    views: tuple[View, ...] = ()
    questions: tuple[FocusedQuestion, ...] = ()

    def __post_init__(self) -> None:
        """Refuse limits that cannot be told apart and weights outside 0-1."""
        if any(one.good == one.poor for one in self.limits.values()):
            raise ValueError(f"{self.code}: limits must differ")
        if not all(0 <= weight <= 1 for weight in self.weights.values()):
            raise ValueError(f"{self.code}: a weight is a share")


@cache
def exam_types() -> Mapping[str, ExamType]:
    """Return every known exam type by its code, in the order of the catalogue file."""
    table = tomllib.loads(files("supervision").joinpath("exam_types.toml").read_text(encoding="utf-8"))
    return MappingProxyType({row["code"]: _exam_type(**row) for row in table["exam_types"]})


def exam_type_named(code: str) -> ExamType | None:
    """Return the exam type of this code in any case, None if there is none."""
    return exam_types().get(code.strip().upper())


def non_clinical_codes() -> frozenset[str]:
    """Return the codes that never count as patients' scans."""
    return frozenset(code for code, exam_type in exam_types().items() if not exam_type.clinical)


def _exam_type(
    *,
    code: str,
    en: str,
    fr: str,
    supervised_scans: int | str,
    limits: Mapping[str, Mapping[str, float]] | None = None,
    weights: Mapping[str, float] | None = None,
    clinical: bool = True,
    expert_read: bool = False,
) -> ExamType:
    number = None if supervised_scans == "site" else int(supervised_scans)
    asked = {rule: Limits(**ends) for rule, ends in (limits or {}).items()}
    return ExamType(
        code,
        Text(en, fr),
        number,
        clinical,
        expert_read,
        limits=MappingProxyType(asked),
        weights=MappingProxyType(weights or {}),
    )
