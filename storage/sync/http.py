"""How does a field box reach headquarters over HTTPS?"""

import gzip
import json
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from uuid import UUID

import httpx

from pipeline.errors import Misconfigured, Unavailable
from storage.catalogue.models import Side
from storage.objects import Area
from storage.settings import settings
from storage.sync import sides
from storage.sync.link import PROTOCOL, Answer, Hello, Taken
from storage.sync.objects import Lacking
from storage.sync.parts import Came, WrongPlace

CONNECT_SECONDS, SILENT_SECONDS = 20.0, 60.0
REFUSED = frozenset({401, 403})


class HttpLink:
    """Headquarters at an address; every request carries the token and our name."""

    def __init__(self, client: httpx.Client) -> None:
        """Use a client of `connected`."""
        self._client = client

    def hello(self, side: UUID, told: dict[str, int]) -> Hello:
        """Say who we are and what waits here."""
        assert str(side) == self._client.headers["Sonorelay-Side"]  # noqa: S101 - of one installation
        said = self._ask("POST", "hello", {"protocol": PROTOCOL, "waiting": told})
        if said.get("protocol") != PROTOCOL:
            raise Misconfigured("headquarters_differ")
        projects = tuple(str(code) for code in said["projects"])
        return Hello(UUID(said["side"]), projects, int(said["read"]), int(said["awaiting"]))

    def send(self, entries: list[dict[str, Any]], reached: int) -> Taken:
        """Send records; headquarters then have all our changes up to `reached`."""
        said = self._ask("POST", "records", {"entries": entries, "reached": reached})
        return Taken({str(name): int(count) for name, count in said["outcomes"].items()})

    def ask(self, since: int, most: int) -> Answer:
        """Ask for what is new there."""
        said = self._ask("GET", f"records?since={since}&most={most}")
        return Answer(tuple(said["entries"]), int(said["reached"]), bool(said["more"]))

    def lacking(self) -> list[Lacking]:
        """Ask which objects are lacking there, in the order in which they should come."""
        said = self._ask("GET", "lacking")["objects"]
        return [Lacking(Area(one["area"]), str(one["digest"]), str(one["role"]), int(one["size"])) for one in said]

    def offset(self, area: Area, digest: str) -> int | None:
        """Ask from which byte to go on; None if nothing of it is lacking."""
        with _heard():
            answer = self._client.head(_place(area, digest))
        _refuse(answer)
        said = answer.headers.get("Upload-Offset")
        return None if said is None else int(said)

    def put(self, area: Area, digest: str, start: int, length: int, pieces: Iterator[bytes], count: int) -> Came:
        """Send the next `count` bytes of an object of `length`; parts.WrongPlace if it does not go on there."""
        headers = {"Upload-Offset": str(start), "Upload-Length": str(length), "Content-Length": str(count)}
        with _heard():
            answer = self._client.patch(_place(area, digest), content=pieces, headers=headers)
        if answer.status_code == httpx.codes.CONFLICT and "Upload-Offset" in answer.headers:
            raise WrongPlace(int(answer.headers["Upload-Offset"]))
        _refuse(answer)
        with _heard():
            return Came(answer.json()["came"])

    def get(self, area: Area, digest: str, start: int) -> AbstractContextManager[tuple[Iterator[bytes], int]]:
        """Ask for an object from this byte on: its bytes as they come, and its whole length."""
        return self._streamed(_place(area, digest), start)

    @contextmanager
    def _streamed(self, place: str, start: int) -> Iterator[tuple[Iterator[bytes], int]]:
        with _heard(), self._client.stream("GET", place, headers={"Range": f"bytes={start}-"}) as answer:
            if not answer.is_success:
                answer.read()
                _refuse(answer)
            yield answer.iter_raw(), int(answer.headers["Upload-Length"])

    def _ask(self, method: str, place: str, told: dict[str, Any] | None = None) -> dict[str, Any]:
        body = None if told is None else gzip.compress(json.dumps(told).encode(), 6)
        with _heard():
            answer = self._client.request(method, place, content=body)
        _refuse(answer)
        with _heard():
            return dict(answer.json())


@contextmanager
def connected(side: Side | None = None) -> Iterator[HttpLink]:
    """Give a link to the headquarters of the settings; Misconfigured("sync_not_set") where there are none."""
    here = settings()
    if here.sync_url is None or here.sync_token is None:
        raise Misconfigured("sync_not_set")
    headers = {
        "Authorization": f"Bearer {here.sync_token.get_secret_value()}",
        "Sonorelay-Side": str((side or sides.this_side()).uuid),
        "Accept-Encoding": "gzip",
    }
    timeout = httpx.Timeout(SILENT_SECONDS, connect=CONNECT_SECONDS)
    with httpx.Client(base_url=f"{here.sync_url}/sync/v1/", headers=headers, timeout=timeout) as client:
        yield HttpLink(client)


@contextmanager
def _heard() -> Iterator[None]:
    """Unavailable where headquarters do not answer, or not what they should."""
    try:
        yield
    except (httpx.HTTPError, httpx.StreamError, ValueError, KeyError, TypeError) as error:
        raise Unavailable("headquarters_unreachable") from error


def _refuse(answer: httpx.Response) -> None:
    if answer.is_success:
        return
    if answer.status_code in REFUSED:
        raise Misconfigured("headquarters_refused", answer=answer.status_code)
    try:
        code = answer.json().get("code", "")
    except (ValueError, AttributeError):
        code = ""
    if code == "protocol":
        raise Misconfigured("headquarters_differ")
    if code == "object_missing" or answer.status_code == httpx.codes.NOT_FOUND:
        raise Unavailable("object_missing")
    raise Unavailable("headquarters_unreachable")


def _place(area: Area, digest: str) -> str:
    return f"objects/{area}/{digest}"
