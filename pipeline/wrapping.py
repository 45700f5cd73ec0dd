"""How do the keys of an organisation move to another machine, and how are they changed?

Wrapped keys are a few lines of text: version, the cost of scrypt (RFC 7914) and salt, and a line for each key with what
it is for, its fingerprint, and the key wrapped by AES (RFC 3394) under what scrypt makes of the passphrase, told apart
by purpose (HKDF, RFC 5869). Whoever holds text and passphrase holds the keys. Version 1 held the key of the pseudonyms
alone, and is still read.
"""

import base64
import binascii
import hmac
import os
import re
import secrets
import unicodedata
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pipeline.errors import Misconfigured
from pipeline.key import Key, create

FIRST_LINE = "Sonorelay keys, version 2"
SHORTEST_PASSPHRASE = 12
COST, BLOCK, LANES = 1 << 17, 8, 1  # 128 MB and about half a second
MOST_COST = 1 << 19
SALT_BYTES = 16
LARGEST_TEXT = 16_384
PSEUDONYMS, VAULT, VAULT_BEFORE, SIGNING = "pseudonyms", "vault", "vault-before", "signing"
_FINGERPRINT = r"[0-9A-F]{4}(?:-[0-9A-F]{4}){3}"
_SCRYPT = r"scrypt (?P<cost>\d{1,7}) (?P<block>\d{1,2}) (?P<lanes>\d{1,2}) (?P<salt>[A-Za-z0-9+/]{22}==)\n"
_WRAPPED = r"[A-Za-z0-9+/]{54}=="
FORM = re.compile(
    rf"{FIRST_LINE}\n{_SCRYPT}"
    rf"(?P<keys>pseudonyms {_FINGERPRINT} {_WRAPPED}\n(?:(?:vault(?:-before)?|signing) {_FINGERPRINT} {_WRAPPED}\n)*)"
)
FORM_OF_ONE = re.compile(
    rf"Sonorelay key, version 1\nfingerprint (?P<fingerprint>{_FINGERPRINT})\n"
    rf"{_SCRYPT}wrapped (?P<wrapped>{_WRAPPED})\n"
)


@dataclass(frozen=True)
class KeyRing:
    """The key of today, and all that it took the place of."""

    current: Key
    previous: tuple[Key, ...] = ()


@dataclass(frozen=True)
class Keys:
    """All keys of an organisation: of its pseudonyms, of its vault and of its signature, if these go along."""

    pseudonyms: Key
    vault: KeyRing | None = None
    signing: Key | None = None


def wrap(keys: Keys, passphrase: str) -> str:
    """Return the keys as text that the passphrase opens; Misconfigured (`passphrase_short`) below 12 characters."""
    refuse_short(passphrase)
    salt = secrets.token_bytes(SALT_BYTES)
    stretched = _stretched(passphrase, salt, COST, BLOCK, LANES)
    named = [(PSEUDONYMS, keys.pseudonyms)]
    if keys.vault is not None:
        named += [(VAULT, keys.vault.current), *((VAULT_BEFORE, key) for key in keys.vault.previous)]
    if keys.signing is not None:
        named += [(SIGNING, keys.signing)]
    lines = [
        f"{purpose} {key.fingerprint} {_as_text(aes_key_wrap(_for(purpose, stretched), key.secret))}\n"
        for purpose, key in named
    ]
    return f"{FIRST_LINE}\nscrypt {COST} {BLOCK} {LANES} {_as_text(salt)}\n{''.join(lines)}"


def refuse_short(passphrase: str) -> None:
    """Misconfigured (`passphrase_short`) below 12 characters."""
    if len(_normal(passphrase)) < SHORTEST_PASSPHRASE:
        raise Misconfigured("passphrase_short", fewest=SHORTEST_PASSPHRASE)


def unwrap(text: str, passphrase: str) -> Keys:
    """Return the keys that `wrap` made a text of.

    Raises Misconfigured: `wrapped_key_damaged` where the text is none, `passphrase_wrong` where it opens nothing.
    """
    text = "\n".join(line.strip() for line in text[:LARGEST_TEXT].strip().splitlines()) + "\n"
    found = FORM.fullmatch(text) or FORM_OF_ONE.fullmatch(text)
    if found is None:
        raise Misconfigured("wrapped_key_damaged")
    cost, block, lanes = int(found["cost"]), int(found["block"]), int(found["lanes"])
    if not (2 <= cost <= MOST_COST and cost & (cost - 1) == 0 and 1 <= block <= BLOCK and 1 <= lanes <= 4):
        raise Misconfigured("wrapped_key_damaged")
    try:
        stretched = _stretched(passphrase, base64.b64decode(found["salt"], validate=True), cost, block, lanes)
        if found.re is FORM_OF_ONE:
            return Keys(_opened(stretched, found["fingerprint"], found["wrapped"]))
        named = [line.split(" ") for line in found["keys"].splitlines()]
        opened = [(purpose, _opened(_for(purpose, stretched), name, wrapped)) for purpose, name, wrapped in named]
    except InvalidUnwrap as fault:
        raise Misconfigured("passphrase_wrong") from fault
    except (binascii.Error, ValueError) as fault:
        raise Misconfigured("wrapped_key_damaged") from fault
    vaults = [key for purpose, key in opened if purpose == VAULT]
    before = tuple(key for purpose, key in opened if purpose == VAULT_BEFORE)
    signing = next((key for purpose, key in opened if purpose == SIGNING), None)
    return Keys(opened[0][1], KeyRing(vaults[0], before) if vaults else None, signing)


def install(key: Key, path: Path, *, replace: bool = False) -> None:
    """Keep a key at `path`; the same key again changes nothing.

    Raises Misconfigured (`key_present`) where another key is, unless told to replace it: that one becomes the previous.
    """
    if not path.exists():
        create(path, key.secret)
    present = Key.load_or_create(path)
    if present == key:
        return
    if not replace:
        raise Misconfigured("key_present", fingerprint=present.fingerprint)
    _replace(path, present, key)


def rotate(path: Path) -> tuple[Key, Key]:
    """Make a new key at `path`, keep the old as the previous; return (old, new)."""
    old, new = Key.load_or_create(path), Key.from_bytes(secrets.token_bytes(32))
    _replace(path, old, new)
    return old, new


def add(ring: KeyRing, path: Path) -> None:
    """Keep the keys of a ring from elsewhere at `path` beside those that are here.

    Its key of today becomes that of today here, unless it is known already: then it was changed here for another.
    """
    known = {Key.load(file) for file in path.parent.glob(f"{path.name}*")}
    for key in ring.previous:
        if key not in known:
            create(path.with_name(f"{path.name}.previous-{key.fingerprint}"), key.secret)
    if ring.current not in known:
        install(ring.current, path, replace=True)


def key_ring(path: Path) -> KeyRing:
    """Return the key at `path`, made the first time, and every key that stood there before."""
    current = Key.load_or_create(path)
    earlier = (Key.load(place) for place in sorted(path.parent.glob(f"{path.name}.previous-*")))
    return KeyRing(current, tuple(key for key in earlier if key != current))


def _replace(path: Path, old: Key, new: Key) -> None:
    """Write the old key beside, then the new one over it: a power cut at any moment loses neither."""
    before = path.with_name(f"{path.name}.previous-{old.fingerprint}")
    for target, secret in ((before, old.secret), (path, new.secret)):
        draft = target.with_name(f".{target.name}.{secrets.token_hex(8)}")
        create(draft, secret)
        try:
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def _stretched(passphrase: str, salt: bytes, cost: int, block: int, lanes: int) -> bytes:
    return Scrypt(salt=salt, length=32, n=cost, r=block, p=lanes).derive(_normal(passphrase).encode())


def _for(purpose: str, stretched: bytes) -> bytes:
    """Return what wraps a key of this purpose: none can be passed off as one of another."""
    return HKDFExpand(SHA256(), 32, f"sonorelay/keys/2/{purpose}".encode()).derive(stretched)


def _opened(wrapping: bytes, fingerprint: str, wrapped: str) -> Key:
    key = Key.from_bytes(aes_key_unwrap(wrapping, base64.b64decode(wrapped, validate=True)))
    if not hmac.compare_digest(key.fingerprint, fingerprint):
        raise ValueError("another key than it says")
    return key


def _normal(passphrase: str) -> str:
    """Return the passphrase as every keyboard writes it: accents composed, outer spaces gone."""
    return unicodedata.normalize("NFC", passphrase).strip()


def _as_text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
