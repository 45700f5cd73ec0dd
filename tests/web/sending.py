"""What do the tests send by HTTP, and to which programme?"""

import base64
import json
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone

from storage.catalogue import tokens
from storage.catalogue.models import Person
from supervision.roles import Action
from tests.web.every_page import decide
from tests.web.programmes import BY_HTTP

PIECE = "application/offset+octet-stream"


def takes_by_http(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the programme take scans of Goma by HTTP, and those of Bunia only from a folder."""
    decide(folder, monkeypatch, BY_HTTP)


def token_of(person: Person) -> str:
    """Return a token with which a program may send for this person."""
    now = timezone.now()
    return tokens.make(person, "sends", [Action.SEND_SCANS], None, now + timedelta(days=1), now)[1]


def metadata(**said: object) -> str:
    """Return the header that says this with an upload."""
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in said.items()}
    return ",".join(f"{key} {base64.b64encode(text.encode()).decode()}" for key, text in texts.items())


class Sender:
    """A program that speaks tus with a token, one request at a time, and can be cut off anywhere."""

    def __init__(self, secret: str) -> None:
        """Keep the token."""
        self.client = Client(headers={"Authorization": f"Bearer {secret}", "Tus-Resumable": "1.0.0"})

    def create(self, length: int, content: bytes | None = None, **said: object):
        headers = {"Upload-Length": str(length), "Upload-Metadata": metadata(**{"project": "goma", **said})}
        if content is None:
            return self.client.post("/uploads/", headers=headers, content_type="text/plain")
        return self.client.post("/uploads/", content, headers=headers, content_type=PIECE)

    def begin(self, length: int, **said: object) -> str:
        answer = self.create(length, **said)
        assert answer.status_code == 201, answer.content
        return str(answer.headers["Location"])

    def patch(self, address: str, offset: int, content: bytes, *, cut: int | None = None, **headers: str):
        broken = {} if cut is None else {"wsgi.input": BytesIO(content[:cut])}
        more = {"Upload-Offset": str(offset), **{key.replace("_", "-"): value for key, value in headers.items()}}
        return self.client.patch(address, content, content_type=PIECE, headers=more, **broken)

    def offset(self, address: str) -> int:
        answer = self.client.head(address)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["Upload-Offset"])
