"""How are receipts written into a folder to which anybody may write?

Only through the opened folder itself: a link that somebody put there in its place leads nowhere, and a table is either
whole or not there.
"""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flows.receipts import LARGEST_TABLE


class ReceiptsFolder:
    """The folder `sonorelay-receipts` of an inbox, or `otherwise` where nothing can be written there."""

    def __init__(self, folder: Path, otherwise: Path | None = None) -> None:
        """Choose between the two; nothing is made before the first table."""
        fits = _can_be_written(folder) or otherwise is None or otherwise == folder
        self._folder = folder if fits else otherwise or folder

    def names(self) -> list[str]:
        """Return the names of what lies there."""
        try:
            with self._opened() as folder:
                return os.listdir(folder)  # noqa: PTH208 - of the folder that is open, whatever has its name now
        except FileNotFoundError:
            return []

    def read(self, name: str) -> bytes | None:
        """Return what a table holds; None where there is none."""
        try:
            with self._opened() as folder:
                descriptor = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
        except FileNotFoundError:
            return None
        with os.fdopen(descriptor, "rb") as file:
            return file.read(LARGEST_TABLE + 1)

    def write(self, name: str, content: bytes) -> None:
        """Write a whole table, or none."""
        self._folder.mkdir(parents=True, exist_ok=True)
        draft = f".{name}.{secrets.token_hex(4)}"
        with self._opened() as folder:
            try:
                descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644, dir_fd=folder)
                with os.fdopen(descriptor, "wb") as file:
                    file.write(content)
                    file.flush()
                    os.fsync(file.fileno())
                os.rename(draft, name, src_dir_fd=folder, dst_dir_fd=folder)
            except BaseException:
                with suppress(OSError):
                    os.unlink(draft, dir_fd=folder)
                raise

    @contextmanager
    def _opened(self) -> Iterator[int]:
        descriptor = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            yield descriptor
        finally:
            os.close(descriptor)


def _can_be_written(folder: Path) -> bool:
    there = folder if folder.is_dir() else folder.parent
    return there.is_dir() and os.access(there, os.W_OK | os.X_OK)
