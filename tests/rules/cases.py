"""Which cases does a rule have, and does it pass them? The cases are data: one TOML file per rule."""

import tomllib
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice, pairwise
from pathlib import Path

import numpy as np

from pipeline.clip import Clip, Luminance
from pipeline.find_sector import find_sector
from pipeline.finding import Finding, Side, Verdict
from pipeline.phantom import FaultKind, render
from pipeline.reading import open_scan, read_clip
from pipeline.rule import Rule
from tests.clips import phantom_clip, scene_of
from tests.real_files import data_file, pydicom_example
from tests.rules.degradations import DEGRADATIONS
from tests.rules.recordings import RECORDINGS, h264

WORSE = DEGRADATIONS | {change.__name__: change for change in RECORDINGS}
MOST_FRAMES = 60


@dataclass(frozen=True)
class Real:
    """A clip as it is, and the verdict (and side) that it must get."""

    file: str
    verdict: Verdict
    side: Side | None = None


@dataclass(frozen=True)
class Degraded:
    """A clip that gets worse level by level, and how the rule's value must answer. `verdict`: of the worst level."""

    file: str
    by: str
    levels: tuple[float, ...]
    value: str
    verdict: Verdict | None = None
    side: Side | None = None


def cases_of(path: Path) -> tuple[tuple[Real, ...], tuple[Degraded, ...]]:
    """Return the cases in a TOML file; an unknown key is an error."""
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    assert not set(table) - {"real", "degraded"}, path.name
    for row in table.get("real", []) + table.get("degraded", []):
        row["verdict"] = Verdict(row["verdict"]) if "verdict" in row else None
        row["side"] = Side(row["side"]) if "side" in row else None
    degraded = [{**row, "levels": tuple(row["levels"])} for row in table.get("degraded", [])]
    return tuple(Real(**row) for row in table.get("real", [])), tuple(Degraded(**row) for row in degraded)


def run_real(rule: Rule, case: Real) -> None:
    """Ask `rule` about the clip and compare."""
    finding = _ask(rule, clip_named(case.file))
    assert finding.verdict is case.verdict, finding
    assert case.side in (None, finding.side), finding


def run_degraded(rule: Rule, case: Degraded) -> None:
    """Ask `rule` about every level: the value never turns back, and ends beyond where it began."""
    findings = [_ask(rule, _degraded(case, level)) for level in case.levels]
    values = [f.value for f in findings if f.value is not None]
    assert len(values) == len(case.levels), findings
    sign = {"rises": 1, "falls": -1}[case.value]
    steps = [sign * (after - before) for before, after in pairwise(values)]
    assert min(steps) >= -1e-9 * max(map(abs, values)), values
    assert sum(steps) > 0, values
    assert case.verdict in (None, findings[-1].verdict), findings[-1]
    assert case.side in (None, findings[-1].side), findings[-1]


@lru_cache(maxsize=24)
def clip_named(name: str) -> Clip:
    """Return the clip of 'pydicom:FILE', 'data:FILE' (skips without the folder) or 'phantom:PARAMETERS'."""
    kind, _, rest = name.partition(":")
    if kind == "phantom":
        return phantom_clip(rest)
    return read_clip(pydicom_example(rest) if kind == "pydicom" else data_file(rest))


def _frames_named(name: str) -> Luminance:
    """Return the first 60 frames of a clip at full size, (frames, rows, columns)."""
    kind, _, rest = name.partition(":")
    if kind == "phantom":
        return np.stack(list(render(scene_of(rest))))
    with open_scan(pydicom_example(rest) if kind == "pydicom" else data_file(rest)) as scan:
        return np.stack([picture.luminance().copy() for picture in islice(scan.pictures(), MOST_FRAMES)])


def _degraded(case: Degraded, level: float) -> Clip:
    if case.by in set(FaultKind):
        side = f",side={case.side}" if case.side else ""
        return clip_named(f"{case.file},fault={case.by},severity={level}{side}")
    if case.by == h264.__name__:
        return h264(_frames_named(case.file), clip_named(case.file).frames_per_second, level)
    return WORSE[case.by](clip_named(case.file), level)


def _ask(rule: Rule, clip: Clip) -> Finding:
    return rule.ask(clip, find_sector(clip))


def without_sector(clip: Clip) -> Clip:
    """Return the clip with a picture in which no sector can be found."""
    return replace(clip, keyframes=clip.keyframes * 0, proxy=clip.proxy * 0)
