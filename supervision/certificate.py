"""Does a certificate still say what was signed, and with whose key?

What is signed is `PREFIX` and the document as canonical JSON (RFC 8785: no spaces, keys in order, one way to write each
number), by Ed25519 (RFC 8032). The public key goes along: nothing else is needed to see that not a byte has changed.
Whose key it is, its fingerprint tells, which the organisation gives in another way.
"""

import base64
import binascii
import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from pipeline.errors import Rejected

FORMAT = "sonorelay-certificate/1"
PREFIX = FORMAT.encode() + b"\n"
LARGEST_FILE = 4_000_000
LARGEST_WHOLE = 2**53 - 1
SMALLEST_SHARE, LARGEST_SHARE = 1e-6, 1e15  # between them Python and RFC 8785 write a number alike
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_MEMBERS = {"format", "document", "public_key", "signature"}


@dataclass(frozen=True)
class Signed:
    """A document with the key and the signature that go with it; `verify` makes one of bytes only if they fit."""

    document: Mapping[str, Any]
    public_key: bytes
    signature: bytes

    @property
    def fingerprint(self) -> str:
        """Thirty-two hexadecimal digits in fours by which people compare keys."""
        return fingerprint(self.public_key)

    def as_json(self) -> bytes:
        """Return the file: canonical JSON too, so that the same certificate is always the same bytes."""
        return canonical(
            {
                "format": FORMAT,
                "document": self.document,
                "public_key": base64.b64encode(self.public_key).decode("ascii"),
                "signature": base64.b64encode(self.signature).decode("ascii"),
            }
        )


def signed(document: Mapping[str, Any], secret: bytes) -> Signed:
    """Sign a document with the 32 bytes of an Ed25519 key; ValueError for what has no canonical form."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    return Signed(document, public_key(secret), key.sign(PREFIX + canonical(document)))


def public_key(secret: bytes) -> bytes:
    """Return the public half of an Ed25519 key."""
    return Ed25519PrivateKey.from_private_bytes(secret).public_key().public_bytes_raw()


def verify(data: bytes) -> Signed:
    """Return what a certificate's bytes say; Rejected (`certificate_changed`) if anything is not as it was signed."""
    try:
        if len(data) > LARGEST_FILE:
            raise ValueError("too large")
        found = json.loads(data, object_pairs_hook=_once)
        if not isinstance(found, dict) or set(found) != _MEMBERS or found["format"] != FORMAT:
            raise ValueError("no certificate")
        if not isinstance(found["document"], dict):
            raise ValueError("no document")
        key, signature = _bytes(found["public_key"]), _bytes(found["signature"])
        Ed25519PublicKey.from_public_bytes(key).verify(signature, PREFIX + canonical(found["document"]))
    except (ValueError, TypeError, RecursionError, InvalidSignature):
        raise Rejected("certificate_changed") from None
    return Signed(found["document"], key, signature)


def signed_file_in(data: bytes) -> bytes:
    """Return the signed file that lies in a printed certificate (PDF); other bytes as they are.

    What the pages show is not looked at. Rejected (`certificate_changed`) for a PDF that does not hold exactly one.
    """
    if not data.startswith(b"%PDF-"):
        return data
    unpacked = (_unpacked(data[found.end() : found.end() + LARGEST_FILE]) for found in _STREAM.finditer(data))
    held = [one for one in unpacked if one.startswith(b'{"document":')]
    if len(held) != 1:
        raise Rejected("certificate_changed")
    return held[0]


def _unpacked(stream: bytes) -> bytes:
    """Return what a stream of a PDF holds (Flate, RFC 1950), no more than a certificate may; nothing for others."""
    try:
        return zlib.decompressobj().decompress(stream, LARGEST_FILE)
    except zlib.error:
        return b""


def fingerprint(key: bytes) -> str:
    """Return the fingerprint of a public key: half of its SHA-256."""
    digits = sha256(key).hexdigest().upper()[:32]
    return "-".join(digits[start : start + 4] for start in range(0, 32, 4))


def canonical(value: object) -> bytes:
    """Return JSON by RFC 8785; ValueError for numbers or text that are not written alike everywhere."""
    plain = _plain(value)
    return json.dumps(plain, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _plain(value: object) -> object:
    """Return the value with its keys in order, and its numbers as RFC 8785 wants them."""
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, Mapping):
        if not all(isinstance(key, str) for key in value):
            raise ValueError("keys are text")
        return {key: _plain(value[key]) for key in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if isinstance(value, float) and not value.is_integer():
        if not SMALLEST_SHARE <= abs(value) < LARGEST_SHARE:
            raise ValueError("a number that is too small or too large")
        return value
    if isinstance(value, int | float) and abs(value) <= LARGEST_WHOLE:
        return int(value)
    raise ValueError("neither text, number, list nor object")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Refuse a member that is there twice: two programs could read two things."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a member twice")
    return dict(pairs)


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise ValueError("no text")
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("no base64") from None
