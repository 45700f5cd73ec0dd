"""How do objects lie in an S3 server? One bucket per area, one key per digest."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import file_digest, sha256
from pathlib import Path
from typing import IO, BinaryIO, TypeVar, cast
from xml.etree.ElementTree import ParseError

from minio import Minio
from minio.error import MinioException, S3Error
from urllib3 import PoolManager, Retry, Timeout
from urllib3.exceptions import HTTPError

from pipeline.errors import Misconfigured, Unavailable
from storage.objects.signed import expiry
from storage.objects.store import Area, StoredBytes, is_digest

ABSENT = frozenset({"NoSuchKey", "NoSuchBucket", "NoSuchObject"})
REFUSED = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})
CONNECT_SECONDS, READ_SECONDS = 5.0, 60.0
CHUNK = 1024 * 1024
LONGEST_VALID = timedelta(days=7)  # of a presigned address (AWS Signature Version 4)

Answer = TypeVar("Answer")


class S3Store:
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

    def put(self, area: Area, path: Path) -> StoredBytes:
        """Store the file's bytes; when this returns the server has them."""
        # a copy that nobody else writes to: what is hashed is what is sent
        with path.open("rb") as file, tempfile.TemporaryFile() as held:
            digest, size = _copy(file, held)
            if self.size(area, digest) != size:
                held.seek(0)
                bucket = self._ready(area)
                _ask(lambda: self._client.put_object(bucket, digest, held, size))
        return StoredBytes(area, digest, size)

    def open(self, area: Area, digest: str) -> BinaryIO:
        """Open an object for reading; Unavailable("object_missing") if it is not there."""
        held = tempfile.TemporaryFile()  # noqa: SIM115 - the caller closes it
        try:
            self._download(area, digest, held)
        except BaseException:
            held.close()
            raise
        held.seek(0)
        return cast(BinaryIO, held)

    @contextmanager
    def fetch(self, area: Area, digest: str, work: Path | None = None) -> Iterator[Path]:
        """Give a copy of the object, below `work` or the system's own folder, for the time of a `with` block.

        Unavailable: object_missing, object_damaged when its bytes do not have this digest.
        """
        with tempfile.TemporaryDirectory(prefix="sonorelay-", dir=work) as folder:
            path = Path(folder) / _checked(digest)
            with path.open("w+b") as file:
                self._download(area, digest, cast(BinaryIO, file))
                file.seek(0)
                if file_digest(file, "sha256").hexdigest() != digest:
                    raise Unavailable("object_damaged")
            yield path

    def size(self, area: Area, digest: str) -> int | None:
        """Return the size in bytes, None if the object is not there."""
        key = _checked(digest)
        found = _ask_unless_absent(lambda: self._client.stat_object(self._name(area), key))
        return None if found is None else found.size

    def delete(self, area: Area, digest: str) -> None:
        """Remove the object; removing what is not there changes nothing."""
        key = _checked(digest)
        _ask_unless_absent(lambda: self._client.remove_object(self._name(area), key))

    def digests(self, area: Area) -> Iterator[str]:
        """List the digests of an area."""
        bucket = self._ready(area)
        names = _ask(lambda: [found.object_name for found in self._client.list_objects(bucket, recursive=True)])
        yield from sorted(name for name in names if name is not None and is_digest(name))

    def url(self, area: Area, digest: str, media_type: str, valid: timedelta) -> str:
        """Return an address from which a browser may read the object; ValueError unless it is a released one."""
        if area is not Area.RELEASED:
            raise ValueError("only released objects have an address")
        key = _checked(digest)
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

    def _name(self, area: Area) -> str:
        return f"{self._bucket}-{area}"

    def _make_bucket(self, area: Area) -> str:
        name = self._name(area)
        if not _ask(lambda: self._client.bucket_exists(name)):
            _ask(lambda: self._client.make_bucket(name))
        return name

    def _download(self, area: Area, digest: str, to: BinaryIO) -> None:
        key = _checked(digest)
        answer = _ask_unless_absent(lambda: self._client.get_object(self._name(area), key))
        if answer is None:
            raise Unavailable("object_missing")
        try:
            _ask(lambda: shutil.copyfileobj(answer, to, CHUNK))
        finally:
            answer.close()
            answer.release_conn()


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
    except (MinioException, HTTPError, ParseError, ConnectionError, TimeoutError) as error:
        raise Unavailable("store_unreachable") from error


def _ask_unless_absent(question: Callable[[], Answer]) -> Answer | None:
    """Return the server's answer, None when it says that there is no such object or bucket."""
    try:
        return _ask(question)
    except Unavailable as error:
        if error.code == "object_missing":
            return None
        raise


def _checked(digest: str) -> str:
    if not is_digest(digest):
        raise ValueError("an object is named by its digest and nothing else")
    return digest


def _copy(source: BinaryIO, target: IO[bytes]) -> tuple[str, int]:
    hashed, size = sha256(), 0
    while chunk := source.read(CHUNK):
        hashed.update(chunk)
        target.write(chunk)
        size += len(chunk)
    return hashed.hexdigest(), size
