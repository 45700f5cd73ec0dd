"""Which failures are nobody's fault and pass by themselves, however the libraries call them?"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

from pipeline.errors import Unavailable
from storage.room import full_disk_is_said


@contextmanager
def outages_are_said() -> Iterator[None]:
    """Turn a full disk and a catalogue out of reach, met in a `with` block, into Unavailable."""
    try:
        with full_disk_is_said():
            yield
    except (OperationalError, InterfaceError) as error:
        raise Unavailable("catalogue_unreachable") from error
