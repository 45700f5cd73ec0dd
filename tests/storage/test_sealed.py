"""Can what lies sealed be read, changed, cut or moved by anybody without its key, and survives it a change of key?"""

import random
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import Unavailable
from pipeline.wrapping import rotate
from storage.objects import Area, ObjectStore
from storage.objects.folder import FolderShelf
from storage.objects.s3 import S3Shelf
from storage.objects.sealing import CHUNK, HEADER, MAGIC, TAG, header, key_in, wrapped_anew
from storage.objects.vaults import Vaults
from tests.servers import S3Server
from tests.storage.stores import store_on

SIZES = st.one_of(
    st.integers(0, 300),
    st.builds(lambda chunks, more: max(0, chunks * CHUNK + more), st.integers(0, 3), st.integers(-17, 17)),
)
few = settings(max_examples=60, deadline=None)


def content_of(size: int, seed: int = 0) -> bytes:
    return random.Random(f"{size} {seed}").randbytes(size)


@contextmanager
def sealed(content: bytes) -> Iterator[tuple[ObjectStore, str, Path]]:
    """Give a store with this one object, its digest, and where it lies."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        store = store_on(FolderShelf(folder / "objects", "http://x", "k" * 40), folder)
        (folder / "file").write_bytes(content)
        digest = store.put(Area.RAW, folder / "file").digest
        yield store, digest, folder / "objects" / "raw" / digest[:2] / digest[2:4] / digest


def read(store: ObjectStore, digest: str) -> bytes:
    """Return what the store gives; its ways of reading must agree."""
    store.verify(Area.RAW, digest)
    with store.fetch(Area.RAW, digest) as path, store.open(Area.RAW, digest) as file:
        whole = path.read_bytes()
        assert file.read() == whole
    return whole


@few
@given(SIZES)
def test_what_lies_sealed_comes_back_and_tells_its_size_only(size: int) -> None:
    content = content_of(size)
    with sealed(content) as (store, digest, place):
        lying = place.read_bytes()
        assert read(store, digest) == content
        assert store.size(Area.RAW, digest) == size
        assert len(lying) == HEADER + size + TAG * max(1, -(-size // CHUNK))
        assert size < 16 or not any(content[at : at + 16] in lying for at in range(0, size - 15, 4096))
        assert not list(store.work.iterdir())


def test_the_same_bytes_never_lie_the_same_way_twice() -> None:
    with sealed(b"same" * 10) as (_, _, one), sealed(b"same" * 10) as (_, _, other):
        assert one.read_bytes()[HEADER:] != other.read_bytes()[HEADER:]


def _cut(lying: bytes, at: int, _: int) -> bytes:
    return lying[: at % len(lying)]


def _change(lying: bytes, at: int, by: int) -> bytes:
    at %= len(lying)
    return lying[:at] + bytes([lying[at] ^ by]) + lying[at + 1 :]


def _add(lying: bytes, at: int, by: int) -> bytes:
    return lying + bytes([by]) * (1 + at % (CHUNK + TAG))


def _move(lying: bytes, at: int, by: int) -> bytes:
    """Exchange two chunks, leave one out, or repeat one."""
    chunks = [lying[start : start + CHUNK + TAG] for start in range(HEADER, len(lying), CHUNK + TAG)]
    at %= len(chunks)
    if by % 3 == 0:
        chunks[0], chunks[at] = chunks[at], chunks[0]
    elif by % 3 == 1:
        del chunks[at]
    else:
        chunks.insert(at, chunks[at])
    return lying[:HEADER] + b"".join(chunks)


@few
@given(SIZES, st.sampled_from([_cut, _change, _add, _move]), st.integers(0), st.integers(1, 255))
def test_nobody_changes_a_sealed_object_unnoticed(
    size: int, attack: Callable[[bytes, int, int], bytes], at: int, by: int
) -> None:
    content = content_of(size)
    with sealed(content) as (store, digest, place):
        lying = place.read_bytes()
        attacked = attack(lying, at, by)
        place.write_bytes(attacked)
        if attacked in (lying, content):  # cut to nothing, an empty file is what it was before sealing
            return
        if attacked[HEADER:] == lying[HEADER:] and attacked.startswith(MAGIC):
            assert read(store, digest) == content  # one of its two wrapped keys was hit; the other opens it
            assert store.seal(Area.RAW, digest, "relief")
            assert place.read_bytes() == lying
            return
        for use in (store.verify, store.open, read_by_fetch(store)):
            with pytest.raises(Unavailable, match=r"object_damaged|vault_key_missing"):
                use(Area.RAW, digest)


def read_by_fetch(store: ObjectStore) -> Callable[[Area, str], None]:
    def use(area: Area, digest: str) -> None:
        with store.fetch(area, digest):
            pytest.fail("a damaged object was given away")

    return use


def test_one_object_cannot_stand_for_another() -> None:
    with sealed(b"of one patient") as (_, _, other), sealed(b"of the other!!") as (store, digest, place):
        place.write_bytes(other.read_bytes())
        with pytest.raises(Unavailable, match="vault_key_missing"):
            store.verify(Area.RAW, digest)
        (store.work.parent / "file").write_bytes(b"of one patient")
        again = store.put(Area.RAW, store.work.parent / "file").digest
        place.write_bytes((place.parents[2] / again[:2] / again[2:4] / again).read_bytes())
        with pytest.raises(Unavailable, match="object_damaged"):
            read_by_fetch(store)(Area.RAW, digest)


@few
@given(st.integers(0, 2 * (HEADER - len(MAGIC))))
def test_a_power_cut_while_the_header_is_written_loses_nothing(written: int) -> None:
    content = content_of(200)
    with sealed(content) as (store, digest, place):
        old = store.vaults.of("relief")
        rotate(store.work.parent / "keys" / "relief.vault")
        key, _ = key_in(place.read_bytes()[:HEADER], store.vaults.named)
        lying = bytearray(place.read_bytes())
        for at, data in wrapped_anew(store.vaults.of("relief"), key):
            part = data[: max(0, written)]
            if part:  # what else was to be written together with it is nonsense
                lying[at : at + len(data)] = part.ljust(len(data), b"\x00")
            written -= len(data)
            if written < 0:
                break
        place.write_bytes(lying)
        assert read(store, digest) == content
        assert store.seal(Area.RAW, digest, "relief") == (place.read_bytes()[:HEADER] != bytes(lying[:HEADER]))
        assert place.read_bytes()[:HEADER] == header(store.vaults.of("relief"), key) != header(old, key)


@pytest.fixture(params=["folder", pytest.param("s3", marks=pytest.mark.service)])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> ObjectStore:
    if request.param == "folder":
        return store_on(FolderShelf(tmp_path / "objects", "http://x", "k" * 40), tmp_path)
    server: S3Server = request.getfixturevalue("s3_server")
    return store_on(S3Shelf(server.endpoint, server.access_key, server.secret_key, "sealed", secure=False), tmp_path)


def lying_in(store: ObjectStore, digest: str) -> bytes:
    with store.shelf.open(Area.RAW, digest) as file:
        return file.read()


def put_as_it_is(store: ObjectStore, digest: str, content: bytes) -> None:
    with store.shelf.draft() as draft:
        draft.file.write(content)
        draft.keep(Area.RAW, digest)


def test_after_a_change_of_key_only_the_header_is_written(
    store: ObjectStore, file: Callable[[bytes], Path], tmp_path: Path
) -> None:
    content = content_of(3 * CHUNK + 5)
    digest = store.put(Area.RAW, file(content)).digest
    before = lying_in(store, digest)
    old, new = rotate(tmp_path / "keys" / "relief.vault")
    assert read(store, digest) == content
    assert store.seal(Area.RAW, digest, "relief")
    assert not store.seal(Area.RAW, digest, "relief")
    after = lying_in(store, digest)
    assert after[HEADER:] == before[HEADER:]
    (tmp_path / "keys" / f"relief.vault.previous-{old.fingerprint}").unlink()
    fresh = store_on(store.shelf, tmp_path)  # one that has read no key yet
    assert read(fresh, digest) == content
    assert fresh.sealed_by(Area.RAW, digest) == bytes.fromhex(new.fingerprint.replace("-", ""))
    put_as_it_is(store, digest, before)
    with pytest.raises(Unavailable, match="vault_key_missing"):
        fresh.verify(Area.RAW, digest)


@pytest.mark.parametrize("size", [0, 1, HEADER, 2 * CHUNK])
def test_objects_of_earlier_versions_are_read_and_then_sealed(
    store: ObjectStore, file: Callable[[bytes], Path], size: int
) -> None:
    content = content_of(size, seed=1)
    digest = store.put(Area.RAW, file(content)).digest
    for way in (lambda: store.seal(Area.RAW, digest, "relief"), lambda: store.put(Area.RAW, file(content))):
        put_as_it_is(store, digest, content)
        assert read(store, digest) == content
        assert store.size(Area.RAW, digest) == size
        assert store.sealed_by(Area.RAW, digest) is None
        assert way()
        assert store.sealed_by(Area.RAW, digest) == store.vaults.of("relief").name
        assert read(store, digest) == content
        assert lying_in(store, digest) != content


def test_a_copy_lies_as_the_original_does(store: ObjectStore, file: Callable[[bytes], Path], tmp_path: Path) -> None:
    second = store_on(FolderShelf(tmp_path / "second", "http://x", "k" * 40), tmp_path)
    digest = store.put(Area.RAW, file(content_of(CHUNK + 1))).digest
    store.copy(Area.RAW, digest, second)
    assert lying_in(second, digest) == lying_in(store, digest)
    put_as_it_is(store, digest, b"worn out")
    second.copy(Area.RAW, digest, store)
    assert read(store, digest) == content_of(CHUNK + 1)


def test_what_is_sealed_needs_an_owner(tmp_path: Path, file: Callable[[bytes], Path]) -> None:
    store = store_on(FolderShelf(tmp_path / "objects", "http://x", "k" * 40), tmp_path, organisation=None)
    for area in (Area.RAW, Area.WITHHELD):
        with pytest.raises(ValueError, match="organisation"):
            store.put(area, file(b"whose?"))
    store.put(Area.RELEASED, file(b"anybody's"))


def test_each_organisation_has_a_vault_of_its_own(tmp_path: Path, file: Callable[[bytes], Path]) -> None:
    shelf = FolderShelf(tmp_path / "objects", "http://x", "k" * 40)
    digests = {code: store_on(shelf, tmp_path, code).put(Area.RAW, file(code.encode())).digest for code in ("a1", "b2")}
    (tmp_path / "keys" / "a1.vault").unlink()
    reader = ObjectStore(shelf, Vaults(tmp_path / "keys"), tmp_path / "opened")
    reader.verify(Area.RAW, digests["b2"])
    with pytest.raises(Unavailable, match="vault_key_missing"):
        reader.verify(Area.RAW, digests["a1"])


def test_a_key_that_goes_while_keys_are_listed_is_passed_over(tmp_path: Path, file: Callable[[bytes], Path]) -> None:
    store = store_on(FolderShelf(tmp_path / "objects", "http://x", "k" * 40), tmp_path)
    digest = store.put(Area.RAW, file(b"whole")).digest
    keys = tmp_path / "keys"
    (keys / "relief.vault.previous-0000").symlink_to(keys / "gone")  # listed, and not there when it is read
    reader = store_on(FolderShelf(tmp_path / "objects", "http://x", "k" * 40), tmp_path)
    assert reader.vaults.previous() == ()
    assert reader.vaults.named(bytes(8)) is None
    assert read(reader, digest) == b"whole"
    assert not (keys / "gone").exists()


def test_memory_does_not_grow_with_the_object(tmp_path: Path) -> None:
    store = store_on(FolderShelf(tmp_path / "objects", "http://x", "k" * 40), tmp_path)
    path = tmp_path / "large"
    with path.open("wb") as written:
        for seed in range(32):
            written.write(content_of(1024 * 1024, seed))
    tracemalloc.start()
    try:
        digest = store.put(Area.RAW, path).digest
        store.verify(Area.RAW, digest)
        with store.fetch(Area.RAW, digest):
            pass
        assert tracemalloc.get_traced_memory()[1] < 4 * 1024 * 1024
    finally:
        tracemalloc.stop()
