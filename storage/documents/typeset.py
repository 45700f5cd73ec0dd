"""How do a sheet of the typesetter and the data that it is given become pages: PDF, the same input the same bytes?"""

import json
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst


def typeset(sheet: Path, data: Mapping[str, Any], beside: Mapping[str, bytes], made: datetime) -> bytes:
    """Return the pages. beside: files that the sheet names. made: the moment that stands in the file."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in (*beside.items(), (sheet.name, sheet.read_bytes())):
            (root / name).write_bytes(content)
        try:
            return _set(root / sheet.name, data, made, accessible=True)
        except typst.TypstError:
            # letters of another script, in a name or a comment: the fonts of the machine may have them
            return _set(root / sheet.name, data, made, accessible=False)


def _set(sheet: Path, data: Mapping[str, Any], made: datetime, *, accessible: bool) -> bytes:
    """Set the pages: as PDF/UA with the typesetter's own fonts, else with those of the machine too."""
    pages = typst.compile(
        str(sheet),
        root=str(sheet.parent),
        sys_inputs={"data": json.dumps(data)},
        ignore_system_fonts=accessible,
        pdf_standards=["ua-1"] if accessible else [],
        timestamp=int(made.timestamp()),
    )
    return bytes(pages)
