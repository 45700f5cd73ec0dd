"""Which exam types come with the software, in which versions?"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from supervision.exam_types.exam_type import ExamType
from supervision.exam_types.table import exam_type_of

MOST_SHIPPED = 1000
"""Versions above this are an organisation's own, so that a later shipped one never takes the number of one of these."""


SOURCES = "sources.toml"


@cache
def exam_types() -> Mapping[str, ExamType]:
    """Return every shipped exam type by its code, in the order of the catalogue."""
    newest = {code: max(number for known, number in _every_version() if known == code) for code, _ in _every_version()}
    return MappingProxyType({code: _every_version()[code, version] for code, version in newest.items()})


def exam_type_named(code: str) -> ExamType | None:
    """Return the shipped exam type of this code in any case, None if there is none."""
    return exam_types().get(code.strip().upper())


def shipped_version(code: str, version: int) -> ExamType:
    """Return a shipped exam type as it was in one version; LookupError for one that never was."""
    return _every_version()[code, version]


def non_clinical_codes() -> frozenset[str]:
    """Return the codes that never count as patients' scans."""
    return frozenset(code for code, exam_type in exam_types().items() if not exam_type.clinical)


@cache
def _every_version() -> Mapping[tuple[str, int], ExamType]:
    """Read all files of this folder by code and version: CODE.toml is in use, CODE.1.toml was before."""
    paths = [one for one in files("supervision.exam_types").iterdir() if one.name.endswith(".toml")]
    tables = [tomllib.loads(one.read_text(encoding="utf-8")) for one in paths if one.name != SOURCES]
    tables.sort(key=lambda table: (table.pop("order"), table["version"]))
    known = [exam_type_of(table) for table in tables]
    return MappingProxyType({(one.code, one.version): one for one in known})
