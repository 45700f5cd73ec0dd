"""What did the sender write beside a scan, in a small file of JSON?"""

import json
from pathlib import Path
from typing import Annotated, Any

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints, ValidationError

from supervision.rating import Answer
from supervision.worksheet import AgeBand, Sex, Urgency

LARGEST_SIDECAR = 64 * 1024
WORKSHEET = frozenset({"question", "answers", "age", "sex", "urgency", "view"})

Code = Annotated[str, StringConstraints(to_upper=True, max_length=24)]


class Sidecar(BaseModel):
    """What a sidecar may say; one with anything else counts as absent, and is kept with the scan all the same."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True, str_max_length=120)

    trainee: str | None = None
    exam_type: str | None = None
    device: str | None = None
    captured_at: AwareDatetime | None = None
    question: Code | None = None
    answers: dict[Code, Answer] | None = None
    age: AgeBand | None = None
    sex: Sex | None = None
    urgency: Urgency | None = None
    view: Code | None = None

    def worksheet(self) -> dict[str, Any]:
        """Return what the scanner said of the exam, in codes; nothing where it says nothing of it."""
        return self.model_dump(mode="json", include=set(WORKSHEET), exclude_none=True)


def read_sidecar(path: Path) -> Sidecar | None:
    """Return what a sidecar says; None for one that is too large or says anything else."""
    if path.lstat().st_size > LARGEST_SIDECAR:
        return None
    try:
        return Sidecar.model_validate(json.loads(path.read_bytes()))
    except (ValidationError, ValueError, RecursionError):
        return None
