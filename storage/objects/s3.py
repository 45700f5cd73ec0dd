"""How do objects lie in an S3 server? One bucket per area, one key per digest."""

import io
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TypeVar, cast
from xml.etree.ElementTree import ParseError

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from pipeline.errors import Misconfigured, Unavailable
from storage.objects.area import Area, checked, is_digest
from storage.objects.shelf import Change, Draft, Start
from storage.objects.signed import expiry
from storage.room import full_disk_is_said

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer
    from urllib3 import BaseHTTPResponse

ABSENT = frozenset({"NoSuchKey", "NoSuchBucket", "NoSuchObject"})
REFUSED = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})
CONNECT_SECONDS, READ_SECONDS = 5.0, 60.0
CHUNK = 1024 * 1024
NO_ANSWER = (MinioException, HTTPError, ParseError, ConnectionError, TimeoutError)
"""What is raised where a server is away, or is none of S3."""
LONGEST_VALID = timedelta(days=7)  # of a presigned address (AWS Signature Version 4)

Answer = TypeVar("Answer")


class S3Shelf:
    """Objects in the buckets `<bucket>-raw`, `<bucket>-released` and `<bucket>-withheld`, made when they are absent."""

    def __init__(self, endpoint: str, access_key: str, secret_key: str, bucket: str, *, secure: bool = True) -> None:
        """Use the server at `endpoint` (host:port); nothing is sent before the first object."""
        timeout = Timeout(connect=CONNECT_SECONDS, read=READ_SECONDS)
        # one quick repeat for a connection that was closed meanwhile; waiting and trying again is the flow's business
        retry = Retry(total=1, backoff_factor=0.1)
        pool = PoolManager(timeout=timeout, maxsize=8, retries=retry, cert_reqs="CERT_REQUIRED")
        self._client = Minio(
            endpoint, access_key=access_key, secret_key=secret_key, secure=secure, region="us-east-1", http_client=pool
        )
        self._bucket = bucket
        self._ready = cache(self._make_bucket)

    @contextmanager
    def draft(self) -> Iterator[Draft]:
        """Give a nameless file of this machine, which is sent when it is kept."""
        with full_disk_is_said(), tempfile.TemporaryFile() as held:
            file = cast(BinaryIO, held)
            yield Draft(file, partial(self._send, file))

    def open(self, area: Area, digest: str) -> BinaryIO:
        """Open for reading from the first byte to the last; Unavailable("object_missing") if it is not there."""
        answer = _ask(lambda: self._client.get_object(self._name(area), checked(digest)))
        return io.BufferedReader(_Answer(answer), CHUNK)

    def start(self, area: Area, digest: str, count: int) -> Start | None:
        """Return the first `count` bytes and the length; None if it is not there."""
        found = _ask_unless_absent(lambda: self._client.stat_object(self._name(area), checked(digest)))
        if found is None or found.size is None:
            return None
        if not count or not found.size:
            return Start(b"", found.size)
        answer = _ask_unless_absent(lambda: self._client.get_object(self._name(area), digest, length=count))
        if answer is None:
            return None
        with _Answer(answer) as first:
            return Start(io.BufferedReader(first).read(count), found.size)

    @contextmanager
    def local(self, area: Area, digest: str, work: Path) -> Iterator[Path]:
        """Give a copy in `work`."""
        path = work / checked(digest)
        with self.open(area, digest) as read, path.open("wb") as written:
            shutil.copyfileobj(read, written, CHUNK)
        yield path

    def amend(self, area: Area, digest: str, count: int, change: Change) -> bool:
        """Send the object anew with what `change` answers to its first bytes: an object of S3 has no places."""
        with self.draft() as draft:
            with self.open(area, digest) as read:
                start = read.read(count)
                parts = change(start)
                if not parts:
                    return False
                draft.file.write(start)
                shutil.copyfileobj(read, draft.file, CHUNK)
            for place, data in parts:
                draft.file.seek(place)
                draft.file.write(data)
            draft.keep(area, digest)
        return True

    def delete(self, area: Area, digest: str) -> None:
        """Remove it; removing what is not there changes nothing."""
        _ask_unless_absent(lambda: self._client.remove_object(self._name(area), checked(digest)))

    def lying(self, area: Area) -> Iterator[tuple[str, datetime]]:
        """List the digests of an area in order, each with when it was written."""
        bucket = self._ready(area)
        found = _ask(
            lambda: [(one.object_name, one.last_modified) for one in self._client.list_objects(bucket, recursive=True)]
        )
        yield from sorted((name, since) for name, since in found if name and since and is_digest(name))

    def url(self, area: Area, digest: str, media_type: str, valid: timedelta) -> str:
        """Return an address from which a browser may read it; ValueError unless it is released."""
        if area is not Area.RELEASED:
            raise ValueError("only released objects have an address")
        key = checked(digest)
        now = datetime.now(UTC)
        # signed as of the last noon or midnight: a page that is loaded again names the same address
        since = now.replace(hour=now.hour // 12 * 12, minute=0, second=0, microsecond=0)
        lasts = min(expiry(now, valid) - since, LONGEST_VALID)
        answer_as: dict[str, str | list[str] | tuple[str]] = {"response-content-type": media_type}
        return _ask(
            lambda: self._client.presigned_get_object(
                self._name(area), key, expires=lasts, response_headers=answer_as, request_date=since
            )
        )

    def sweep(self, now: datetime) -> int:  # noqa: ARG002 - drafts have no name, so that a crash leaves none
        """Find nothing: drafts have no name on this machine, and unfinished uploads are the server's to end."""
        return 0

    def _send(self, file: BinaryIO, area: Area, digest: str) -> None:
        size = file.seek(0, io.SEEK_END)
        file.seek(0)
        bucket = self._ready(area)
        _ask(lambda: self._client.put_object(bucket, digest, file, size))

    def _name(self, area: Area) -> str:
        return f"{self._bucket}-{area}"

    def _make_bucket(self, area: Area) -> str:
        name = self._name(area)
        if not _ask(lambda: self._client.bucket_exists(name)):
            _ask(lambda: self._client.make_bucket(name))
        return name


class _Answer(io.RawIOBase):
    """The body of an answer, whose faults are ours as well."""

    def __init__(self, answer: "BaseHTTPResponse") -> None:
        self._answer = answer

    def readable(self) -> bool:
        """Say yes."""
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        """Read on."""
        wanted = memoryview(buffer).cast("B")
        data = _ask(lambda: self._answer.read(len(wanted)))
        wanted[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Give the connection back."""
        if not self.closed:
            self._answer.close()
            self._answer.release_conn()
        super().close()


def _ask(question: Callable[[], Answer]) -> Answer:
    """Return the server's answer; Unavailable when there is none, Misconfigured when it refuses the credentials."""
    try:
        return question()
    except S3Error as error:
        if error.code in REFUSED:
            raise Misconfigured("store_refused", answer=error.code or "") from None
        if error.code in ABSENT:
            raise Unavailable("object_missing") from None
        raise Unavailable("store_unreachable") from error
    except NO_ANSWER as error:
        raise Unavailable("store_unreachable") from error


def _ask_unless_absent(question: Callable[[], Answer]) -> Answer | None:
    """Return the server's answer, None when it says that there is no such object or bucket."""
    try:
        return _ask(question)
    except Unavailable as error:
        if error.code == "object_missing":
            return None
        raise
