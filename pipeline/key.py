"""Who stands for whom, so that nobody without the key can tell?

HMAC-SHA256 (RFC 2104) with one domain per purpose: a pseudonym of one domain says nothing about another.
One key per organisation: the same patient keeps one pseudonym in all of its projects.
"""

import base64
import hmac
import os
import secrets
import stat
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from pipeline.errors import Misconfigured

KEY_BYTES = 32
SHORTEST_SHIFT_DAYS = 366
LONGEST_SHIFT_DAYS = 3652


@dataclass(frozen=True)
class Key:
    """The secret of one organisation; never printed."""

    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        """Refuse a secret that is not 32 bytes long."""
        if len(self.secret) != KEY_BYTES:
            raise ValueError("a key has 32 bytes")

    @classmethod
    def from_bytes(cls, secret: bytes) -> "Key":
        """Return the key made of exactly these 32 bytes."""
        return cls(bytes(secret))

    @classmethod
    def load_or_create(cls, path: Path) -> "Key":
        """Return the key kept at `path`, made there with mode 0600 the first time.

        Raises Misconfigured when the file is open to others, is no plain file, or does not hold 32 bytes.
        """
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return cls.load(path)
        except FileNotFoundError:
            create(path, secrets.token_bytes(KEY_BYTES))
        return cls.load(path)

    @classmethod
    def load(cls, path: Path) -> "Key":
        """Return the key kept at `path`, FileNotFoundError where none is; raises else as `load_or_create` does."""
        handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode) or stat.S_IMODE(state.st_mode) & 0o077:
                raise Misconfigured("key_unsafe")
            secret = file.read(KEY_BYTES + 1)
        if len(secret) != KEY_BYTES:
            raise Misconfigured("key_damaged")
        return cls(secret)

    @property
    def fingerprint(self) -> str:
        """Sixteen hexadecimal digits in fours by which two people can compare keys; says nothing of the key."""
        digits = self._digest("fingerprint", "").hex().upper()
        return "-".join(digits[start : start + 4] for start in range(0, 16, 4))

    def pseudonym(self, domain: str, value: str, *, length: int = 8) -> str:
        """Return 'SR-' and `length` base32 characters (5 bits each) that stand for `value` in `domain`."""
        return "SR-" + base64.b32encode(self._digest(f"pseudonym/{domain}", value)).decode("ascii")[:length]

    def uid(self, uid: str) -> str:
        """Return the UID below 2.25 (PS3.5 annex B.2) that stands for `uid`."""
        return f"2.25.{int.from_bytes(self._digest('uid', uid)[:16], 'big')}"

    def days(self, patient: str) -> int:
        """Return by how many days this patient's dates move: 1 to 10 years back, the same for all of them."""
        span = LONGEST_SHIFT_DAYS - SHORTEST_SHIFT_DAYS + 1
        return -(SHORTEST_SHIFT_DAYS + int.from_bytes(self._digest("days", patient)[:8], "big") % span)

    def _digest(self, domain: str, value: str) -> bytes:
        # the length keeps ("ab", "c") and ("a", "bc") apart
        message = f"sonorelay/1/{domain}/{len(value)}/{value}".encode()
        return hmac.new(self.secret, message, sha256).digest()


def create(path: Path, secret: bytes) -> None:
    """Write the secret whole, on disk and private before the name `path` exists; a key that is there already stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(secret)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # unlike rename, never replaces the key that another process has just made
        except FileExistsError:
            return
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    finally:
        draft.unlink(missing_ok=True)
