"""Do both object stores keep the same promises? The same tests on the local folder and on a real S3 server."""

import hashlib
import os
import secrets
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from pipeline.errors import Unavailable
from storage.objects import Area, ObjectStore
from storage.objects.folder import FolderShelf
from storage.objects.s3 import S3Shelf
from tests.servers import S3Server
from tests.storage.stores import store_on

ABSENT = "0" * 64


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.service)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return store_on(FolderShelf(tmp_path / "objects", "http://127.0.0.1:8080", "k" * 40), tmp_path)
    server = request.getfixturevalue("s3_server")
    bucket = f"t{secrets.token_hex(6)}"
    shelf = S3Shelf(server.endpoint, server.access_key, server.secret_key, bucket, secure=False)
    return store_on(shelf, tmp_path)


@pytest.mark.parametrize("size", [0, 1, 1000, 3 * 1024 * 1024 + 7])
def test_what_is_put_comes_back(store: ObjectStore, file: Callable[[bytes], Path], size: int) -> None:
    content = os.urandom(size)
    stored = store.put(Area.RAW, file(content))
    assert (stored.digest, stored.size) == (hashlib.sha256(content).hexdigest(), size)
    assert store.size(Area.RAW, stored.digest) == size
    with store.open(Area.RAW, stored.digest) as opened:
        assert opened.read() == content
    with store.fetch(Area.RAW, stored.digest) as path:
        assert path.read_bytes() == content


def test_the_same_bytes_twice_are_one_object(store: ObjectStore, file: Callable[[bytes], Path]) -> None:
    assert store.put(Area.RELEASED, file(b"same")) == store.put(Area.RELEASED, file(b"same"))
    assert list(store.digests(Area.RELEASED)) == [hashlib.sha256(b"same").hexdigest()]


def test_areas_never_mix(store: ObjectStore, file: Callable[[bytes], Path]) -> None:
    digest = store.put(Area.WITHHELD, file(b"kept back")).digest
    for area in (Area.RAW, Area.RELEASED):
        assert store.size(area, digest) is None
        assert list(store.digests(area)) == []
        with pytest.raises(Unavailable, match="object_missing"):
            store.open(area, digest)


def test_deleting_removes_and_may_be_repeated(store: ObjectStore, file: Callable[[bytes], Path]) -> None:
    digest = store.put(Area.RAW, file(b"short-lived")).digest
    for _ in range(2):
        store.delete(Area.RAW, digest)
        assert store.size(Area.RAW, digest) is None
    with pytest.raises(Unavailable, match="object_missing"), store.fetch(Area.RAW, digest):
        pass


def test_an_empty_store_says_so(store: ObjectStore) -> None:
    assert store.size(Area.RAW, ABSENT) is None
    assert list(store.digests(Area.RAW)) == []
    store.delete(Area.RAW, ABSENT)
    with pytest.raises(Unavailable, match="object_missing"):
        store.open(Area.RAW, ABSENT)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 65, "0" * 63 + "/", "g" * 64])
def test_only_a_digest_is_a_name(store: ObjectStore, name: str) -> None:
    for use in (store.open, store.size, store.delete):
        with pytest.raises(ValueError, match="digest"):
            use(Area.RAW, name)
    with pytest.raises(ValueError, match="digest"), store.fetch(Area.RAW, name):
        pass
    with pytest.raises(ValueError, match=r"digest|released"):
        store.url(Area.RELEASED, name, "video/mp4", timedelta(minutes=1))


@pytest.mark.parametrize("area", [Area.RAW, Area.WITHHELD])
def test_what_is_not_released_has_no_address(store: ObjectStore, file: Callable[[bytes], Path], area: Area) -> None:
    digest = store.put(area, file(b"not for browsers")).digest
    with pytest.raises(ValueError, match="released"):
        store.url(area, digest, "video/mp4", timedelta(minutes=1))


def test_an_address_stays_the_same_for_a_while(store: ObjectStore, file: Callable[[bytes], Path]) -> None:
    digest = store.put(Area.RELEASED, file(b"clip")).digest
    addresses = {store.url(Area.RELEASED, digest, "video/mp4", timedelta(hours=6)) for _ in range(3)}
    assert len(addresses) <= 2  # two only if a minute or half a day ended between the calls


@pytest.mark.service
def test_an_s3_address_serves_parts_of_that_object_only(
    s3_server: S3Server, file: Callable[[bytes], Path], tmp_path: Path
) -> None:
    shelf = S3Shelf(s3_server.endpoint, s3_server.access_key, s3_server.secret_key, "addresses", secure=False)
    store = store_on(shelf, tmp_path)
    clip = store.put(Area.RELEASED, file(b"0123456789"))
    other = store.put(Area.RELEASED, file(b"something else"))
    url = store.url(Area.RELEASED, clip.digest, "video/mp4", timedelta(minutes=5))
    with urllib.request.urlopen(urllib.request.Request(url, headers={"Range": "bytes=2-4"})) as answer:
        assert (answer.status, answer.read(), answer.headers["Content-Type"]) == (206, b"234", "video/mp4")
    for forged in (
        url.replace(clip.digest, other.digest),
        url.replace("-released/", "-raw/"),
        url.replace("video%2Fmp4", "text%2Fhtml"),
        url.partition("?")[0],
    ):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(forged)
        assert refused.value.code == 403
        refused.value.close()
