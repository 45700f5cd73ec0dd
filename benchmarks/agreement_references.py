"""What do irrCAC, scikit-learn, pingouin and lifelines say of random ratings and waits?

`python -m benchmarks agreement_references` asks them in an environment of their own and writes what the tests of
supervision.coefficients and supervision.turnaround are held against. pingouin is under the GPL: it is never imported.
"""

import json
import math
import os
import subprocess
from pathlib import Path

import numpy as np

from benchmarks.environments import environment

ONLY_IF_NAMED = True
PINNED = (
    *("irrCAC==0.4.4", "scikit-learn==1.9.1", "pingouin==0.6.1", "lifelines==0.30.3"),
    *("numpy==1.26.4", "pandas==2.3.3"),
)
SEED = 2026
PAIRS, TEAMS, WAITS = 80, 60, 40
HERE = Path(__file__).parent
TARGET = HERE.parent / "tests" / "core" / "supervision" / "agreement_references.json"


def main() -> None:
    """Make the tables, ask, and write both."""
    rng = np.random.default_rng(SEED)
    ratings = [_ratings(rng, team=False) for _ in range(PAIRS)] + [_ratings(rng, team=True) for _ in range(TEAMS)]
    waits = [_waits(rng) for _ in range(WAITS)]
    done = subprocess.run(
        [str(environment("references", "agreement", PINNED)), str(HERE / "drivers" / "agreement.py")],
        input=json.dumps({"ratings": ratings, "waits": waits}),
        capture_output=True,
        text=True,
        check=True,
        env={"PATH": os.environ.get("PATH", ""), "HOME": os.environ.get("HOME", "")},
    )
    said = json.loads(done.stdout)
    rows = [
        *(
            ("ratings", {"exams": " ".join("".join(map(str, exam)) for exam in exams), **_kept(told)})
            for exams, told in zip(ratings, said["ratings"], strict=True)
        ),
        *(("waits", {"waits": one, **_kept(told)}) for one, told in zip(waits, said["waits"], strict=True)),
    ]
    lines = {kind: ",\n".join(json.dumps(row) for of, row in rows if of == kind) for kind in ("ratings", "waits")}
    head = json.dumps({"by": PINNED, "seed": SEED})[1:-1]
    body = f'{{{head},\n"ratings": [\n{lines["ratings"]}\n],\n"waits": [\n{lines["waits"]}\n]}}\n'
    TARGET.write_text(body, encoding="utf-8")
    print(f"{len(ratings)} tables of ratings and {len(waits)} of waits in {TARGET.name}")


def _ratings(rng: np.random.Generator, *, team: bool) -> list[list[int]]:
    """Return the ratings of some exams by two readers, or by two to four of a team; never all the same."""
    while True:
        exams = int(rng.integers(6, 40))
        truth = rng.normal(rng.uniform(2.2, 4.6), rng.uniform(0.3, 1.3), exams)
        level = rng.normal(0, 0.4, 4)
        read = np.clip(np.rint(truth[:, None] + level + rng.normal(0, rng.uniform(0.2, 1.0), (exams, 4))), 1, 5)
        uneven = team and rng.random() < 0.7
        many = rng.integers(2, 5, exams) if uneven else np.full(exams, rng.integers(2, 5) if team else 2)
        found = [row[:number].astype(int).tolist() for row, number in zip(read, many, strict=True)]
        if all(len({exam[reader] for exam in found}) > 1 for reader in (0, 1)):
            return found


def _waits(rng: np.random.Generator) -> list[list[float]]:
    """Return hours, answered or open, and the clock of some exams."""
    exams = int(rng.integers(8, 50))
    hours = np.round(rng.gamma(1.5, 40, exams), int(rng.integers(0, 2)))
    open_share = rng.uniform(0, 0.4)
    return [
        [float(one), int(rng.random() >= open_share), float(rng.choice([24, 72, 336]))] for one in np.maximum(hours, 1)
    ]


def _kept(told: dict[str, object]) -> dict[str, object]:
    """Return what was said to 7 decimals; None where it is not a number."""

    def short(one: object) -> object:
        if isinstance(one, list):
            return [short(part) for part in one]
        return round(one, 7) if isinstance(one, float) and math.isfinite(one) else None

    return {name: short(one) for name, one in told.items()}


if __name__ == "__main__":
    main()
