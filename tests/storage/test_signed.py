"""Does an address give one released object until it expires, and nothing else to anybody?"""

from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.objects import Area
from storage.objects.signed import expiry, sign, verify

KEY = "k" * 40
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
DIGEST = "ab" * 32


def parts(address: str) -> tuple[str, str, dict[str, str]]:
    split = urlsplit(address)
    _, _, area, digest = split.path.split("/")
    return area, digest, dict(parse_qsl(split.query))


def test_an_address_holds_until_it_expires() -> None:
    until = NOW + timedelta(minutes=5)
    area, digest, query = parts(sign(KEY, Area.RELEASED, DIGEST, "video/mp4", until))
    ticket = verify(KEY, area, digest, query, until)
    assert ticket is not None
    assert (ticket.area, ticket.digest, ticket.media_type) == (Area.RELEASED, DIGEST, "video/mp4")
    assert verify(KEY, area, digest, query, until + timedelta(seconds=1)) is None
    assert verify("x" * 40, area, digest, query, NOW) is None


@settings(max_examples=60, deadline=None)
@given(which=st.sampled_from(["area", "digest", "type", "expires", "signature"]), value=st.text(max_size=80))
def test_no_part_of_an_address_can_be_changed(which: str, value: str) -> None:
    area, digest, query = parts(sign(KEY, Area.RELEASED, DIGEST, "video/mp4", NOW + timedelta(minutes=5)))
    whole = {"area": area, "digest": digest, **query}
    if whole[which] == value:
        return
    whole[which] = value
    assert verify(KEY, whole.pop("area"), whole.pop("digest"), whole, NOW) is None


def test_parts_cannot_flow_into_each_other() -> None:
    area, digest, query = parts(sign(KEY, Area.RELEASED, DIGEST, "video/mp4", NOW + timedelta(minutes=5)))
    moved = {**query, "type": f"video/mp4\n{query['expires']}", "expires": ""}
    assert verify(KEY, area, digest, moved, NOW) is None
    assert verify(KEY, area, digest, {**moved, "signature": ""}, NOW) is None
    assert verify(KEY, area, digest, {}, NOW) is None


@pytest.mark.parametrize("area", [Area.RAW, Area.WITHHELD])
def test_nothing_else_can_be_signed(area: Area) -> None:
    with pytest.raises(ValueError, match="released"):
        sign(KEY, area, DIGEST, "video/mp4", NOW)
    with pytest.raises(ValueError, match="released"):
        sign(KEY, Area.RELEASED, "../secret_key", "video/mp4", NOW)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_an_expiry_is_a_whole_minute_and_never_early(second: int, valid: int) -> None:
    now = NOW + timedelta(seconds=second)
    until = expiry(now, timedelta(seconds=valid))
    assert timedelta(0) <= until - (now + timedelta(seconds=valid)) < timedelta(minutes=1)
    assert until.timestamp() % 60 == 0
