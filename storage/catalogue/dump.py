"""What does the whole catalogue hold at one moment, written so that either kind of database can take it in?

A file of JSON lines for each table, a row in each line. Tables and columns are those of the migration that the database
is at, which the dump names: a later release takes it in as it was then, and brings it up to date afterwards.
"""

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.models import Model, QuerySet

from pipeline.errors import Misconfigured

APP = "catalogue"
AT_A_TIME = 500


@dataclass(frozen=True)
class Table:
    """One table of a dump: how many rows it has, and the SHA-256 of the file."""

    name: str
    rows: int
    sha256: str


@dataclass(frozen=True)
class Dump:
    """A whole catalogue: the last migration that made its tables, and the tables."""

    migration: str
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class Chosen:
    """What of one table is written: which rows, and how each is changed (by column) on its way out."""

    model: type[Model]
    rows: "QuerySet[Any]"
    change: Callable[[dict[str, Any]], dict[str, Any]] | None = None


def everything(models: Iterable[type[Model]]) -> Iterator[Chosen]:
    """Choose all rows of all tables, as they are."""
    return (Chosen(model, rows_of(model).all()) for model in models)


def dump(folder: Path, choose: Callable[[list[type[Model]]], Iterable[Chosen]] = everything) -> Dump:
    """Write what is chosen of all tables, at one moment, into `folder`; who writes meanwhile is not held up.

    choose: asked with all tables; what it looks up is of the same moment.
    """
    migration = last_migration()
    models = models_at(migration)
    folder.mkdir(parents=True)
    with _one_moment():
        return Dump(migration, tuple(_written(one, folder) for one in choose(models)))


def last_migration() -> str:
    """Return the name of the last migration that this database has had."""
    applied = [name for app, name in MigrationLoader(connection).applied_migrations if app == APP]
    if not applied:
        raise Misconfigured("catalogue_empty")
    return max(applied)


def models_at(migration: str) -> list[type[Model]]:
    """Return the tables as they were after that migration, Django's own of groups and permissions left out."""
    loader = MigrationLoader(connection)
    if (APP, migration) not in loader.graph.nodes:
        raise Misconfigured("backup_newer", migration=migration)
    then = loader.project_state((APP, migration)).apps
    return [
        model
        for model in then.get_models(include_auto_created=True)
        if options(model).app_label == APP and options(model).managed and _is_ours(model)
    ]


def options(model: type[Model]) -> Any:
    """Return what Django knows of a table; `_meta` is its documented name."""
    return model._meta  # noqa: SLF001


def rows_of(model: type[Model]) -> Any:
    """Return all rows, whatever a manager would leave out."""
    return model._base_manager  # noqa: SLF001


def columns(model: type[Model]) -> list[str]:
    """Return the columns of a table, by the names that stand in its dump."""
    return [field.attname for field in options(model).concrete_fields]


def file_of(folder: Path, table: str) -> Path:
    """Return where the rows of a table stand."""
    return folder / f"{table}.jsonl"


def sha256_of(file: Path) -> str:
    """Return the digest of a file's bytes."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def _is_ours(model: type[Model]) -> bool:
    related = (field.related_model for field in options(model).concrete_fields if field.is_relation)
    return all(isinstance(one, type) and options(one).app_label == APP for one in related)


@contextmanager
def _one_moment() -> Iterator[None]:
    """Let all that is read in the block be of the moment of the first reading."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        else:
            cursor.execute("BEGIN DEFERRED")  # and not as Django begins here, which would keep writers waiting
        try:
            yield
        finally:
            cursor.execute("ROLLBACK")


def _written(chosen: Chosen, folder: Path) -> Table:
    name, names = options(chosen.model).db_table, columns(chosen.model)
    digest, count = hashlib.sha256(), 0
    with file_of(folder, name).open("wb") as file:
        for row in _rows(chosen, names):
            line = json.dumps(row, default=_plain, ensure_ascii=False, allow_nan=False, sort_keys=True).encode() + b"\n"
            file.write(line)
            digest.update(line)
            count += 1
    return Table(name, count, digest.hexdigest())


def _rows(chosen: Chosen, names: list[str]) -> Iterator[list[Any]]:
    """Give the rows in order of their keys, so many at a time."""
    after: Any = None
    change = chosen.change or dict
    while True:
        asked = chosen.rows.order_by("pk")
        some = list((asked if after is None else asked.filter(pk__gt=after)).values_list("pk", *names)[:AT_A_TIME])
        for row in some:
            yield list(change(dict(zip(names, row[1:], strict=True))).values())
        if len(some) < AT_A_TIME:
            return
        after = some[-1][0]


def _plain(value: object) -> object:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    raise TypeError(f"a column holds {type(value).__name__}")
