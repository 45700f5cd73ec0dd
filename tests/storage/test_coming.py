"""A ZIP that came damaged is told as that, whichever byte of it changed on the way."""

import zipfile
from contextlib import suppress
from pathlib import Path

import pytest

from pipeline.errors import Misconfigured
from storage.handover import coming
from storage.settings import settings

TOLD = b"BagIt-Version: 1.0\n" * 3


@pytest.mark.parametrize("packed", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_whichever_byte_changed(packed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SONORELAY_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    sent = tmp_path / "sent.zip"
    with zipfile.ZipFile(sent, "w", packed) as archive:
        archive.writestr("bundle/bagit.txt", TOLD)
    whole = sent.read_bytes()
    with coming.lying(sent) as folder:
        assert (folder / "bagit.txt").read_bytes() == TOLD
    for place in range(len(whole)):
        sent.write_bytes(whole[:place] + bytes([whole[place] ^ 0xFF]) + whole[place + 1 :])
        with suppress(Misconfigured), coming.lying(sent) as folder:
            assert (folder / "bagit.txt").read_bytes() == TOLD
    assert not list((tmp_path / "home").iterdir())
