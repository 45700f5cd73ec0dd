"""A wrapped key opens with its passphrase alone, never takes another's place unasked, and no change loses a key."""

import stat
from pathlib import Path

import pytest

from pipeline.deidentify import Key
from pipeline.errors import Misconfigured
from pipeline.wrapping import install, key_ring, rotate, unwrap, wrap
from tests.core.deidentify.scenes import KEY, OTHER_KEY

PASSPHRASE = "cinq mots pour une clé"


@pytest.fixture(scope="module")
def text() -> str:
    return wrap(KEY, PASSPHRASE)


def test_it_opens_with_its_passphrase_however_it_is_typed(text: str) -> None:
    assert unwrap(text, PASSPHRASE) == KEY
    assert unwrap("\n  " + text.replace("\n", "  \r\n"), " cinq mots pour une cle\u0301\n") == KEY


def test_the_text_holds_no_key_and_is_never_the_same(text: str) -> None:
    assert KEY.secret.hex() not in text
    assert KEY.fingerprint in text
    assert wrap(KEY, PASSPHRASE).splitlines()[2:] != text.splitlines()[2:]


def test_another_passphrase_opens_nothing(text: str) -> None:
    with pytest.raises(Misconfigured, match="passphrase_wrong"):
        unwrap(text, PASSPHRASE.upper())


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(Misconfigured, match="passphrase_short"):
        wrap(KEY, "  elevenchars  ")


def changed(text: str, line: int, old: str, new: str) -> str:
    lines = text.splitlines()
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new, 1)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        (0, "version 1", "version 2"),
        (1, "fingerprint ", "fingerprint 0"),
        (2, "131072", "131073"),
        (2, "131072", "9999999"),
        (2, "scrypt 131072 8 1", "scrypt 131072 99 1"),
        (2, "==", "="),
        (3, "wrapped ", "wrapped A"),
    ],
)
def test_a_damaged_text_is_refused(text: str, line: int, old: str, new: str) -> None:
    with pytest.raises(Misconfigured, match="wrapped_key_damaged"):
        unwrap(changed(text, line, old, new), PASSPHRASE)


def test_a_fingerprint_of_another_key_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match="wrapped_key_damaged"):
        unwrap(text.replace(KEY.fingerprint, OTHER_KEY.fingerprint), PASSPHRASE)


@pytest.mark.parametrize("nothing", ["", "Sonorelay key, version 1", "x" * 100_000])
def test_no_text_is_no_key(nothing: str) -> None:
    with pytest.raises(Misconfigured, match="wrapped_key_damaged"):
        unwrap(nothing, PASSPHRASE)


def test_installed_once_and_never_over_another_key_unasked(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "msf"
    install(KEY, path)
    install(KEY, path)
    assert key_ring(path).current == KEY
    with pytest.raises(Misconfigured, match="key_present") as told:
        install(OTHER_KEY, path)
    assert told.value.facts == {"fingerprint": KEY.fingerprint}
    assert Key.load_or_create(path) == KEY
    install(OTHER_KEY, path, replace=True)
    assert key_ring(path).current == OTHER_KEY
    assert key_ring(path).previous == (KEY,)


def test_no_change_loses_a_key(tmp_path: Path) -> None:
    path = tmp_path / "msf"
    first, second = rotate(path)
    again, third = rotate(path)
    assert again == second
    assert len({first, second, third}) == 3
    ring = key_ring(path)
    assert ring.current == third
    assert set(ring.previous) == {first, second}
    for file in tmp_path.iterdir():
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(list(tmp_path.iterdir())) == 3


def test_going_back_is_a_change_too(tmp_path: Path) -> None:
    path = tmp_path / "msf"
    first, second = rotate(path)
    install(first, path, replace=True)
    assert key_ring(path).current == first
    assert key_ring(path).previous == (second,)


def test_fingerprints_tell_keys_apart_and_nothing_else() -> None:
    prints = {Key.from_bytes(bytes([number]) * 32).fingerprint for number in range(200)}
    assert len(prints) == 200
    assert KEY.fingerprint == Key.from_bytes(KEY.secret).fingerprint
    assert KEY.secret.hex()[:4].upper() not in KEY.fingerprint.split("-")
