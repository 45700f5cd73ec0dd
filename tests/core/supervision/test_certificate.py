"""A certificate says what was signed, byte for byte; whatever is changed in it is seen without any network."""

import base64
import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import Rejected
from supervision.certificate import FORMAT, LARGEST_FILE, PREFIX, canonical, signed, verify

SECRET = bytes(range(32))
DOCUMENT = {"kind": "competence", "says": {"nom": "Amina Éké", "rate": 0.925, "of": 40, "met": True, "at": None}}
MADE = signed(DOCUMENT, SECRET).as_json()


def test_the_canonical_form_is_that_of_rfc_8785() -> None:
    """The example of its section 3.2.3, and its order of keys: by UTF-16, where a smiley goes before a dakuten."""
    keys = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "\u00f6": 7}
    told = canonical(keys).decode()
    assert told == '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\U0001f600":5,"\ufb33":3}'
    numbers = canonical([4.5, 2.0, 0.002, 333333333.3333332, -0.0, 1e15 - 0.5])
    assert numbers == b"[4.5,2,0.002,333333333.3333332,0,999999999999999.5]"
    assert canonical({"b": '\u000f\n"\\/<', "a": [True, None]}) == b'{"a":[true,null],"b":"\\u000f\\n\\"\\\\/<"}'


@pytest.mark.parametrize("odd", [float("nan"), float("inf"), 1e-9, 2**53, {1: 2}, b"bytes", "\ud800"])
def test_what_is_written_differently_elsewhere_is_not_signed(odd: object) -> None:
    with pytest.raises(ValueError, match=r"number|keys|text|encode"):
        canonical([odd])


def test_it_verifies_with_nothing_but_the_published_standard() -> None:
    told = json.loads(MADE)
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(told["public_key"]))
    key.verify(base64.b64decode(told["signature"]), PREFIX + canonical(told["document"]))
    assert verify(MADE) == signed(DOCUMENT, SECRET)
    assert verify(json.dumps(told, indent=2).encode()).as_json() == MADE  # pretty-printed: it says the same
    assert verify(MADE).fingerprint != signed(DOCUMENT, bytes(32)).fingerprint


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(st.characters(codec="utf-8")), JSON, max_size=4))
def test_whatever_is_signed_comes_back_as_it_was(document: dict[str, object]) -> None:
    assert verify(signed(document, SECRET).as_json()).document == document


@given(st.integers(0, len(MADE) - 1), st.integers(1, 255))
def test_no_byte_can_be_changed(place: int, flip: int) -> None:
    changed = bytearray(MADE)
    changed[place] ^= flip
    with pytest.raises(Rejected, match="certificate_changed"):
        verify(bytes(changed))


@pytest.mark.parametrize(
    "forged",
    [
        b"",
        b"[]",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"format":' + b"9" * 10_000 + b"}",
        MADE[:-1],
        MADE + b" " * LARGEST_FILE,
        MADE.replace(b'"met":true', b'"met":true,"met":true'),
        MADE.replace(FORMAT.encode(), b"sonorelay-certificate/0"),
        MADE.replace(b'"public_key":', b'"more":1,"public_key":'),
    ],
)
def test_what_is_no_certificate_is_refused(forged: bytes) -> None:
    with pytest.raises(Rejected, match="certificate_changed"):
        verify(forged)


def test_another_key_does_not_take_over_what_was_signed() -> None:
    own, other = json.loads(MADE), json.loads(signed(DOCUMENT, bytes(32)).as_json())
    with pytest.raises(Rejected, match="certificate_changed"):
        verify(json.dumps(own | {"public_key": other["public_key"]}).encode())
