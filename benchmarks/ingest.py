"""What does the whole ingest of one scan cost, beside the least that any program must do, and beside what others do?

`python -m benchmarks ingest [ROUNDS [WIDEST]]`, 7 unless told, of clips that are no wider; all of it takes hours. Every
measurement is a process of its own; in each round all candidates take their turn on the same file, so that other work
on the machine meets all of them.
Ratios are medians of the rounds' ratios, in brackets the middle half of them. What a candidate wrote is looked at
before its time counts.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.environments import environment
from benchmarks.ingest_checks import complaints, digests, is_exact
from benchmarks.ingest_inputs import FORMS, Clip
from benchmarks.ingest_tasks import Task

ONLY_IF_NAMED = True
ROUNDS = 7
SIZES = ((320, 240, 30), (640, 480, 120), (1024, 768, 180))
LONG = 1800
DEID = ("deid==0.4.13", "pydicom==3.0.2", "Pillow==13.0.0")
DRIVER = Path(__file__).parent / "drivers" / "ingesting.py"
MIB = 1 << 20
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
"""As where scans are received: one process a core."""


@dataclass(frozen=True)
class Spent:
    """Seconds of processor and by the clock of the work, of processor by the whole process, and its most bytes."""

    cpu: float
    wall: float
    whole: float
    memory: int


def main() -> None:
    """Print a row for each form and size; then what others take; then what length does."""
    told = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    rounds, widest = (*told, *(ROUNDS, SIZES[-1][0])[len(told) :])
    print(f"\nIngest of one scan: processor ms a frame, median of {rounds} rounds; ratios with their middle half")
    print(f"{'':<24}{'ours':>8}{'floor':>8}  {'ratio':<20}{'by the clock':<20}{'whole process':<20}{'most MiB':>8}")
    for size in (size for size in SIZES if size[0] <= widest):
        for form in FORMS:
            others = _others(form, size[0])
            _report(Clip(form, *size), rounds, ("ours", "floor", *others))
    if widest < SIZES[-1][0]:
        return
    print(f"\nLength: {LONG} frames against 180")
    for form in ("jpeg", "mp4"):
        _length(form, rounds)


def _others(form: str, columns: int) -> tuple[str, ...]:
    """Return who else can ingest this file; the slow ones are not asked for the largest."""
    if columns > 640:
        return ()
    return {"jpeg": ("ffmpeg", "deid", "naive"), "mp4": ("ffmpeg",)}.get(form, ())


def _report(clip: Clip, rounds: int, candidates: tuple[str, ...]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        task = Task(clip, Path(folder))
        _checked(task, candidates)
        spent = measured(task, candidates, rounds)
    ours, floor = spent["ours"], spent["floor"]
    line = f"{clip.name:<24}{_a_frame(ours, clip):>8.2f}{_a_frame(floor, clip):>8.2f}  "
    for what in ("cpu", "wall", "whole"):
        line += f"{ratio(ours, floor, what):<20}"
    print(f"{line}{max(one.memory for one in ours) / MIB:>8.0f}", flush=True)
    for other in candidates[2:]:
        print(
            f"  against {other:<14}{_a_frame(spent[other], clip):>16.2f}  {ratio(ours, spent[other], 'cpu')}",
            flush=True,
        )


def _length(form: str, rounds: int) -> None:
    with tempfile.TemporaryDirectory() as short, tempfile.TemporaryDirectory() as long:
        tasks = [Task(Clip(form, 640, 480, frames), Path(place)) for frames, place in ((180, short), (LONG, long))]
        for task in tasks:
            _checked(task, ("ours",))
        pairs = [[measured(task, ("ours",), 1)["ours"][0] for task in tasks] for _ in range(rounds)]
    ratios = [long.cpu / LONG / (short.cpu / 180) for short, long in pairs]
    memory = [max(pair[which].memory for pair in pairs) / MIB for which in (0, 1)]
    print(f"{form:<24}a frame {spread(ratios)}; most MiB {memory[0]:.0f} and {memory[1]:.0f}", flush=True)


def _checked(task: Task, candidates: Iterable[str]) -> None:
    """SystemExit where a candidate does not write what it should, or we not the same twice."""
    made: list[dict[str, str]] = []
    for candidate in (*candidates, "ours"):
        with tempfile.TemporaryDirectory(dir=task.folder) as folder:
            _run(candidate, task, Path(folder))
            released = _released(candidate, Path(folder))
            exact = candidate == "ours" and is_exact(task)
            wrong = complaints(task, released, exact=exact) if released is not None else []
            if candidate == "ours":
                made.append(digests(Path(folder) / "out"))
        if wrong and candidate == "ours":
            sys.exit(f"{task.clip.name}: {', '.join(wrong)}")
        if wrong:
            print(f"  {candidate}: {', '.join(wrong)}")
    if made[0] != made[-1]:
        sys.exit(f"{task.clip.name}: not the same bytes twice")


def _released(candidate: str, folder: Path) -> Path | None:
    """Return what a candidate released; the floor writes bare streams that nothing else reads."""
    if candidate == "ours":
        return next((folder / "out").glob("scan.*"))
    if candidate == "ffmpeg":
        return folder / "video.mp4"
    return None if candidate == "floor" else folder / "derivative"


def measured(task: Task, candidates: Iterable[str], rounds: int) -> dict[str, list[Spent]]:
    """Let the candidates take turns; return what each spent in each round."""
    spent: dict[str, list[Spent]] = {name: [] for name in candidates}
    for turn in range(rounds):
        names = list(spent)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            with tempfile.TemporaryDirectory(dir=task.folder) as folder:
                spent[name].append(_run(name, task, Path(folder)))
    return spent


def _run(candidate: str, task: Task, folder: Path) -> Spent:
    python, start = sys.executable, ("-m", "benchmarks.drivers.ingesting")
    if candidate == "deid":
        python, start = str(environment("competitors", "deid-cleaner-0.4.13", DEID)), (str(DRIVER),)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [python, *start, candidate],
        input=task.as_json(folder),
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | ONE_THREAD,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode:
        sys.exit(f"{task.clip.name}: {candidate} failed: {done.stderr.strip()[-500:]}")
    told = json.loads(done.stdout.splitlines()[-1])
    whole = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Spent(told["cpu"], told["wall"], whole, told["memory"])


def _a_frame(spent: list[Spent], clip: Clip) -> float:
    return 1000 * median(one.cpu for one in spent) / clip.frames


def ratio(ours: list[Spent], theirs: list[Spent], what: str) -> str:
    """Return the ratio of ours to theirs, round by round."""
    return spread([getattr(one, what) / getattr(other, what) for one, other in zip(ours, theirs, strict=True)])


def spread(ratios: list[float]) -> str:
    """Return the median and the middle half."""
    low, _, high = quantiles(ratios, n=4) if len(ratios) > 1 else (ratios[0],) * 3
    return f"{median(ratios):.3g} [{low:.3g}-{high:.3g}]"
