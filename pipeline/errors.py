"""What went wrong, and who must act?

Messages hold counts and codes, never header values: an error may be logged, mailed and shown to anyone.
"""

import errno

from pipeline.reasons import REASONS
from pipeline.text import Text

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


class SonorelayError(Exception):
    """A failure with a code of `pipeline.reasons` and a text in both languages."""

    def __init__(self, code: str, **facts: int | float | str) -> None:
        """Look the sentence up by `code` and fill it with `facts` (counts and codes, never header values)."""
        super().__init__(code, facts)
        self.code = code
        self.facts = facts
        self.text: Text = REASONS[code].format(**facts)

    def __str__(self) -> str:
        """Return the code and the English sentence."""
        return f"{self.code}: {self.text.en}"

    def __reduce__(self) -> tuple[object, ...]:
        """Cross the border of a child process with code and facts kept."""
        return (_rebuild, (type(self), self.code, self.facts))


def _rebuild(kind: type[SonorelayError], code: str, facts: dict[str, int | float | str]) -> SonorelayError:
    return kind(code, **facts)


class Rejected(SonorelayError):
    """The sender acts; never retried."""


class NotAScan(Rejected):
    """The file holds no ultrasound picture or clip."""


class Undecodable(Rejected):
    """The file is damaged, incomplete or in a form that cannot be decoded."""


class TooLarge(Rejected):
    """The file asks for more memory or time than one scan may take."""


class Withheld(SonorelayError):
    """The data manager acts; the scan stays in quarantine with its evidence; never retried."""


class Conflict(SonorelayError):
    """The reviewer acts: somebody else was faster, or the page is out of date; never retried."""


class Unavailable(SonorelayError):
    """Nobody acts; retried by the flow."""


class Misconfigured(SonorelayError):
    """The administrator acts; the process refuses to start."""


def says_no_room(error: BaseException | None) -> bool:
    """Tell whether an error, or one that it was made of, is a disk that is full or a quota that is used up."""
    while error is not None:
        if isinstance(error, OSError) and error.errno in _NO_ROOM:
            return True
        error = error.__cause__ or error.__context__
    return False
