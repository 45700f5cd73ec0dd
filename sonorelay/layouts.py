"""Which sectors did a person draw, without the web application? A JSON file that names them."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from pipeline.errors import Misconfigured
from pipeline.guidance import Guidance, Layout
from pipeline.received import Kind
from supervision.drawing import Drawing, drawing

Size = Annotated[int, Field(ge=1, le=65535)]


class LayoutEntry(BaseModel):
    """One drawing: of the screen of a device, or of the one file whose SHA-256 is `digest`."""

    model_config = ConfigDict(extra="forbid", frozen=True, protected_namespaces=())

    kind: Kind
    rows: Size
    columns: Size
    polygons: list[list[tuple[float, float]]]
    device: str | None = None
    model: str | None = None
    digest: Annotated[str, Field(pattern="^[0-9a-f]{64}$")] | None = None


@dataclass(frozen=True)
class Drawn:
    """What a person drew: layouts of screens, and the sectors of single files by digest."""

    layouts: tuple[Layout, ...] = ()
    files: Mapping[str, Drawing] = field(default_factory=dict)

    def guidance_for(self, path: Path) -> Guidance:
        """Return what was drawn of this file and of screens."""
        if not self.files:
            return Guidance(self.layouts)
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        return Guidance(self.layouts, drawn=self.files.get(digest, ()))


def read_layouts(path: Path | None) -> Drawn:
    """Return what the file says, nothing without one; Misconfigured names the place of a mistake."""
    if path is None:
        return Drawn()
    try:
        entries = TypeAdapter(list[LayoutEntry]).validate_json(path.read_bytes())
        outlines = [drawing(entry.polygons, entry.rows, entry.columns) for entry in entries]
    except OSError:
        raise _invalid("cannot be read") from None
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False, include_input=False)[0]
        raise _invalid(f"{'.'.join(map(str, first['loc'])) or '-'}: {first['msg']}") from None
    except (ValueError, json.JSONDecodeError) as error:
        raise _invalid(str(error)) from None
    told = list(zip(entries, outlines, strict=True))
    return Drawn(
        tuple(
            Layout(entry.kind, entry.rows, entry.columns, drawn, entry.device, entry.model, drawn=True)
            for entry, drawn in told
            if entry.digest is None
        ),
        {entry.digest: drawn for entry, drawn in told if entry.digest is not None},
    )


def _invalid(problem: str) -> Misconfigured:
    return Misconfigured("setting_invalid", name="--layouts", problem=problem)
