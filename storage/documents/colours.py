"""Which colours do all files of a report share?"""

INK, SOFT, FAINT, ACCENT = "17212a", "55626d", "8a949c", "0b5f70"
LINE, SHADE, WHITE = "d5dcdf", "eef3f4", "ffffff"
PAPER, MARGIN = "fbf6ee", "c9822b"
"""Of what a person wrote, and of the line at its side."""


def by_name() -> dict[str, str]:
    """Return all of them, as a sheet of the typesetter asks for them."""
    return {name.lower(): colour for name, colour in globals().items() if name.isupper()}
