"""What was said with an upload, in the header Upload-Metadata: `key base64, key base64`?"""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from supervision.sidecar import WORKSHEET, Sidecar

OURS = frozenset({"project", "trainee", "exam_type", "device", "captured_at", "worksheet"})
UNREAD = frozenset(
    {"filename", "filetype", "name", "type", "relativePath", "relativepath", "caption", "lastModified", "size"}
)
"""What clients send by habit; names of patients stand in the names of files, so it is not even looked at."""
LARGEST = 8 * 1024


class NotMetadata(ValueError):
    """The header is not what the protocol says, or says what is not known here; `where` names the key."""

    def __init__(self, where: str) -> None:
        """Keep where it is wrong."""
        super().__init__(where)
        self.where = where


def pairs_of(header: str) -> dict[str, str]:
    """Return the keys and values of a header Upload-Metadata, without those that are not looked at. NotMetadata."""
    if len(header) > LARGEST:
        raise NotMetadata("length")
    pairs: dict[str, str] = {}
    for pair in filter(None, (one.strip() for one in header.split(","))):
        key, _, encoded = pair.partition(" ")
        if key in UNREAD:
            continue
        if key not in OURS or key in pairs:
            raise NotMetadata("key")
        try:
            pairs[key] = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
        except (binascii.Error, UnicodeDecodeError, ValueError):
            raise NotMetadata(key) from None
    return pairs


def said_in(pairs: Mapping[str, str]) -> dict[str, Any]:
    """Return author, exam_type, device, captured_at and worksheet as far as they were said, checked. NotMetadata."""
    told: dict[str, Any] = {key: pairs[key] for key in OURS - {"project", "worksheet"} if pairs.get(key)}
    if "worksheet" in pairs:
        told |= _worksheet(pairs["worksheet"])
    try:
        sidecar = Sidecar.model_validate(told)
    except ValidationError as error:
        raise NotMetadata(str(error.errors()[0]["loc"][0])) from None
    said = {
        "author": sidecar.trainee,
        "exam_type": sidecar.exam_type,
        "device": sidecar.device,
        "captured_at": sidecar.captured_at and sidecar.captured_at.isoformat(),
        "worksheet": sidecar.worksheet(),
    }
    return {key: value for key, value in said.items() if value}


def header_of(project: str, trainee: str | None, said: Mapping[str, Any]) -> str:
    """Return the header that says this; the page asks for it, so that a form is read in one place only."""
    exam_type, worksheet = said.get("exam_type"), {key: said[key] for key in said if key in WORKSHEET}
    told = {
        "project": project,
        "trainee": trainee,
        "exam_type": exam_type,
        "worksheet": json.dumps(worksheet, separators=(",", ":")) if worksheet else None,
    }
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items() if value)


def captured_at(said: Mapping[str, Any]) -> datetime | None:
    """Return when it was scanned, as it is kept with an upload."""
    return datetime.fromisoformat(said["captured_at"]) if said.get("captured_at") else None


def _worksheet(text: str) -> dict[str, Any]:
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        raise NotMetadata("worksheet") from None
    if not isinstance(told, dict) or set(told) - WORKSHEET:
        raise NotMetadata("worksheet")
    return told
