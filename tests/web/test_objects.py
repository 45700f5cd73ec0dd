"""Can a released picture be read by its signed address, in parts, and nothing else by any address?"""

from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from storage.objects import Area
from storage.objects.chosen import object_store
from storage.settings import settings
from web.pages.objects import part_of

CONTENT = bytes(range(256)) * 8


@pytest.fixture
def address(tmp_path: Path, db: None) -> str:
    path = tmp_path / "object"
    path.write_bytes(CONTENT)
    kept = object_store().put(Area.RELEASED, path)
    url = object_store().url(Area.RELEASED, kept.digest, "video/mp4", timedelta(minutes=5))
    return url.removeprefix(settings().base_url)


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


def test_the_whole_and_its_headers(address: str) -> None:
    answer = Client().get(address)
    assert body(answer) == CONTENT
    assert answer.headers["Content-Type"] == "video/mp4"
    assert answer.headers["Content-Length"] == str(len(CONTENT))
    assert answer.headers["Accept-Ranges"] == "bytes"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in answer.headers["Cache-Control"]
    assert "Content-Encoding" not in Client().get(address, headers={"Accept-Encoding": "gzip"}).headers
    again = Client().get(address, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304
    assert Client().head(address).headers["Content-Length"] == str(len(CONTENT))


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [("bytes=0-", 0, 2047), ("bytes=100-199", 100, 199), ("bytes=2000-9999", 2000, 2047), ("bytes=-10", 2038, 2047)],
)
def test_parts(address: str, asked: str, first: int, last: int) -> None:
    answer = Client().get(address, headers={"Range": asked})
    assert answer.status_code == 206
    assert answer.headers["Content-Range"] == f"bytes {first}-{last}/2048"
    assert body(answer) == CONTENT[first : last + 1]


def test_a_part_beyond_the_end_and_a_range_that_is_none(address: str) -> None:
    beyond = Client().get(address, headers={"Range": "bytes=2048-"})
    assert beyond.status_code == 416
    assert beyond.headers["Content-Range"] == "bytes */2048"
    for odd in ("bytes=-", "bytes=5-2,7-9", "lines=1-2", "bytes=a-b"):
        assert Client().get(address, headers={"Range": odd}).status_code == 200
    assert part_of("", "0", 10) is None
    assert part_of("5", "4", 10) is None


def test_a_changed_address_gives_nothing(address: str) -> None:
    path, _, query = address.partition("?")
    for wrong in (
        path,
        f"{path}?{query.replace('video%2Fmp4', 'text%2Fhtml')}",
        f"{path}?{query[:-1]}{'0' if query[-1] != '0' else '1'}",
        f"{path.replace('released', 'raw')}?{query}",
        f"{path.replace('released', 'withheld')}?{query}",
        f"{path[:-1]}{'0' if path[-1] != '0' else '1'}?{query}",
    ):
        assert Client().get(wrong).status_code == 404, wrong


def test_what_a_browser_could_run_is_never_served(tmp_path: Path, db: None) -> None:
    path = tmp_path / "page"
    path.write_bytes(b"<script>alert(1)</script>")
    kept = object_store().put(Area.RELEASED, path)
    url = object_store().url(Area.RELEASED, kept.digest, "text/html", timedelta(minutes=5))
    assert Client().get(url.removeprefix(settings().base_url)).status_code == 404


def test_an_object_that_is_gone_is_told_as_unavailable(address: str) -> None:
    object_store().delete(Area.RELEASED, address.split("?")[0].rsplit("/", 1)[1])
    answer = Client().get(address)
    assert answer.status_code == 503
    assert "looked for again by itself" in answer.content.decode()
