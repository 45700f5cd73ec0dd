"""What is known about one scan after looking at it: facts, sector, findings, quality?"""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.clip import Clip
from pipeline.declared import believed_scale
from pipeline.find_sector import find_sector
from pipeline.finding import Finding
from pipeline.quality import Quality, judge
from pipeline.received import Kind
from pipeline.rule import Rule
from pipeline.sector import Sector


@dataclass(frozen=True)
class Inspection:
    """Facts, sector, findings in order of rule name, and quality of one clip; small, without arrays."""

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


def inspect_clip(clip: Clip, rules: Sequence[Rule], sector: Sector | None = None) -> Inspection:
    """Return what the rules say about `clip` within its sector, found on the pixels where none is given."""
    sector = find_sector(clip) if sector is None else sector
    findings = tuple(sorted((rule.ask(clip, sector) for rule in rules), key=lambda f: f.rule))
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
    )
