"""How is an office file packed so that the same parts are the same bytes?"""

import io
import zipfile

PACKED = (1980, 1, 1, 0, 0, 0)
"""The first moment that such a file can name."""
FIRST = "[Content_Types].xml"


def repacked(content: bytes) -> bytes:
    """Return the file with its parts in order and without the moment at which it was packed."""
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as before, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as after:
        for name in sorted(before.namelist(), key=lambda name: (name != FIRST, name)):
            part = zipfile.ZipInfo(name, PACKED)
            part.compress_type = zipfile.ZIP_DEFLATED
            part.external_attr = 0o600 << 16
            after.writestr(part, before.read(name))
    return written.getvalue()
