"""What is wrong with this installation, and how is it mended?

A subject is a file of this folder that holds questions (`@asks`); there is no list to edit. `sonorelay doctor` asks
them all, and so does whoever wants to know whether a machine that was left alone is well. What needs the catalogue is
imported inside the question: where the catalogue itself is ill, the others are still asked.
"""

import importlib
from collections.abc import Iterator
from datetime import datetime
from functools import cache
from pathlib import Path

from storage.health.check import Check, Question, Verdict, asked, asks, bad, good, warn

__all__ = ["Check", "Question", "Verdict", "asks", "bad", "checks", "good", "questions", "warn"]


def checks(now: datetime) -> tuple[Check, ...]:
    """Ask everything; what needs the catalogue only once the catalogue is found to answer."""
    return tuple(_answers(questions(), now))


@cache
def questions() -> tuple[Question, ...]:
    """Return every question of this folder, those that need no catalogue first."""
    subjects = [
        importlib.import_module(f"{__package__}.{file.stem}")
        for file in sorted(Path(__file__).parent.glob("[!_]*.py"))
        if file.stem != "check"
    ]
    found = [one for subject in subjects for one in vars(subject).values() if isinstance(one, Question)]
    return tuple(sorted(found, key=lambda one: one.needs_catalogue))


def _answers(wanted: tuple[Question, ...], now: datetime) -> Iterator[Check]:
    reachable = True
    for question in wanted:
        if question.needs_catalogue and not reachable:
            continue
        for check in asked(question, now):
            reachable = reachable and not (check.name.startswith("catalogue.") and check.verdict is Verdict.BAD)
            yield check
