"""Which exam types come with the software, in which versions?"""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from types import MappingProxyType

from supervision.exam_types.exam_type import ExamType
from supervision.exam_types.table import exam_type_of

MOST_SHIPPED = 1000
"""Versions above this are an organisation's own, so that a later shipped one never takes the number of one of these."""


SOURCES = "sources.toml"


@cache
def exam_types() -> Mapping[str, ExamType]:
    """Return every shipped exam type by its code, in the order of the catalogue."""
    return newest_of(_every_version())


def exam_type_named(code: str) -> ExamType | None:
    """Return the shipped exam type of this code in any case, None if there is none."""
    return exam_types().get(code.strip().upper())


def shipped_version(code: str, version: int) -> ExamType:
    """Return a shipped exam type as it was in one version; LookupError for one that never was."""
    return _every_version()[code, version]


def non_clinical_codes() -> frozenset[str]:
    """Return the codes that never count as patients' scans."""
    return frozenset(code for code, exam_type in exam_types().items() if not exam_type.clinical)


def critical_codes() -> frozenset[str]:
    """Return the codes of the types with a question whose answer must not be wrong."""
    return frozenset(code for code, one in exam_types().items() if any(asked.critical for asked in one.questions))


def versions_in(folder: Traversable) -> Mapping[tuple[str, int], ExamType]:
    """Read all files of a folder by code and version, in the order of the catalogue.

    CODE.toml is in use. Whoever changes what was in use keeps it beside it, as CODE.1.toml for version 1.
    """
    paths = [one for one in folder.iterdir() if one.name.endswith(".toml")]
    tables = [tomllib.loads(one.read_text(encoding="utf-8")) for one in paths if one.name != SOURCES]
    tables.sort(key=lambda table: (table.pop("order"), table["version"]))
    known = [exam_type_of(table) for table in tables]
    if len({(one.code, one.version) for one in known}) < len(known):
        raise ValueError("two files hold the same version of an exam type")
    return MappingProxyType({(one.code, one.version): one for one in known})


def newest_of(versions: Mapping[tuple[str, int], ExamType]) -> Mapping[str, ExamType]:
    """Return the newest version of every exam type."""
    newest: dict[str, ExamType] = {}
    for (code, version), one in versions.items():
        if code not in newest or version > newest[code].version:
            newest[code] = one
    return MappingProxyType(newest)


@cache
def _every_version() -> Mapping[tuple[str, int], ExamType]:
    return versions_in(files("supervision.exam_types"))
