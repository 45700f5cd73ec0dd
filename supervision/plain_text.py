"""Is this text that can be kept, and how is it shown as one line?

Control code 0 and half of a surrogate pair cannot be kept: databases refuse them.
"""

import unicodedata


def is_plain_text(value: object, longest: int) -> bool:
    """Tell whether a value is text of at most `longest` characters that can be kept and sent."""
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def one_line(said: str) -> str:
    """Return text for a terminal without what ends a line, moves the cursor or turns the direction of writing.

    Whoever wrote it could otherwise add lines that look like ours.
    """
    return "".join("\N{REPLACEMENT CHARACTER}" if _is_command(one) else one for one in said)


def _is_command(letter: str) -> bool:
    return unicodedata.category(letter) in {"Cc", "Cf", "Zl", "Zp"}
