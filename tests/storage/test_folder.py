"""Does a crash leave each object of the local folder either whole or absent?"""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import Unavailable
from storage.objects import Area, ObjectStore
from storage.objects.folder import FolderShelf
from tests.storage.stores import store_on


def store_in(folder: Path) -> ObjectStore:
    return store_on(FolderShelf(folder / "objects", "http://127.0.0.1:8080", "k" * 40), folder)


@pytest.fixture
def store(tmp_path: Path) -> ObjectStore:
    return store_in(tmp_path)


def files_of(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


CRASH = """
import os, sys
from pathlib import Path
from storage.objects import Area
from storage.objects.folder import FolderShelf
from storage.objects import ObjectStore
from storage.objects.vaults import Vaults
step, stop = 0, int(sys.argv[3])
def crash(event, arguments):
    global step
    opens = event == "open" and str(arguments[0]).startswith(sys.argv[1])
    if opens or event in ("os.rename", "os.link", "os.mkdir", "os.remove"):
        step += 1
        if step == stop:
            os._exit(77)
sys.addaudithook(crash)
root = Path(sys.argv[1])
shelf = FolderShelf(root / "objects", "http://x", "k" * 40)
ObjectStore(shelf, Vaults(root / "keys"), root / "opened", "relief").put(Area.RAW, Path(sys.argv[2]))
"""


def test_a_crash_at_any_step_leaves_the_object_whole_or_absent(tmp_path: Path, store: ObjectStore) -> None:
    source = tmp_path / "source"
    content = os.urandom(3 * 1024 * 1024)
    source.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    crashed = 0
    for stop in range(1, 60):
        root = tmp_path / f"objects {stop}"
        run = subprocess.run([sys.executable, "-c", CRASH, str(root), str(source), str(stop)], check=False)
        store = store_in(root)
        assert list(store.digests(Area.RAW)) in ([], [digest])
        if store.size(Area.RAW, digest) is not None:
            with store.fetch(Area.RAW, digest) as path:
                assert path.read_bytes() == content
        assert store.put(Area.RAW, source).digest == digest
        with store.fetch(Area.RAW, digest):
            pass
        if run.returncode == 0:
            break
        assert run.returncode == 77
        crashed += 1
    assert crashed >= 5
    assert run.returncode == 0


def test_a_failed_copy_leaves_nothing(store: ObjectStore, tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        store.put(Area.RAW, tmp_path / "absent")
    assert files_of(tmp_path / "objects") == []


def test_a_damaged_object_is_noticed_and_mended(
    store: ObjectStore, tmp_path: Path, file: Callable[[bytes], Path]
) -> None:
    digest = store.put(Area.RAW, file(b"right bytes")).digest
    (place,) = files_of(tmp_path / "objects")
    assert b"right bytes" not in place.read_bytes()
    place.write_bytes(place.read_bytes()[:-1] + b"?")
    with pytest.raises(Unavailable, match="object_damaged"), store.fetch(Area.RAW, digest):
        pass
    store.put(Area.RAW, file(b"right bytes"))
    with store.fetch(Area.RAW, digest) as path:
        assert path.read_bytes() == b"right bytes"


def test_only_we_can_read_what_is_stored(store: ObjectStore, tmp_path: Path, file: Callable[[bytes], Path]) -> None:
    store.put(Area.RAW, file(b"private"))
    (place,) = files_of(tmp_path / "objects")
    assert place.stat().st_mode & 0o077 == 0
    assert place.relative_to(tmp_path / "objects").parts[1:3] == (place.name[:2], place.name[2:4])


def test_sweeping_takes_old_leftovers_only(store: ObjectStore, tmp_path: Path, file: Callable[[bytes], Path]) -> None:
    digest = store.put(Area.RAW, file(b"stays")).digest
    now = datetime.now(UTC)
    for name, age in (("old", timedelta(hours=25)), ("new", timedelta(hours=1))):
        left = tmp_path / "objects" / "incoming" / f"{name}.part"
        left.write_bytes(b"half")
        os.utime(left, ((now - age).timestamp(),) * 2)
    assert store.sweep(now) == 1
    assert [path.name for path in files_of(tmp_path / "objects" / "incoming")] == ["new.part"]
    assert store.size(Area.RAW, digest) == 5


FULL = """
import resource, signal, sys
from pathlib import Path
from storage.objects import Area
from storage.objects.folder import FolderShelf
from storage.objects import ObjectStore
from storage.objects.vaults import Vaults
signal.signal(signal.SIGXFSZ, signal.SIG_DFL if sys.argv[3] == "killed" else signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1024 * 1024 + 5, 1024 * 1024 + 5))
root = Path(sys.argv[1])
shelf = FolderShelf(root / "objects", "http://x", "k" * 40)
ObjectStore(shelf, Vaults(root / "keys"), root / "opened", "relief").put(Area.RAW, Path(sys.argv[2]))
"""


@pytest.mark.parametrize("ending", ["killed", "refused"])
def test_half_a_file_is_never_an_object(store: ObjectStore, tmp_path: Path, ending: str) -> None:
    source = tmp_path / "source"
    source.write_bytes(os.urandom(3 * 1024 * 1024))
    run = subprocess.run(
        [sys.executable, "-c", FULL, str(tmp_path), str(source), ending], check=False, capture_output=True
    )
    assert run.returncode != 0
    assert list(store.digests(Area.RAW)) == []
    left = [path.stat().st_size for path in files_of(tmp_path / "objects")]
    assert left == ([1024 * 1024 + 5] if ending == "killed" else [])
    with store.fetch(Area.RAW, store.put(Area.RAW, source).digest) as path:
        assert path.stat().st_size == 3 * 1024 * 1024
