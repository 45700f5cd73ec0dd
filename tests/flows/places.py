"""How does a test put files where a project looks for them, and look?"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.programmes import ONE_PROJECT
from tests.storage.conftest import World


@dataclass(frozen=True)
class Field:
    """An installation whose project goma has the inbox `inbox`, and whatever other places its programme names."""

    home: Path
    inbox: Path

    def says(self, sources: str = "", language: str = "en") -> None:
        """Write the programme."""
        (self.home / "programme.toml").write_text(f'{ONE_PROJECT}language = "{language}"\n{sources}')

    def drop(self, name: str, content: bytes, folder: Path | None = None) -> Path:
        """Put a file into the inbox, or another folder."""
        path = (folder or self.inbox) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    def look(self) -> int:
        """Take in what is there; return how many scans that were."""
        from flows.gather import gather

        count: int = gather.fn("goma", "relief")
        return count

    def look_and_answer(self) -> int:
        """Take in what is there, and bring the receipts up to date."""
        from flows.gather import answer

        count = self.look()
        answer.fn("goma")
        return count

    def arrivals(self) -> int:
        """Return how many arrivals the catalogue knows."""
        from storage.catalogue.models import Arrival

        return Arrival.objects.count()


def rows(content: bytes, delimiter: str = ",") -> Iterator[dict[str, str]]:
    """Yield the rows of a table of receipts, as a spreadsheet reads it."""
    assert content.startswith(b"\xef\xbb\xbf")
    return csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter)


def receipts_in(folder: Path, delimiter: str = ",") -> list[dict[str, str]]:
    """Return the rows of all tables of receipts beside an inbox."""
    tables = sorted((folder / "sonorelay-receipts").glob("*.csv"))
    return [row for table in tables for row in rows(table.read_bytes(), delimiter)]


@pytest.fixture
def make_field(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Field]:
    """Return what makes such an installation, in which a file counts as complete at once."""
    from flows.sources import watched_folder
    from storage.settings import settings

    def _make(sources: str = "", language: str = "en", **environment: str) -> Field:
        home = tmp_path / "home"
        home.mkdir()
        monkeypatch.setenv("SONORELAY_HOME", str(home))
        monkeypatch.setenv("SONORELAY_INBOX", str(tmp_path / "inbox"))
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(watched_folder, "SETTLED_SECONDS", 0.0)
        settings.cache_clear()
        field = Field(home, tmp_path / "inbox" / "goma")
        field.inbox.mkdir(parents=True)
        field.says(sources, language)
        return field

    return _make
