"""What does a person have to see to decide on a scan that was held back?"""

from dataclasses import dataclass
from pathlib import Path

from pipeline.clip import Clip
from pipeline.errors import Withheld
from pipeline.kept import Polygon, Witness
from pipeline.preview import encode_jpeg

EVIDENCE = "evidence.jpg"
ENVELOPE = "envelope.jpg"
QUALITY = 90


@dataclass(frozen=True)
class Doubt:
    """What the witnesses said, each its own outlines, and where writing was read; corners (x, y) in pixels of the scan.

    picture: the middle of the keyframes as a JPEG of full size; envelope: the maximum over them, for a cine only.
    Nothing on either is taken off: they may be shown only to those who decide.
    """

    proposals: tuple[tuple[Witness, tuple[Polygon, ...]], ...]
    text_boxes: tuple[Polygon, ...]
    picture: Path | None
    envelope: Path | None = None


class TextInside(Withheld):
    """Writing stands inside the kept area: `boxes` are its outlines, corners (x, y) in pixels of the whole picture."""

    def __init__(self, count: int, boxes: tuple[Polygon, ...] = ()) -> None:
        """Keep where the `count` lines of writing stand."""
        super().__init__("text_inside", count=count)
        self.boxes = boxes

    def __reduce__(self) -> tuple[object, ...]:
        """Cross the border of a child process with the outlines kept."""
        return (type(self), (self.facts["count"], self.boxes))


def write_evidence(clip: Clip, to: Path) -> tuple[Path, Path | None]:
    """Write the pictures that a person decides by into the folder `to`; the second is None for a still."""
    to.mkdir(parents=True, exist_ok=True)
    picture = to / EVIDENCE
    picture.write_bytes(encode_jpeg(clip.keyframes[len(clip.keyframes) // 2], quality=QUALITY, subsampling="420"))
    if clip.is_still:
        return picture, None
    envelope = to / ENVELOPE
    envelope.write_bytes(encode_jpeg(clip.brightest, quality=QUALITY, subsampling="420"))
    return picture, envelope
