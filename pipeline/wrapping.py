"""How does the key of an organisation move to another machine, and how is it changed?

A wrapped key is a few lines of text: version, fingerprint, the cost of scrypt (RFC 7914), salt, and the key wrapped by
AES (RFC 3394) with what scrypt makes of the passphrase. Whoever holds text and passphrase holds the key.
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

from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from pipeline.errors import Misconfigured
from pipeline.key import Key, create

FIRST_LINE = "Sonorelay key, version 1"
SHORTEST_PASSPHRASE = 12
COST, BLOCK, LANES = 1 << 17, 8, 1  # 128 MB and about half a second
MOST_COST = 1 << 19
SALT_BYTES = 16
LARGEST_TEXT = 4096
FORM = re.compile(
    rf"{FIRST_LINE}\n"
    r"fingerprint (?P<fingerprint>[0-9A-F]{4}(?:-[0-9A-F]{4}){3})\n"
    r"scrypt (?P<cost>\d{1,7}) (?P<block>\d{1,2}) (?P<lanes>\d{1,2}) (?P<salt>[A-Za-z0-9+/]{22}==)\n"
    r"wrapped (?P<wrapped>[A-Za-z0-9+/]{54}==)\n"
)


@dataclass(frozen=True)
class KeyRing:
    """The key of today, and all that it took the place of."""

    current: Key
    previous: tuple[Key, ...] = ()


def wrap(key: Key, passphrase: str) -> str:
    """Return the key as text that only the passphrase opens; Misconfigured (`passphrase_short`) below 12 characters."""
    if len(_normal(passphrase)) < SHORTEST_PASSPHRASE:
        raise Misconfigured("passphrase_short", fewest=SHORTEST_PASSPHRASE)
    salt = secrets.token_bytes(SALT_BYTES)
    wrapped = aes_key_wrap(_stretched(passphrase, salt, COST, BLOCK, LANES), key.secret)
    return (
        f"{FIRST_LINE}\n"
        f"fingerprint {key.fingerprint}\n"
        f"scrypt {COST} {BLOCK} {LANES} {_as_text(salt)}\n"
        f"wrapped {_as_text(wrapped)}\n"
    )


def unwrap(text: str, passphrase: str) -> Key:
    """Return the key that `wrap` made a text of.

    Raises Misconfigured: `wrapped_key_damaged` where the text is none, `passphrase_wrong` where it opens nothing.
    """
    found = FORM.fullmatch("\n".join(line.strip() for line in text[:LARGEST_TEXT].strip().splitlines()) + "\n")
    if found is None:
        raise Misconfigured("wrapped_key_damaged")
    cost, block, lanes = int(found["cost"]), int(found["block"]), int(found["lanes"])
    if not (2 <= cost <= MOST_COST and cost & (cost - 1) == 0 and 1 <= block <= BLOCK and 1 <= lanes <= 4):
        raise Misconfigured("wrapped_key_damaged")
    try:
        salt, wrapped = (base64.b64decode(found[name], validate=True) for name in ("salt", "wrapped"))
        key = Key.from_bytes(aes_key_unwrap(_stretched(passphrase, salt, cost, block, lanes), wrapped))
    except InvalidUnwrap as fault:
        raise Misconfigured("passphrase_wrong") from fault
    except (binascii.Error, ValueError) as fault:
        raise Misconfigured("wrapped_key_damaged") from fault
    if not hmac.compare_digest(key.fingerprint, found["fingerprint"]):
        raise Misconfigured("wrapped_key_damaged")
    return key


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


def key_ring(path: Path) -> KeyRing:
    """Return the key at `path`, made the first time, and every key that stood there before."""
    current = Key.load_or_create(path)
    earlier = (Key.load_or_create(place) for place in sorted(path.parent.glob(f"{path.name}.previous-*")))
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


def _normal(passphrase: str) -> str:
    """Return the passphrase as every keyboard writes it: accents composed, outer spaces gone."""
    return unicodedata.normalize("NFC", passphrase).strip()


def _as_text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")
