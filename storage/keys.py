"""Which keys does an organisation have on this machine?"""

from functools import cache
from pathlib import Path

from pipeline.errors import Misconfigured
from pipeline.key import Key
from storage.objects.vaults import ENDING as VAULT
from storage.settings import settings

SIGNING = ".signing"


@cache
def organisation_key(organisation: str) -> Key:
    """Return the pseudonym key of an organisation, made on first use where this machine works alone.

    One of several machines never makes a key: the same patient would get a second pseudonym. Misconfigured
    (`key_missing`) where it has none.
    """
    if settings().work_pool is not None and not all(file.exists() for file in _files(organisation)):
        raise Misconfigured("key_missing", organisation=organisation)
    return Key.load_or_create(settings().key_file(organisation))


def make_keys(organisation: str) -> None:
    """Make the organisation's keys that are not here yet: what the first of several machines does for all of them."""
    for file in (*_files(organisation), signing_file(organisation)):
        Key.load_or_create(file)


def vault_file(organisation: str) -> Path:
    """Return where the key of the organisation's vault lies."""
    return settings().key_file(organisation).with_suffix(VAULT)


def signing_file(organisation: str) -> Path:
    """Return where the key lies with which the organisation signs its certificates."""
    return settings().key_file(organisation).with_suffix(SIGNING)


def signing_of(organisation: str) -> Key | None:
    """Return that key, None as long as nothing was signed."""
    file = signing_file(organisation)
    return Key.load(file) if file.exists() else None


def _files(organisation: str) -> tuple[Path, Path]:
    return settings().key_file(organisation), vault_file(organisation)
