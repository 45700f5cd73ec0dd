"""How does a browser keep our files for a year and still see a new one at once? By an address made of the content."""

import hashlib
from functools import cache
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage


def fingerprint(name: str) -> str:
    """Return ten hexadecimal digits of the SHA-256 of a static file; FileNotFoundError if there is none."""
    path = finders.find(name)
    if not isinstance(path, str):
        raise FileNotFoundError(name)
    return hashlib.sha256(Path(path).read_bytes()).hexdigest()[:10]


_kept = cache(fingerprint)


class FingerprintedFiles(StaticFilesStorage):
    """Static files straight from the source tree, with `?fingerprint` in their address; nothing has to be collected."""

    def url(self, name: str | None) -> str:
        """Return the address of a static file."""
        name = name or ""
        mark = fingerprint(name) if settings.DEBUG else _kept(name)
        return f"{super().url(name)}?{mark}"
