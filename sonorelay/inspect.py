"""What do the rules see in these files? Without Prefect, Django or any server."""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from os import cpu_count
from pathlib import Path
from typing import TypeVar

from pipeline.child import run_in_child
from pipeline.errors import Rejected
from pipeline.finding import Finding
from pipeline.inspection import Inspection
from pipeline.reading import kind_of
from pipeline.received import Kind
from pipeline.sector import Sector
from qa_rules import inspect_file
from sonorelay.outcome import ANSWERED, USAGE, absent, fail, files_below, language, print_json

SECONDS_FOR_ONE_FILE = 60.0
Answer = TypeVar("Answer")


def inspect(files: list[Path], *, as_json: bool) -> int:
    """Print what the rules say about each file, in the order given."""
    complaint = absent(files)
    if complaint is not None:
        return fail(complaint, USAGE)
    answers = answered(_inspect_one, files_below(files))
    if as_json:
        for path, answer in answers:
            print_json(_as_json(path, answer))
        return ANSWERED
    from sonorelay.tables import print_inspections

    print_inspections(answers, language())
    return ANSWERED


def answered(
    ask: Callable[[Path], Answer], files: Iterable[Path], at_once: int | None = None
) -> Iterator[tuple[Path, Answer]]:
    """Yield each file with its answer, in order, working on a few at once without reading far ahead."""
    at_once = at_once or cpu_count() or 1
    waiting = iter(files)
    with ThreadPoolExecutor(at_once) as pool:
        running: list[tuple[Path, Future[Answer]]] = [
            (path, pool.submit(ask, path)) for path in islice(waiting, at_once)
        ]
        while running:
            path, first = running.pop(0)
            answer = first.result()
            running.extend((path, pool.submit(ask, path)) for path in islice(waiting, 1))
            yield path, answer


def _inspect_one(path: Path) -> Inspection | Rejected:
    try:
        return run_in_child(inspect_file, path, seconds=SECONDS_FOR_ONE_FILE)
    except Rejected as refusal:
        return refusal


def kind_or_none(path: Path) -> Kind | None:
    """Return the kind by content; None where none is recognised."""
    try:
        return kind_of(path)
    except Rejected:
        return None


def _as_json(path: Path, answer: Inspection | Rejected) -> dict[str, object]:
    if isinstance(answer, Rejected):
        return {
            "file": str(path),
            "kind": kind_or_none(path),
            "outcome": "rejected",
            "reason": answer.code,
            "frames": None,
            "rows": None,
            "columns": None,
            "frames_per_second": None,
            "sector": None,
            "findings": [],
            "quality": None,
        }
    return {
        "file": str(path),
        "kind": answer.kind,
        "outcome": "ok",
        "reason": None,
        "frames": answer.frames,
        "rows": answer.rows,
        "columns": answer.columns,
        "frames_per_second": answer.frames_per_second,
        "sector": sector_as_json(answer.sector),
        "findings": [_finding_as_json(finding) for finding in answer.findings],
        "quality": {
            "score": answer.quality.score,
            "suggested_rating": answer.quality.suggested_rating,
            "reasons": [reason.rule for reason in answer.quality.reasons if reason.explained_by is None],
        },
    }


def sector_as_json(sector: Sector) -> dict[str, object]:
    """Return shape, provenance, outline and confidence; the outline is null where no sector is known."""
    return {
        "shape": sector.shape,
        "provenance": sector.provenance,
        "polygon": polygon_as_json(sector.polygon) if sector.known else None,
        "confidence": round(sector.confidence, 3),
    }


def polygon_as_json(polygon: tuple[tuple[float, float], ...]) -> list[list[float]]:
    """Return the corners as [x, y] in pixels, to a tenth."""
    return [[round(x, 1), round(y, 1)] for x, y in polygon]


def _finding_as_json(finding: Finding) -> dict[str, object]:
    return {
        "rule": finding.rule,
        "verdict": finding.verdict,
        "value": finding.value,
        "severity": finding.severity,
        "side": finding.side,
    }
