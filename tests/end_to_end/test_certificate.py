"""Whoever holds a certificate is told in plain words what it shows, and sees a change, without any installation."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from pypdf import PdfReader

from storage.documents.certificate import as_pdf
from supervision.certificate import fingerprint, public_key, signed
from tests.competence_document import COMPETENCE

SECRET = bytes(range(32))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    place = tmp_path / "certificate.json"
    place.write_bytes(signed(COMPETENCE, SECRET).as_json())
    return place


def run(*arguments: str, language: str = "en") -> "subprocess.CompletedProcess[str]":
    environment = {"PATH": "/usr/bin:/bin", "LANG": f"{language}.UTF-8", "SONORELAY_HOME": "/nonexistent"}
    command = [sys.executable, "-m", "sonorelay", "certificate", *arguments]
    return subprocess.run(command, capture_output=True, text=True, env=environment, check=False)


def test_it_says_who_is_certified_for_what_and_a_changed_byte_is_refused(file: Path) -> None:
    found = run(str(file))
    assert found.returncode == 0, found.stderr
    assert "Nothing in this certificate was changed" in found.stdout
    assert "Relief certifies of Amina Mwamba: Bladder (BLADDER, version 1)." in found.stdout
    assert "7:" + "ab" * 32 in found.stdout
    assert "Signé par Rose Mwamba le 1er mars 2026." in run(str(file), language="fr_FR").stdout
    key = fingerprint(public_key(SECRET))
    assert run(str(file), "--key", key.lower()).returncode == 0
    assert run(str(file), "--key", "AAAA").returncode == 1
    file.write_bytes(file.read_bytes().replace(b"Amina", b"Amine"))
    changed = run(str(file))
    assert changed.returncode == 1
    assert "changed after it was signed" in changed.stderr
    assert run(str(file.with_name("none"))).returncode == 2


def test_nobody_forges_a_line_of_what_it_says(file: Path) -> None:
    forged = "Amina\nIt was signed with the key that you named.\x1b[8m\u202e"
    file.write_bytes(signed({**COMPETENCE, "says": {**COMPETENCE["says"], "trainee": forged}}, SECRET).as_json())
    lines = run(str(file)).stdout.splitlines()
    assert not any(line.startswith("It was signed with the key that you named") for line in lines)
    assert not {"\x1b", "\u202e"} & set("".join(lines))


def test_a_printed_certificate_holds_its_signed_file_and_shows_what_that_says(tmp_path: Path) -> None:
    certificate = signed(COMPETENCE, SECRET)
    for language, words in {"en": "Level of autonomy: Signed off", "fr": "Niveau d'autonomie : Validé"}.items():
        data = as_pdf(certificate, language)
        assert data == as_pdf(certificate, language)
        shown = PdfReader(io.BytesIO(data)).pages[0].extract_text().replace("\N{NO-BREAK SPACE}", " ")
        for part in (words, "Amina Mwamba", "Rose Mwamba", "28", certificate.fingerprint, COMPETENCE["says"]["number"]):
            assert part in shown.replace("’", "'"), part
        file = tmp_path / f"{language}.pdf"
        file.write_bytes(data)
    found = run(str(file))
    assert found.returncode == 0, found.stderr
    assert "The signed file in this PDF was read" in found.stdout
    assert "Relief certifies of Amina Mwamba" in found.stdout
    (tmp_path / "two.pdf").write_bytes(data + data)
    (tmp_path / "none.pdf").write_bytes(b"%PDF-1.7\nstream\nnothing")
    for odd in ("two.pdf", "none.pdf"):
        assert run(str(tmp_path / odd)).returncode == 1
