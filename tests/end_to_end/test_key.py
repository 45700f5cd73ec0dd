"""Does the key leave, arrive and change by command, and never show itself?"""

import json
import stat
from pathlib import Path

import pytest

from pipeline.deidentify import Key
from tests.end_to_end.installation import Installation, in_pydicom

PASSPHRASE = "five plain words in a row"


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    here = Installation(tmp_path / "here")
    here.home.mkdir()
    here.prepare()
    (here.home / "passphrase").write_text(f"{PASSPHRASE}\nsecond line\n", encoding="utf-8")
    return here


def key_of(installation: Installation) -> Path:
    return installation.home / "var" / "keys" / "relief.key"


def vault_of(installation: Installation) -> bytes:
    return (installation.home / "var" / "keys" / "relief.vault").read_bytes()


def command(installation: Installation, action: str, *more: str, code: int = 0) -> str:
    passphrase = () if action == "rotate" else ("--passphrase-file", str(installation.home / "passphrase"))
    done = installation.sonorelay("key", action, "--organisation", "relief", *passphrase, *more, check=False)
    said = done.stdout + done.stderr
    assert done.returncode == code, said
    assert "Traceback" not in said
    assert PASSPHRASE not in said
    return said


def noted(installation: Installation) -> list[tuple[str, str]]:
    """Return what was done with the key of Relief, and by which name the key is told, as the chain of events has it."""
    lines = map(json.loads, installation.sonorelay("audit", "export").stdout.splitlines())
    return [(one["what"], one["facts"]["key"]) for one in lines if one["what"].startswith(("key_", "vault_"))]


def test_a_key_goes_from_one_installation_to_another(installation: Installation, tmp_path: Path) -> None:
    there = Installation(tmp_path / "there")
    there.home.mkdir()
    there.prepare()
    (there.home / "passphrase").write_text(PASSPHRASE, encoding="utf-8")
    command(installation, "export", "--to", str(tmp_path / "relief.txt"), code=2)
    secret = Key.load_or_create(key_of(installation)).secret
    command(installation, "export", "--to", str(tmp_path / "relief.txt"))
    command(installation, "export", "--to", str(tmp_path / "relief.txt"), code=2)
    assert stat.S_IMODE((tmp_path / "relief.txt").stat().st_mode) == 0o600
    assert secret not in (tmp_path / "relief.txt").read_bytes()
    for _ in range(2):
        command(there, "import", "--from", str(tmp_path / "relief.txt"))
    key = Key.load_or_create(key_of(there))
    assert key.secret == secret
    assert vault_of(there) == vault_of(installation)
    assert noted(installation) == [("key_exported", key.fingerprint)]  # once: the other two wrote no file
    assert noted(there) == [("key_imported", key.fingerprint)]
    assert stat.S_IMODE(key_of(there).stat().st_mode) == 0o600


def test_another_key_is_replaced_only_when_told(installation: Installation, tmp_path: Path) -> None:
    first = Key.load_or_create(key_of(installation))
    command(installation, "export", "--to", str(tmp_path / "relief.txt"))
    command(installation, "rotate")
    assert Key.load_or_create(key_of(installation)) != first
    command(installation, "import", "--from", str(tmp_path / "relief.txt"), code=2)
    assert Key.load_or_create(key_of(installation)) != first
    command(installation, "import", "--from", str(tmp_path / "relief.txt"), "--replace")
    assert Key.load_or_create(key_of(installation)) == first
    steps = noted(installation)
    assert [what for what, _ in steps] == ["key_exported", "vault_rotated", "key_rotated", "key_imported"]
    assert [key == first.fingerprint for what, key in steps if what != "vault_rotated"] == [True, False, True]


MISTAKES = (
    (["export", "--organisation", "relief"], "--to"),
    (["import", "--organisation", "relief"], "--from"),
    (["export", "--organisation", "relieff", "--to", "x"], "relieff"),
    (["rotate", "--organisation", "relief"], "relief"),
    (["import", "--organisation", "relief", "--from", "absent", "--passphrase-file", "passphrase"], "absent"),
    (["import", "--organisation", "relief", "--from", "passphrase"], "--passphrase-file"),
    (["import", "--organisation", "relief", "--from", "passphrase", "--passphrase-file", "passphrase"], ""),
)


def test_what_does_not_fit_is_said_and_makes_no_key(installation: Installation) -> None:
    for arguments, complaint in MISTAKES:
        done = installation.sonorelay("key", *arguments, check=False)
        assert done.returncode == 2, arguments
        assert complaint in done.stderr, arguments
        assert "Traceback" not in done.stderr, arguments
        assert not key_of(installation).exists(), arguments


def test_after_a_rotation_the_next_cycles_make_the_scans_anew(installation: Installation) -> None:
    installation.drop(in_pydicom("examples_ybr_color.dcm"), "amina/FAST")
    installation.sonorelay("ingest")
    before, vault = installation.steps("scans"), vault_of(installation)
    command(installation, "rotate", "--vault")
    assert vault_of(installation) != vault
    assert installation.status()["old_key"] == 0
    assert "1" in command(installation, "rotate")
    assert installation.status()["old_key"] == 1
    said = json.loads(installation.sonorelay("ingest", "--json").stdout.splitlines()[-1])
    assert said["scans"] == {"rekeyed": 1}
    status = installation.status()
    assert (status["old_key"], status["old_key_refused"], status["queued"]) == (0, 0, 1)
    after = installation.steps("scans")
    assert after["missing_objects"] == []
    assert after == before
