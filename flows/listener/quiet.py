"""How is it kept out of the logs what a device sends, and yet said what went wrong?

pynetdicom and pydicom quote the values that they do not understand. Of their messages only the kind of the error
passes, with the place in the code where it was raised.
"""

import logging
import threading
import traceback
import warnings
from types import TracebackType

from pynetdicom import _config

log = logging.getLogger("sonorelay.listener")


class KindOnly(logging.Handler):
    """Hands on the kind of an exception and where it came from, never what it says."""

    def emit(self, record: logging.LogRecord) -> None:
        """Say what kind of exception it was; what is no exception is not said at all."""
        if record.exc_info and record.exc_info[0] is not None:
            say(record.exc_info[0], record.exc_info[2])


def say(kind: type[BaseException], where: TracebackType | None) -> None:
    """Note the kind of an error and the line of code that raised it."""
    last = traceback.extract_tb(where)[-1:]
    place = f"{last[0].filename.rpartition('/')[2]}:{last[0].lineno}" if last else "-"
    log.warning("unexpected kind=%s at=%s", kind.__name__, place)


def keep_quiet() -> None:
    """Let nothing that a device sends reach a log of this process."""
    _config.LOG_HANDLER_LEVEL = "none"
    for name in ("pynetdicom", "pydicom"):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [KindOnly(level=logging.ERROR)], False
        logger.setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="pydicom|pynetdicom")
    threading.excepthook = lambda what: say(what.exc_type, what.exc_traceback)
