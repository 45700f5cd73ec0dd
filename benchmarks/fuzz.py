"""Does any reader crash, hang or outgrow its memory on bent files? `make soak`: minutes, not a test.

`python -m benchmarks fuzz [MINUTES [SEED]]`: scans of every form are bent by chance and read in a child with limits,
10 minutes if nothing is said. A child that crashed is counted (its parent lives on); anything else that is neither a
clip nor a refusal ends the run.
"""

import random
import secrets
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.faults.bending import MEMORY_BYTES, SECONDS, answers, seeds, told

ONLY_IF_NAMED = True
MINUTES = 10


def main() -> None:
    """Run it and print what was answered to the files of each form."""
    numbers = [int(word) for word in sys.argv[1:] if word.isdecimal()]
    minutes, seed = (*numbers, *(MINUTES, secrets.randbelow(10**6))[len(numbers) :])
    sound = seeds()
    print(f"{minutes} minutes, seed {seed}; a child may take {SECONDS:.0f} s and {MEMORY_BYTES >> 20} MiB", flush=True)
    for form, content in sound.items():
        counted, until = Counter[str](), time.monotonic() + minutes * 60 / len(sound)
        with tempfile.TemporaryDirectory() as folder:
            for answer in answers(content, random.Random(f"{seed} {form}"), Path(folder)):  # noqa: S311 - repeatable
                counted[answer] += 1
                if time.monotonic() > until:
                    break
        print(f"{form}: {counted.total()} files: {told(counted)}", flush=True)
