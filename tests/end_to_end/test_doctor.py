"""Does the doctor still answer where settings, database or the catalogue's own file are ill?"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from flows.sources import s3_inbox, watched_folder  # noqa: F401 - here, as another account may not read them
from sonorelay import places
from storage.settings import settings
from tests.end_to_end.installation import Installation
from tests.servers import free_ports


def asked(installation: Installation) -> tuple[int, dict[str, str], str]:
    done = installation.sonorelay("doctor", "--json", check=False)
    checks = json.loads(done.stdout)["checks"] if done.stdout else []
    return done.returncode, {one["name"]: one["verdict"] for one in checks}, done.stdout + done.stderr


def test_what_is_ill_itself_does_not_silence_the_doctor(tmp_path: Path) -> None:
    sound = Installation(tmp_path)
    sound.prepare()
    status, found, _ = asked(sound)
    assert status == int("bad" in found.values())
    assert found["catalogue_whole"] == "good"

    wrong = Installation(tmp_path, {"SONORELAY_WEBPORT": "1"})
    assert asked(wrong)[0] == 2
    assert "SONORELAY_WEB_PORT" in asked(wrong)[2]

    address = f"postgresql://sonorelay:a-secret-word@127.0.0.1:{free_ports(1)[0]}/sonorelay"
    status, found, said = asked(Installation(tmp_path, {"SONORELAY_DATABASE_URL": address}))
    assert (status, found["catalogue.answers"]) == (1, "bad")
    assert "scans" not in found
    assert "a-secret-word" not in said

    catalogue = tmp_path / "var" / "catalogue.sqlite3"
    sound.run("python3", "-c", f"import sqlite3; sqlite3.connect({str(catalogue)!r}).execute('PRAGMA wal_checkpoint')")
    with catalogue.open("r+b") as file:
        file.seek(catalogue.stat().st_size // 2 // 4096 * 4096)
        file.write(b"\xff" * 3 * 4096)
    status, found, _ = asked(sound)
    assert (status, found["catalogue_whole"]) == (1, "bad")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """Give a folder that other accounts may enter."""
    with TemporaryDirectory(prefix="sonorelay-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.django_db
def test_a_place_that_is_away_shut_or_silent_is_named(monkeypatch: pytest.MonkeyPatch, open_folder: Path) -> None:
    stick, shut = open_folder / "stick", open_folder / "mounted" / "shut"
    shut.mkdir(parents=True)
    (open_folder / "programme.toml").write_text(
        f"""
[[organisations]]
code = "relief"
name = "Relief"
[[projects]]
code = "goma"
organisation = "relief"
name = "Goma"
sources = [{{ kind = "watched_folder", folder = "{stick}" }}, {{ kind = "s3_inbox", bucket = "inbox" }}]
[[projects]]
code = "bunia"
organisation = "relief"
name = "Bunia"
sources = [{{ kind = "watched_folder", folder = "{shut}" }}]
"""
    )
    for name, value in {"HOME": open_folder, "INBOX_S3_ENDPOINT": f"127.0.0.1:{free_ports(1)[0]}"}.items():
        monkeypatch.setenv(f"SONORELAY_{name}", str(value))
    settings.cache_clear()

    def said() -> dict[str, list[tuple[str, str]]]:
        privileged = os.geteuid() == 0
        try:
            if privileged:
                os.seteuid(65534)
            found: dict[str, list[tuple[str, str]]] = {}
            for check in places.checks():
                found.setdefault(check.name, []).append((check.verdict.value, check.what.en))
            return found
        finally:
            if privileged:
                os.seteuid(0)

    first = said()
    assert [verdict for verdict, _ in first["places.goma"]] == ["warn", "bad"]
    assert "stick" in first["places.goma"][0][1]
    assert "does not answer" in first["places.goma"][1][1]
    shut.chmod(0o500)
    assert [verdict for verdict, _ in said()["places.bunia"]] == ["bad"], "it cannot be emptied"
    shut.chmod(0o777)
    (shut / "patient").mkdir()
    (shut / "patient" / "clip.mp4").touch()
    for mode in (0o000, 0o444):  # one may be listed, and not entered
        (shut / "patient").chmod(mode)
        assert [verdict for verdict, _ in said()["places.bunia"]] == ["warn"]
        assert "patient" not in str(said()), "names of folders may name patients"
    (shut / "patient").chmod(0o755)
    assert [verdict for verdict, _ in said()["places.bunia"]] == ["good"]
    shut.parent.chmod(0o700)
    assert [verdict for verdict, _ in said()["places.bunia"]] == ["bad"], "what is above is shut"
    settings.cache_clear()
