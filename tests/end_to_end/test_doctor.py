"""Does the doctor still answer where settings, database or the catalogue's own file are ill?"""

import json
from pathlib import Path

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
