"""How do several changes of the catalogue become one?"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError, transaction

from pipeline.errors import Unavailable


@contextmanager
def one_transaction() -> Iterator[None]:
    """Keep all changes of the block or none; Unavailable("catalogue_unreachable") where the database does not answer.

    On SQLite the block holds the one write lock from its first line (transaction_mode IMMEDIATE), on PostgreSQL rows
    are locked where they are read with `select_for_update`.
    """
    try:
        with transaction.atomic():
            yield
    except (OperationalError, InterfaceError) as error:
        raise Unavailable("catalogue_unreachable") from error
