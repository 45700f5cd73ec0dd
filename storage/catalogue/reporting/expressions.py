"""How are weeks and seconds counted in the database, alike in SQLite and PostgreSQL, without a call for each row?"""

from datetime import date, timedelta
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Func, IntegerField
from django.db.models.sql.compiler import SQLCompiler

_Sql = tuple[str, Any]

FIRST_MONDAY = date(1969, 12, 29)
WEEK = timedelta(weeks=1)


class WeekNumber(Func):
    """The number of the week (Monday to Sunday, UTC) in which a moment lies; `monday_of` tells which that is."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> _Sql:
        """Go by the day alone: moments are rounded to milliseconds there, and could fall into the next week."""
        template = "CAST((julianday(substr(%(expressions)s, 1, 10)) - 2440584.5) / 7 AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> _Sql:
        """Divide whole days."""
        template = "(((%(expressions)s) AT TIME ZONE 'UTC')::date - DATE '1969-12-29') / 7"
        return self.as_sql(compiler, connection, template=template, **more)


class Seconds(Func):
    """The whole seconds from 1970 to a moment; the difference of two, by 3600, is a number of hours."""

    output_field = IntegerField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> _Sql:
        """Read the moment as text."""
        template = "CAST(strftime('%%%%s', %(expressions)s) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **more)

    def as_postgresql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **more: Any) -> _Sql:
        """Leave out what is shorter than a second."""
        template = "CAST(FLOOR(EXTRACT(EPOCH FROM %(expressions)s)) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **more)


def monday_of(number: int) -> date:
    """Return the Monday of the week that `WeekNumber` calls so."""
    return FIRST_MONDAY + number * WEEK
