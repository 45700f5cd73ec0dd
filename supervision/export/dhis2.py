"""Which numbers go to which data element of a DHIS2, and how are they sent?

The mapping is what a programme decides ([dhis2] in programme.toml); what is sent is a dataValueSets payload.
"""

import json
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator, model_validator

from supervision.codes import CODE
from supervision.export.counts import ALL, OF_DEVICES, OF_REQUESTS, Name, hidden
from supervision.period import Period, PeriodKind

Uid = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{10}$")]
"""How DHIS2 names everything: eleven letters and digits, a letter first."""

ExamCode = Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9_]{1,15}$")]
Project = Annotated[str, StringConstraints(pattern=CODE)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class MappedValue(_Table):
    """Where one number goes; exam_type: of that type alone, of all together where it says nothing."""

    figure: str
    data_element: Uid
    exam_type: ExamCode | None = None
    category_option_combo: Uid | None = None
    attribute_option_combo: Uid | None = None

    @field_validator("figure")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in ALL:
            raise ValueError(f"'{value}' is not a number that can be sent; see the page on exchange")
        return value

    @model_validator(mode="after")
    def _has_types(self) -> "MappedValue":
        if self.exam_type and self.figure in (*OF_REQUESTS, *OF_DEVICES):
            raise ValueError(f"'{self.figure}' is not counted by exam type")
        return self

    @property
    def name(self) -> Name:
        """Which number it is."""
        return Name(self.figure, self.exam_type or "")


class Dhis2(_Table):
    """The data set, how often it is reported, which organisation unit each project is, and what goes where."""

    data_set: Uid
    period: PeriodKind = PeriodKind.MONTH
    org_units: Annotated[dict[Project, Uid], Field(min_length=1)]
    values: Annotated[tuple[MappedValue, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _once(self) -> "Dhis2":
        places = [(one.data_element, one.category_option_combo, one.attribute_option_combo) for one in self.values]
        if len(set(places)) != len(places):
            raise ValueError("two numbers go to the same data element and category option combination")
        if len(set(self.org_units.values())) != len(self.org_units):
            raise ValueError("two projects are the same organisation unit")
        return self


def data_value_set(mapping: Dhis2, period: Period, numbers: Mapping[str, Mapping[Name, int]]) -> dict[str, Any]:
    """Return what is posted to /api/dataValueSets: the numbers of these projects (by code) that may leave.

    ValueError for a period of another kind than the data set's. Of a project that is no organisation unit nothing is
    sent; what was not counted there is nought.
    """
    if period.kind is not mapping.period:
        raise ValueError(f"the data set is {mapping.period.value}")
    values: list[dict[str, str]] = []
    for project in sorted(set(numbers) & set(mapping.org_units)):
        told = {one.name: numbers[project].get(one.name, 0) for one in mapping.values}
        small = hidden(told)
        unit = {"orgUnit": mapping.org_units[project], "period": period_of(period)}
        values += [_value(one, told[one.name]) | unit for one in mapping.values if one.name not in small]
    return {"dataSet": mapping.data_set, "period": period_of(period), "dataValues": values}


def as_bytes(payload: Mapping[str, Any]) -> bytes:
    """Return a payload as the bytes of a JSON file; the same payload is the same bytes."""
    return json.dumps(payload, ensure_ascii=False, indent=1, sort_keys=True).encode() + b"\n"


def period_of(period: Period) -> str:
    """Return how DHIS2 writes a period: 2026W7, 202602, 2026Q1 or 2026."""
    match period.kind:
        case PeriodKind.WEEK:
            year, week, _ = period.first.isocalendar()
            return f"{year}W{week}"
        case PeriodKind.MONTH:
            return f"{period.first:%Y%m}"
    return period.code.replace("-", "")


def _value(one: MappedValue, number: int) -> dict[str, str]:
    told = {"dataElement": one.data_element, "value": str(number)}
    if one.category_option_combo:
        told["categoryOptionCombo"] = one.category_option_combo
    if one.attribute_option_combo:
        told["attributeOptionCombo"] = one.attribute_option_combo
    return told
