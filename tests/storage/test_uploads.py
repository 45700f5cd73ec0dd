"""Which folders of uploads are swept away, and which are in use?"""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from storage import uploads
from storage.settings import settings


@pytest.fixture(autouse=True)
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path))
    settings.cache_clear()
    yield
    settings.cache_clear()


def test_a_folder_is_swept_when_nothing_was_written_in_it_for_an_hour() -> None:
    """A large file on a slow link is written for longer than that, and its folder keeps the time of its beginning."""
    now = datetime.now(UTC)
    before = (now - timedelta(hours=2)).timestamp()
    folder = uploads.new_folder()
    part = folder / "part"
    part.write_bytes(b"as far as it came")
    os.utime(folder, (before, before))
    assert uploads.sweep(now) == 0
    assert part.exists()
    os.utime(part, (before, before))
    assert uploads.sweep(now) == 1
    assert not folder.exists()
