"""A wrapped key opens with its passphrase alone, never takes another's place unasked, and no change loses a key."""

import stat
from pathlib import Path

import pytest

from pipeline.deidentify import Key
from pipeline.errors import Misconfigured
from pipeline.wrapping import KeyRing, Keys, add, install, key_ring, rotate, unwrap, wrap
from tests.core.deidentify.scenes import KEY, OTHER_KEY

PASSPHRASE = "cinq mots pour une clé"
OLDER_KEY = Key.from_bytes(b"older".ljust(32))
SIGNING_KEY = Key.from_bytes(b"signing".ljust(32))
KEYS = Keys(KEY, KeyRing(OTHER_KEY, (OLDER_KEY,)), SIGNING_KEY)
OF_VERSION_1 = """Sonorelay key, version 1
fingerprint 4C0E-2029-565B-F58F
scrypt 131072 8 1 /2SwvrbCqgrNmMHRPzwPPw==
wrapped jM8TIeI54WAAyvfPi21VOieQfY1X3CImnnBd+bgqDekCZ6+pnwmV8w==
"""


@pytest.fixture(scope="module")
def text() -> str:
    return wrap(KEYS, PASSPHRASE)


def test_it_opens_with_its_passphrase_however_it_is_typed(text: str) -> None:
    assert unwrap(text, PASSPHRASE) == KEYS
    assert unwrap("\n  " + text.replace("\n", "  \r\n"), " cinq mots pour une cle\u0301\n") == KEYS


def test_a_key_that_an_earlier_version_wrapped_is_still_read() -> None:
    assert unwrap(OF_VERSION_1, PASSPHRASE) == Keys(KEY)
    with pytest.raises(Misconfigured, match="passphrase_wrong"):
        unwrap(OF_VERSION_1, PASSPHRASE + "!")
    assert unwrap(wrap(Keys(KEY), PASSPHRASE), PASSPHRASE) == Keys(KEY)


def test_the_text_holds_no_key_and_is_never_the_same(text: str) -> None:
    for key in (KEY, OTHER_KEY, OLDER_KEY):
        assert key.secret.hex() not in text
        assert key.fingerprint in text
    assert not set(wrap(KEYS, PASSPHRASE).splitlines()[1:]) & set(text.splitlines()[1:])


def test_another_passphrase_opens_nothing(text: str) -> None:
    with pytest.raises(Misconfigured, match="passphrase_wrong"):
        unwrap(text, PASSPHRASE.upper())


def test_a_short_passphrase_is_refused() -> None:
    with pytest.raises(Misconfigured, match="passphrase_short"):
        wrap(KEYS, "  elevenchars  ")


def changed(text: str, line: int, old: str, new: str) -> str:
    lines = text.splitlines()
    assert old in lines[line]
    lines[line] = lines[line].replace(old, new, 1)
    return "\n".join(lines)


@pytest.mark.parametrize(
    ("line", "old", "new"),
    [
        (0, "version 2", "version 3"),
        (1, "131072", "131073"),
        (1, "131072", "9999999"),
        (1, "scrypt 131072 8 1", "scrypt 131072 99 1"),
        (1, "==", "="),
        (2, "pseudonyms ", "pseudonyms 0"),
        (3, "vault ", "vault A"),
        (3, "vault ", "vaults "),
        (4, "==", "="),
    ],
)
def test_a_damaged_text_is_refused(text: str, line: int, old: str, new: str) -> None:
    with pytest.raises(Misconfigured, match="wrapped_key_damaged"):
        unwrap(changed(text, line, old, new), PASSPHRASE)


def test_a_fingerprint_of_another_key_is_refused(text: str) -> None:
    with pytest.raises(Misconfigured, match="wrapped_key_damaged"):
        unwrap(text.replace(KEY.fingerprint, OTHER_KEY.fingerprint), PASSPHRASE)


def test_no_key_is_passed_off_as_one_of_another_purpose(text: str) -> None:
    lines = text.splitlines()
    for one, other in ((2, 3), (3, 4)):
        exchanged = dict(enumerate(lines))
        for here, there in ((one, other), (other, one)):
            exchanged[here] = " ".join([lines[here].split(" ")[0], *lines[there].split(" ")[1:]])
        with pytest.raises(Misconfigured, match="passphrase_wrong"):
            unwrap("\n".join(exchanged.values()), PASSPHRASE)


@pytest.mark.parametrize("nothing", ["", "Sonorelay keys, version 2", "x" * 100_000])
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


def test_a_ring_from_elsewhere_joins_the_one_that_is_here(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "relief.vault"
    ring = KeyRing(OTHER_KEY, (OLDER_KEY,))
    add(ring, path)
    assert key_ring(path) == ring
    own, newer = rotate(path)
    assert own == OTHER_KEY
    add(ring, path)  # exported before the change: the newer one stays
    assert key_ring(path).current == newer
    add(KeyRing(KEY), path)
    assert key_ring(path).current == KEY
    assert set(key_ring(path).previous) == {OTHER_KEY, OLDER_KEY, newer}


def test_fingerprints_tell_keys_apart_and_nothing_else() -> None:
    prints = {Key.from_bytes(bytes([number]) * 32).fingerprint for number in range(200)}
    assert len(prints) == 200
    assert KEY.fingerprint == Key.from_bytes(KEY.secret).fingerprint
    assert KEY.secret.hex()[:4].upper() not in KEY.fingerprint.split("-")
