"""Where do the bytes lie? Objects by SHA-256 in three areas, behind one interface; two kinds of places for them."""

from storage.objects.area import Area, StoredBytes
from storage.objects.store import ObjectStore

__all__ = ["Area", "ObjectStore", "StoredBytes"]
