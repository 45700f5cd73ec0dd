"""What is known about one scan after looking at it: facts, sector, findings, quality?"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.clip import Clip
from pipeline.declared import believed_scale
from pipeline.finding import Finding
from pipeline.quality import Quality, judge
from pipeline.received import Kind
from pipeline.rule import Rule
from pipeline.sector import Sector
from pipeline.sectors import sectors_in


@dataclass(frozen=True)
class Inspection:
    """Facts, sectors, findings in order of rule name, and quality of one clip; small, without arrays.

    sector: the largest of `sectors`, which stand side by side; mm_per_pixel: its scale.
    """

    kind: Kind
    frames: int
    rows: int
    columns: int
    frames_per_second: float | None
    seconds: float | None
    codec: str
    mm_per_pixel: float | None
    sector: Sector
    findings: tuple[Finding, ...]
    quality: Quality
    sectors: tuple[Sector, ...] = ()

    def __post_init__(self) -> None:
        """Count one sector where no others are given; refuse others that do not begin with it."""
        object.__setattr__(self, "sectors", self.sectors or (self.sector,))
        if self.sectors[0] != self.sector:
            raise ValueError("the first sector is the sector")


def inspect_clip(clip: Clip, rules: Sequence[Rule], sectors: Sequence[Sector] = ()) -> Inspection:
    """Return what the rules say about `clip` within its sectors, found on the pixels where none are given."""
    sectors = tuple(sectors) or sectors_in(clip)
    sector = sectors[0]
    findings = tuple(sorted((rule.ask_each(clip, sectors) for rule in rules), key=lambda f: f.rule))
    return Inspection(
        kind=clip.kind,
        frames=clip.frames,
        rows=clip.rows,
        columns=clip.columns,
        frames_per_second=clip.frames_per_second,
        seconds=clip.seconds,
        codec=clip.codec,
        mm_per_pixel=believed_scale(clip, sector),
        sector=sector,
        findings=findings,
        quality=judge(findings, rules),
        sectors=sectors,
    )
