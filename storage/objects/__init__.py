"""Where do the bytes lie? Objects by SHA-256 in three areas, behind one interface with two implementations."""

from storage.objects.store import Area, ObjectStore, StoredBytes

__all__ = ["Area", "ObjectStore", "StoredBytes"]
