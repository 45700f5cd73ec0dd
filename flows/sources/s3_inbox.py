"""Which objects of a bucket are scans that somebody put there for us, and what do their keys and sidecars say?

A key is a path: `<prefix>[<trainee>/[<exam type>/]]file`, with `<file>.json` beside it. An object is whole once it can
be seen. It is fetched in the version that was listed and taken away in that version only, so that one which is put
again meanwhile is not lost.
"""

import errno
import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from hashlib import md5
from pathlib import Path
from typing import TypeVar

from minio import Minio
from minio.datatypes import Object
from minio.error import S3Error
from urllib3 import PoolManager, Retry, Timeout

from flows.naming import RECEIPTS, as_text, described, is_passed_over, is_passed_over_folder, is_sidecar
from flows.receipts import LARGEST_TABLE
from pipeline.errors import Misconfigured, Unavailable
from storage.objects.s3 import NO_ANSWER
from storage.reception import Incoming
from storage.settings import settings
from supervision.programme import ProjectEntry
from supervision.sources import S3Inbox, Way

ABSENT = frozenset({"NoSuchKey", "NoSuchObject", "PreconditionFailed", "NoSuchVersion"})
REFUSED = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch", "NoSuchBucket"})
CONNECT_SECONDS, READ_SECONDS = 10.0, 120.0
CHUNK = 1024 * 1024

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class FoundObject:
    """An object of an inbox in the version that was listed."""

    bucket: "InboxBucket"
    project: ProjectEntry
    listed: Object
    work: Path
    sidecar: Object | None = None
    late: bool = False

    @property
    def key(self) -> str:
        """The whole key."""
        return str(self.listed.object_name)

    @property
    def name(self) -> str:
        """The key below the prefix."""
        return as_text(self.bucket.below(self.key))

    @cached_property
    def version(self) -> str:
        """What the server says of its content, and of its sidecar's."""
        beside = self.sidecar.etag if self.sidecar is not None and not self.late else None
        return "-".join(_word(tag) for tag in (self.listed.etag, beside) if tag)

    @property
    def size(self) -> int:
        """How many bytes it has."""
        return self.listed.size or 0

    @property
    def belongs_to(self) -> str | None:
        """The name of the object whose sidecar this is, where it came after it."""
        return self.name.removesuffix(".json") if self.late else None

    @contextmanager
    def incoming(self) -> Iterator[Incoming]:
        """Fetch it with its sidecar into the working folder, for the time of a `with` block."""
        here, beside = self.work / "object", self.work / "object.json"
        above = tuple(part for part in self.bucket.below(self.key).split("/")[:-1] if part)
        try:
            self.bucket.fetch(self.listed, here)
            said = None
            if self.sidecar is not None:
                said = here if self.late else beside
                if not self.late:
                    self.bucket.fetch(self.sidecar, beside)
            yield described(here, self.project.code, Way.S3_INBOX, above, said)
        finally:
            here.unlink(missing_ok=True)
            beside.unlink(missing_ok=True)

    def unchanged(self) -> bool:
        """Tell whether the server still has this version under this key."""
        return self.bucket.has(self.listed)

    def remove(self) -> bool:
        """Take object and sidecar away; false where the bucket is to be kept, or we may not remove."""
        if self.bucket.keep:
            return False
        beside = self.sidecar if self.sidecar is not None and not self.late else None
        return (beside is None or self.bucket.remove(beside)) and self.bucket.remove(self.listed)


@dataclass(frozen=True)
class InboxBucket:
    """What of a server's bucket is an inbox."""

    client: Minio
    name: str
    prefix: str
    keep: bool

    def below(self, key: str) -> str:
        """Return the key without the prefix."""
        return key.removeprefix(self.prefix).lstrip("/")

    def answers(self) -> None:
        """Return where the server lets us list; Unavailable("inbox_unreachable"), Misconfigured("inbox_refused")."""
        _ask(lambda: next(iter(self.client.list_objects(self.name, prefix=self.prefix)), None))

    def list(self, below: str = "") -> "list[Object]":
        """Return all objects, in the order of their keys, however many pages the server makes of them."""
        prefix = self.prefix + below
        return _ask(lambda: [*self.client.list_objects(self.name, prefix=prefix, recursive=True)]) or []

    def fetch(self, listed: Object, to: Path) -> None:
        """Write the object as it was listed to a local file; OSError where it is another one now, or came damaged."""
        key, tag = str(listed.object_name), _word(listed.etag or "")
        answer = _ask(lambda: self.client.get_object(self.name, key, request_headers={"If-Match": f'"{tag}"'}))
        if answer is None:
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))
        hashed, size = md5(usedforsecurity=False), 0
        try:
            with to.open("wb") as file:
                while chunk := _ask(lambda: answer.read(CHUNK)):
                    file.write(chunk)
                    hashed.update(chunk)
                    size += len(chunk)
        finally:
            answer.close()
            answer.release_conn()
        # of an object sent in parts, or encrypted by the server, the tag is no digest
        is_digest = len(tag) == 32 and "x-amz-server-side-encryption" not in answer.headers
        if size != listed.size or (is_digest and hashed.hexdigest() != tag):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def read(self, key: str, most: int) -> bytes | None:
        """Return the first bytes of an object; None where there is none."""
        answer = _ask(lambda: self.client.get_object(self.name, key, length=most))
        if answer is None:
            return None
        try:
            return _ask(lambda: answer.read(most))
        finally:
            answer.close()
            answer.release_conn()

    def write(self, key: str, content: bytes, media_type: str) -> None:
        """Put an object."""
        file = io.BytesIO(content)
        _ask(lambda: self.client.put_object(self.name, key, file, len(content), content_type=media_type))

    def has(self, listed: Object) -> bool:
        """Tell whether the object is there as it was listed."""
        found = _ask(lambda: self.client.stat_object(self.name, str(listed.object_name)))
        return found is not None and (found.etag, found.size) == (listed.etag, listed.size)

    def remove(self, listed: Object) -> bool:
        """Take the object away in the version that was listed; false where the server does not let us.

        A bucket with versions loses no other in any case. Of one without, what is put again between our question and
        the removal is safe where the server knows conditional removal.
        """
        key = str(listed.object_name)
        found = _ask(lambda: self.client.stat_object(self.name, key))
        if found is None:
            return True
        if found.etag != listed.etag:
            return False
        version: dict[str, str | list[str] | tuple[str]] | None = None
        if found.version_id not in (None, "null"):
            version = {"versionId": str(found.version_id)}
        address = self.client.get_presigned_url("DELETE", self.name, key, extra_query_params=version)
        tag = _word(listed.etag or "")
        answer = _ask(lambda: _POOL.request("DELETE", address, headers={"If-Match": f'"{tag}"'}))
        return answer is not None and answer.status in (200, 204, 404)


@dataclass(frozen=True)
class ReceiptsInBucket:
    """The objects below `sonorelay-receipts/` of an inbox."""

    bucket: InboxBucket

    def names(self) -> list[str]:
        """Return the names of what lies there."""
        return [self.bucket.below(str(one.object_name)).rpartition("/")[2] for one in self.bucket.list(f"{RECEIPTS}/")]

    def read(self, name: str) -> bytes | None:
        """Return what a table holds; None where there is none."""
        return self.bucket.read(self._key(name), LARGEST_TABLE + 1)

    def write(self, name: str, content: bytes) -> None:
        """Put a whole table."""
        self.bucket.write(self._key(name), content, "text/csv; charset=utf-8")

    def _key(self, name: str) -> str:
        return f"{self.bucket.prefix}{RECEIPTS}/{name}"


def found(source: S3Inbox, project: ProjectEntry, work: Path) -> Iterator[FoundObject]:
    """Yield the objects of an inbox, in the order of their keys; each is fetched to `work` when its turn comes.

    Unavailable("inbox_unreachable"), Misconfigured("inbox_refused").
    """
    bucket = bucket_of(source)
    listed = {bucket.below(str(one.object_name)): one for one in bucket.list() if not one.is_dir}
    for name, one in sorted(listed.items()):
        *above, last = name.split("/")
        if not last or is_passed_over(last) or any(is_passed_over_folder(part) for part in above):
            continue
        of = name.removesuffix(".json")
        if is_sidecar(last, {of.rpartition("/")[2]} if of in listed else ()):
            if of not in listed:
                yield FoundObject(bucket, project, one, work, sidecar=one, late=True)
        else:
            yield FoundObject(bucket, project, one, work, sidecar=listed.get(f"{name}.json"))


def receipts(source: S3Inbox, project: ProjectEntry) -> ReceiptsInBucket:  # noqa: ARG001 - as of other places
    """Return where the senders to this bucket find their answers."""
    return ReceiptsInBucket(bucket_of(source))


def bucket_of(source: S3Inbox) -> InboxBucket:
    """Return the bucket at the server that the settings name for inboxes, or for objects."""
    here = settings()
    own = here.inbox_s3_endpoint is not None
    keys = (here.inbox_s3_access_key, here.inbox_s3_secret_key) if own else (here.s3_access_key, here.s3_secret_key)
    client = Minio(
        here.inbox_s3_endpoint or here.s3_endpoint,
        access_key=keys[0].get_secret_value(),
        secret_key=keys[1].get_secret_value(),
        secure=here.inbox_s3_secure if own else here.s3_secure,
        region="us-east-1",
        http_client=_POOL,
    )
    return InboxBucket(client, source.bucket, source.prefix, source.keep)


_POOL = PoolManager(
    timeout=Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS),
    maxsize=4,
    retries=Retry(total=2, backoff_factor=0.2),
    cert_reqs="CERT_REQUIRED",
)


def _ask(question: Callable[[], Answer]) -> Answer | None:
    """Return the server's answer, None when it says that there is no such object, or not in this version."""
    try:
        return question()
    except S3Error as error:
        if error.code in ABSENT:
            return None
        if error.code in REFUSED:
            raise Misconfigured("inbox_refused", answer=error.code or "") from None
        raise Unavailable("inbox_unreachable") from error
    except NO_ANSWER as error:
        raise Unavailable("inbox_unreachable") from error


def _word(tag: str) -> str:
    return tag.strip('"').replace(" ", "")
