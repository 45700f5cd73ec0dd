"""How do the tests come by a store on any place for objects?"""

from pathlib import Path

from storage.objects import ObjectStore
from storage.objects.shelf import Shelf
from storage.objects.vaults import Vaults


def store_on(shelf: Shelf, folder: Path, organisation: str | None = "relief") -> ObjectStore:
    """Return a store on this shelf whose keys and decrypted copies lie in the folder."""
    return ObjectStore(shelf, Vaults(folder / "keys"), folder / "opened", organisation)
