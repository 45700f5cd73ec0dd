"""May whoever holds this address read this object? Addresses of the folder store, signed and expiring."""

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from storage.objects.area import Area, is_digest

PREFIX = "/objects"
DOMAIN = b"sonorelay/objects/1"


@dataclass(frozen=True)
class Ticket:
    """What a valid address gives: one object of the released area, and the media type to answer with."""

    area: Area
    digest: str
    media_type: str


def sign(key: str, area: Area, digest: str, media_type: str, until: datetime) -> str:
    """Return path and query `/objects/<area>/<digest>?type=…&expires=…&signature=…`, valid until `until`.

    ValueError for any area but the released one: what is raw or withheld is never reached by an address.
    """
    if area is not Area.RELEASED or not is_digest(digest):
        raise ValueError("only released objects have an address")
    expires = str(int(until.timestamp()))
    query = {"type": media_type, "expires": expires, "signature": _signature(key, area, digest, media_type, expires)}
    return f"{PREFIX}/{area}/{digest}?{urlencode(query)}"


def verify(key: str, area: str, digest: str, query: Mapping[str, str], now: datetime) -> Ticket | None:
    """Return what the address gives at `now`; None when it is forged, expired or for another area."""
    media_type, expires = query.get("type", ""), query.get("expires", "")
    expected = _signature(key, area, digest, media_type, expires)
    # the signature first and in constant time: nothing about the object is told to whoever cannot sign
    if not hmac.compare_digest(expected.encode(), query.get("signature", "").encode("utf-8", "replace")):
        return None
    # what carries our signature was made by `sign`
    if area != Area.RELEASED or not is_digest(digest) or now.timestamp() > int(expires):
        return None
    return Ticket(Area.RELEASED, digest, media_type)


def expiry(now: datetime, valid: timedelta) -> datetime:
    """Return the end of `valid` from `now`, moved up to a whole minute, so that pages reloaded soon share a cache."""
    return datetime.fromtimestamp(-(-(now + valid).timestamp() // 60) * 60, tz=now.tzinfo)


def _signature(key: str, *parts: str) -> str:
    # as JSON no part can flow into the next, whatever it holds
    message = json.dumps(parts).encode("ascii")
    return hmac.new(hmac.digest(key.encode(), DOMAIN, "sha256"), message, sha256).hexdigest()
