"""Is anybody else, on any machine that shares the catalogue, at the same work?"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, connection

from pipeline.errors import Unavailable


@contextmanager
def sole(name: str) -> Iterator[bool]:
    """Tell whether nobody else is at the work of this name, and be the one who is for the time of a `with` block.

    PostgreSQL keeps the lock as long as a connection of its own lasts, and lets go when the program or its machine dies
    (which it notices within two minutes: storage.django_settings). A catalogue on SQLite is on one machine, where the
    caller's own lock is enough. Unavailable where the database does not answer.
    """
    if connection.vendor != "postgresql":
        yield True
        return
    own = connection.copy()
    try:
        try:
            with own.cursor() as cursor:
                cursor.execute("SELECT pg_try_advisory_lock(hashtextextended(%s, 0))", [f"sonorelay {name}"])
                first = bool(cursor.fetchone()[0])
        except (OperationalError, InterfaceError) as error:
            raise Unavailable("catalogue_unreachable") from error
        yield first
    finally:
        own.close()
