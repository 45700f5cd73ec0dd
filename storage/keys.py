"""Which keys does an organisation have on this machine?"""

from functools import cache

from pipeline.key import Key
from storage.settings import settings


@cache
def organisation_key(organisation: str) -> Key:
    """Return the pseudonym key of an organisation, made on first use."""
    return Key.load_or_create(settings().key_file(organisation))
