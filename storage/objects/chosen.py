"""Which object store does this installation use?"""

from functools import cache

from storage.objects.folder import FolderShelf
from storage.objects.shelf import Shelf
from storage.objects.store import ObjectStore
from storage.objects.vaults import Vaults
from storage.settings import settings


@cache
def object_store(organisation: str | None = None) -> ObjectStore:
    """Return the store that the settings name, one per process and organisation.

    organisation: whose raw and withheld objects are put; nobody need be named who only reads, or puts released ones.
    """
    here = settings()
    return ObjectStore(_shelf(), Vaults(here.keys_folder), here.home / "opened", organisation)


def _shelf() -> Shelf:
    here = settings()
    if here.objects == "s3":
        return in_s3(here.s3_bucket)
    return FolderShelf(here.objects_folder, here.base_url, here.signing_key())


def in_s3(bucket: str) -> Shelf:
    """Return the shelf of the buckets that begin so, on the server of the settings."""
    from storage.objects.s3 import S3Shelf  # the client is loaded only where it is used

    here = settings()
    keys = here.s3_access_key.get_secret_value(), here.s3_secret_key.get_secret_value()
    return S3Shelf(here.s3_endpoint, *keys, bucket, secure=here.s3_secure)
