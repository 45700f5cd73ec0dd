"""With which key does an organisation sign, and what does every certificate say beside its document?"""

import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from pipeline.errors import Misconfigured
from pipeline.key import KEY_BYTES, Key
from pipeline.wrapping import install
from storage.catalogue import audit
from storage.catalogue.models import Event, Organisation
from storage.keys import signing_file, signing_of
from storage.settings import settings
from supervision.certificate import Signed, fingerprint, public_key, signed
from supervision.certificates.signing_key import KIND as CHANGED

NOTED = ("certificate_signed", "signing_key_made", "signing_key_changed")
"""The events that name a key of the organisation's signature."""


def sign(organisation_code: str, kind: str, document: Mapping[str, Any], now: datetime) -> Signed:
    """Return the document signed for an organisation, and note it in the chain of events.

    Beside `document` it says what it is (`kind`), who signs and when, and the head of the chain just before: whoever
    holds the certificate can ask later whether that is still part of the chain (`sonorelay audit verify --head`).
    Misconfigured (`key_missing`) on one of several machines that has no key. To be called outside transactions: what
    was written in one that is still open has no place in the chain yet.
    """
    organisation = Organisation.objects.get(code=organisation_code)
    key = signing_key(organisation_code, now)
    audit.seal()
    head = audit.head()
    whole = {
        "kind": kind,
        "organisation": {"code": organisation.code, "name": organisation.name},
        "signed_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "chain": {"number": head.number, "hash": head.hash} if head else None,
        "says": dict(document),
    }
    made = signed(whole, key.secret)
    facts = {
        "organisation": organisation_code,
        "kind": kind,
        "key": made.fingerprint,
        "signature": made.signature.hex(),
    }
    Event.objects.create(at=now, what="certificate_signed", facts=facts)
    return made


def signing_key(organisation: str, now: datetime) -> Key:
    """Return the key with which an organisation signs; made when first needed where this machine works alone."""
    file = signing_file(organisation)
    if file.exists():
        return Key.load(file)
    if settings().work_pool is not None:
        raise Misconfigured("key_missing", organisation=organisation)
    key = Key.load_or_create(file)
    facts = {"organisation": organisation, "key": fingerprint_of(key)}
    Event.objects.create(at=now, what="signing_key_made", facts=facts)
    return key


def fingerprint_of(key: Key) -> str:
    """Return by what people compare the public half of a signing key."""
    return fingerprint(public_key(key.secret))


def fingerprint_now(organisation: str) -> str:
    """Return by what people compare the key with which an organisation signs today; empty before it ever signed."""
    key = signing_of(organisation)
    return "" if key is None else fingerprint_of(key)


def change_key(organisation: str, now: datetime) -> Signed:
    """Let the organisation sign with a new key from now on; return what says so, signed with the one that goes.

    The old one stays beside the new (`.previous-`). What it signed goes on verifying: a certificate holds its own key.
    """
    signing_key(organisation, now)
    new = Key.from_bytes(secrets.token_bytes(KEY_BYTES))
    made = sign(organisation, CHANGED, {"key": fingerprint_of(new)}, now)
    install(new, signing_file(organisation), replace=True)
    facts = {"organisation": organisation, "key": fingerprint_of(new), "before": made.fingerprint}
    Event.objects.create(at=now, what="signing_key_changed", facts=facts)
    return made


def keys_known(organisation: str) -> tuple[str, ...]:
    """Return the fingerprints of all keys with which the organisation signs or has signed here, today's first."""
    noted = Event.objects.filter(what__in=NOTED, facts__organisation=organisation).order_by("-at", "-pk")
    found = [fingerprint_now(organisation), *noted.values_list("facts__key", flat=True)]
    return tuple(dict.fromkeys(filter(None, found)))
