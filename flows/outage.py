"""Which failures are nobody's fault and pass by themselves, however the libraries call them?"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import InterfaceError, OperationalError

from pipeline.errors import Unavailable, says_no_room


@contextmanager
def outages_are_said() -> Iterator[None]:
    """Turn a full disk and a catalogue out of reach, met in a `with` block, into Unavailable."""
    try:
        yield
    except (OperationalError, InterfaceError) as error:
        raise Unavailable("catalogue_unreachable") from error
    except OSError as error:
        if says_no_room(error):
            raise Unavailable("disk_full") from error
        raise
