"""How does a dump become the catalogue of a new installation, whichever database that has?

The tables are made as they were when the dump was written, filled in one transaction, and then brought up to date by
the migrations of today.
"""

import json
from itertools import islice
from pathlib import Path

from django.core.management import call_command
from django.core.management.color import no_style
from django.db import connection, transaction
from django.db.models import Model

from pipeline.errors import Misconfigured
from storage.catalogue.dump import APP, AT_A_TIME, Dump, Table, file_of, models_at, options, rows_of, sha256_of


def check(dump: Dump, folder: Path) -> None:
    """Raise Misconfigured (`backup_damaged`) for the first file that is not as it was written."""
    models_at(dump.migration)
    for table in dump.tables:
        file = file_of(folder, table.name)
        if not file.is_file() or sha256_of(file) != table.sha256:
            raise Misconfigured("backup_damaged", file=file.name)


def load(dump: Dump, folder: Path) -> dict[str, int]:
    """Fill an empty catalogue; return how many rows each table has then, after they were counted."""
    call_command("migrate", APP, dump.migration, interactive=False, verbosity=0)
    models = {options(model).db_table: model for model in models_at(dump.migration)}
    with transaction.atomic(), connection.cursor() as cursor:
        for model in models.values():  # what migrations put there stands in the dump, as it was
            cursor.execute(f"DELETE FROM {connection.ops.quote_name(options(model).db_table)}")  # noqa: S608 # nosec B608
        for table in dump.tables:
            _fill(models[table.name], file_of(folder, table.name))
        for statement in connection.ops.sequence_reset_sql(no_style(), list(models.values())):
            cursor.execute(statement)
        connection.check_constraints()
        counted = {table.name: rows_of(models[table.name]).count() for table in dump.tables}
    _compare(counted, dump.tables)
    call_command("migrate", interactive=False, verbosity=0)
    return counted


def _fill(model: type[Model], file: Path) -> None:
    fields = options(model).concrete_fields
    quoted = ", ".join(connection.ops.quote_name(field.column) for field in fields)
    places = ", ".join(["%s"] * len(fields))
    statement = f"INSERT INTO {connection.ops.quote_name(options(model).db_table)} ({quoted}) VALUES ({places})"  # noqa: S608 # nosec B608
    with file.open(encoding="utf-8") as lines, connection.cursor() as cursor:
        rows = (
            [
                field.get_db_prep_save(field.to_python(value), connection)
                for field, value in zip(fields, row, strict=True)
            ]
            for row in map(json.loads, lines)
        )
        while some := list(islice(rows, AT_A_TIME)):
            cursor.executemany(statement, some)


def _compare(counted: dict[str, int], tables: tuple[Table, ...]) -> None:
    for table in tables:
        if counted[table.name] != table.rows:
            raise Misconfigured("backup_damaged", file=f"{table.name}.jsonl")


def empty() -> bool:
    """Tell whether the database has no tables yet."""
    return not connection.introspection.table_names()
