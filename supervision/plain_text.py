"""Is this text that can be kept? Control code 0 and half of a surrogate pair cannot: databases refuse them."""


def is_plain_text(value: object, longest: int) -> bool:
    """Tell whether a value is text of at most `longest` characters that can be kept and sent."""
    if not isinstance(value, str) or len(value) > longest or "\x00" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
