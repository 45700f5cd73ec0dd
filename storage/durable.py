"""How is a file written so that a power cut leaves the old one or the new one, whole?"""

import os
import secrets
from pathlib import Path
from typing import IO, Any


def replace_file(path: Path, text: str) -> None:
    """Let `path` hold this text; when it returns, that survives a power cut."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    with draft.open("x", encoding="utf-8") as file:
        file.write(text)
        flush(file)
    draft.replace(path)
    handle = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def flush(file: IO[Any]) -> None:
    """Bring everything that was written to the disk itself."""
    file.flush()
    os.fsync(file.fileno())
