"""When is a device told that it may let go of what it sent?"""

from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.key import Key
from storage.objects import Area
from storage.objects.folder import FolderShelf
from tests.storage.conftest import NOON, World
from tests.storage.stores import store_on

CLASS, UID = "1.2.840.10008.5.1.4.1.1.6.1", "2.25.1"
KEY = Key.from_bytes(bytes(32))


@pytest.mark.parametrize(
    ("known", "answer"),
    [({}, "HELD"), ({"fault": "object_damaged"}, "NO_SUCH_INSTANCE"), ({"deleted_at": NOON}, "NO_SUCH_INSTANCE")],
)
def test_only_an_original_that_is_known_whole_is_held(
    world: World, tmp_path: Path, file: Callable[[bytes], Path], known: dict[str, object], answer: str
) -> None:
    from storage.catalogue import commitment
    from storage.catalogue.models import StoredObject

    store = store_on(FolderShelf(tmp_path / "objects", "http://x", "k" * 40), tmp_path)
    scan = world.received("a scan")
    assert store.put(Area.RAW, file(b"a scan")).digest == scan.digest
    commitment.note_instance("goma", scan.digest, UID, CLASS, KEY)
    StoredObject.objects.filter(scan=scan, role="raw").update(**known)
    told = commitment.held("goma", {(CLASS, UID)}, KEY, store)
    assert told == {(CLASS, UID): commitment.Answer[answer]}
