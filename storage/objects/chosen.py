"""Which object store does this installation use?"""

from functools import cache

from storage.objects.folder import FolderStore
from storage.objects.store import ObjectStore
from storage.settings import settings


@cache
def object_store() -> ObjectStore:
    """Return the store that the settings name, one per process."""
    here = settings()
    if here.objects == "s3":
        from storage.objects.s3 import S3Store  # the client is loaded only where it is used

        return S3Store(
            here.s3_endpoint,
            here.s3_access_key.get_secret_value(),
            here.s3_secret_key.get_secret_value(),
            here.s3_bucket,
            secure=here.s3_secure,
        )
    return FolderStore(here.objects_folder, here.base_url, here.signing_key())
