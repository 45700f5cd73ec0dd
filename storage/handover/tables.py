"""How does somebody without this software read what was handed over? A CSV of every table, and what each column says.

Made of the dumped rows, so that both say the same. What a spreadsheet would run is text (supervision.spreadsheet).
"""

import csv
import json
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import models

from pipeline.text import Text
from storage.catalogue.dump import APP, Dump, file_of, models_at, options
from supervision.spreadsheet import MARK, SEPARATOR, cell

FOLDER, DICTIONARY = "tables", "dictionary.csv"
MOST_ROWS = 1_000_000
"""Excel shows 1,048,576 lines of a file; a table that is longer goes on in the next one."""
_WORDS = Path(__file__).with_name("dictionary")
TYPES: tuple[tuple[type[Any], Text], ...] = (
    (models.ForeignKey, Text("number of a row of {table}", "numéro d'une ligne de {table}")),
    (models.BooleanField, Text("1 yes, 0 no", "1 oui, 0 non")),
    (models.DateTimeField, Text("date and time, UTC", "date et heure, UTC")),
    (models.DateField, Text("day", "jour")),
    (models.FloatField, Text("number", "nombre")),
    (models.IntegerField, Text("whole number", "nombre entier")),
    (models.JSONField, Text("JSON", "JSON")),
    (models.Field, Text("text", "texte")),
)
HEADINGS = {
    "en": ("table", "column", "type", "codes", "English", "Français"),
    "fr": ("table", "colonne", "type", "codes", "English", "Français"),
}


def write(dumped: Dump, folder: Path, language: str) -> None:
    """Write a CSV for each dumped table below `folder`, and the dictionary of them all."""
    (folder / FOLDER).mkdir()
    fields = fields_at(dumped.migration)
    for table in dumped.tables:
        rows = _rows(file_of(folder / "catalogue", table.name), fields[table.name])
        number = 0
        while number == 0 or number * MOST_ROWS < table.rows:
            end = f"-{number + 1}" if number else ""
            place = folder / FOLDER / f"{short(table.name)}{end}.csv"
            _write(place, [one.attname for one in fields[table.name]], islice(rows, MOST_ROWS), language)
            number += 1
    _write(folder / FOLDER / DICTIONARY, HEADINGS[language], _dictionary(dumped, language), language)


def short(table: str) -> str:
    """Return the name of a table without that of the application."""
    return table.removeprefix(f"{APP}_")


@cache
def fields_at(migration: str) -> Mapping[str, tuple[Any, ...]]:
    """Return the fields of each table in the order of a dump of that migration."""
    return {options(model).db_table: tuple(options(model).concrete_fields) for model in models_at(migration)}


def words(table: str, column: str) -> Text:
    """Return what a column says; KeyError where nobody has said it."""
    own: Mapping[str, list[str]] = _columns()["of"].get(short(table), {})
    return Text(*(own.get(column) or _columns()[column]))


def words_of_table(table: str) -> Text:
    """Return what a row of a table is; KeyError where nobody has said it."""
    return Text(*_toml("tables")[short(table)])


def _dictionary(dumped: Dump, language: str) -> Iterator[list[object]]:
    for table in dumped.tables:
        what = words_of_table(table.name)
        yield [short(table.name), "", "", "", what.en, what.fr]
        for field in fields_at(dumped.migration)[table.name]:
            said = words(table.name, field.attname)
            codes = " ".join(str(code) for code, _ in field.flatchoices)
            yield [short(table.name), field.attname, _type(field).say(language), codes, said.en, said.fr]


def _type(field: Any) -> Text:
    found = next(text for kind, text in TYPES if isinstance(field, kind))
    return found.format(table=short(options(field.related_model).db_table)) if field.is_relation else found


def _rows(file: Path, fields: Sequence[Any]) -> Iterator[list[object]]:
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            yield [_value(field, value) for field, value in zip(fields, json.loads(line), strict=True)]


def _value(field: Any, value: Any) -> object:
    if value is None:
        return None
    if isinstance(field, models.DateTimeField):
        return datetime.fromisoformat(value).astimezone(UTC)
    if isinstance(field, models.DateField):
        return date.fromisoformat(value)
    if isinstance(field, models.JSONField):
        return json.dumps(value, ensure_ascii=False)
    return value


def _write(place: Path, heading: Sequence[str], rows: Iterator[list[object]], language: str) -> None:
    with place.open("w", encoding="utf-8", newline="") as file:
        file.write(MARK)
        table = csv.writer(file, delimiter=SEPARATOR[language])
        table.writerow(heading)
        for row in rows:
            table.writerow([cell(value, language) for value in row])


def _columns() -> Mapping[str, Any]:
    return _toml("columns")


@cache
def _toml(name: str) -> Mapping[str, Any]:
    return tomllib.loads((_WORDS / f"{name}.toml").read_text(encoding="utf-8"))
