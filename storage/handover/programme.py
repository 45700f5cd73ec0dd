"""Which part of programme.toml goes with a project, and under which organisation is it there?"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from typing import Any

from pipeline.errors import Misconfigured
from supervision.programme import read_programme

BARE = re.compile(r"[A-Za-z0-9_-]+")
OF_THE_MACHINE = ("watched_folder", "s3_inbox")
"""Ways in that name a folder or bucket of the old machine, where they do: they stay behind."""


def part_of(text: str, project: str) -> str:
    """Return the programme of one project: its organisation, itself, and all that is decided for every project.

    Misconfigured (`unknown_project`) for one that does not stand there any more.
    """
    told = tomllib.loads(text)
    projects = {str(one["code"]): one for one in told.get("projects", ())}
    if project not in projects:
        raise Misconfigured("unknown_project", project=project, known=", ".join(sorted(projects)))
    own = projects[project]
    own = {**own, **_sources(own)}
    owner = [one for one in told["organisations"] if one["code"] == own["organisation"]]
    return toml({**told, "organisations": owner, "projects": [own]})


def under(text: str, code: str, name: str) -> str:
    """Return the programme of a bundle with another organisation as the owner; Misconfigured if it is not valid."""
    told = tomllib.loads(text)
    projects = [{**one, "organisation": code} for one in told["projects"]]
    made = toml({**told, "organisations": [{"code": code, "name": name}], "projects": projects})
    read_programme(made)
    return made


def toml(table: Mapping[str, Any]) -> str:
    """Return a table as TOML; what programme.toml can hold, and no more."""
    return "\n".join(_lines(table, ())).strip() + "\n"


def _sources(own: Mapping[str, Any]) -> dict[str, Any]:
    if "sources" not in own:
        return {}
    kept = [one for one in own["sources"] if one.get("kind") not in OF_THE_MACHINE or set(one) == {"kind"}]
    return {"sources": kept or [{"kind": "watched_folder"}, {"kind": "browser"}]}


def _lines(table: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    deeper: list[tuple[str, Any]] = []
    for key, value in table.items():
        if isinstance(value, dict) or _is_tables(value):
            deeper.append((key, value))
        else:
            yield f"{_key(key)} = {_value(value)}"
    for key, value in deeper:
        here = ".".join(_key(one) for one in (*path, key))
        for one in value if isinstance(value, list) else [value]:
            yield ""
            yield f"[[{here}]]" if isinstance(value, list) else f"[{here}]"
            yield from _lines(one, (*path, key))


def _is_tables(value: object) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _key(key: str) -> str:
    return key if BARE.fullmatch(key) else json.dumps(key, ensure_ascii=False)


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, list):
        return f"[{', '.join(_value(one) for one in value)}]"
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(key)} = {_value(one)}' for key, one in value.items())} }}"
    raise TypeError(f"TOML has no {type(value).__name__}")
