"""What would the trainees have said of their simulated exams, and which clips are of one patient?"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np

from pipeline.phantom import DemoScan
from pipeline.phantom.demo import Format
from supervision.exam_types import exam_types
from supervision.rating import Answer
from supervision.worksheet import AgeBand, Sex

WITHOUT = 0.15
"""The share of exams whose worksheet nobody filled in."""
FOUND, FOUND_RED, UNSURE = 0.12, 0.01, 0.05
GROWN_UP = (AgeBand.ADULT_15_44, AgeBand.ADULT_45_64, AgeBand.ADULT_65)
CHILDREN = (AgeBand.INFANT, AgeBand.CHILD_1_4, AgeBand.CHILD_5_14)


def by_patient(scans: Iterable[DemoScan]) -> Iterator[DemoScan]:
    """Let two clips of one week, device and exam type be of one patient, three minutes apart: they become one exam."""
    waiting: dict[tuple[object, ...], DemoScan] = {}
    for scan in scans:
        fits = (scan.exam_type, scan.week, scan.header.serial)
        first = waiting.pop(fits, None)
        if scan.format is not Format.DICOM:
            yield scan
        elif first is None:
            waiting[fits] = scan
            yield scan
        else:
            at = first.captured_at + timedelta(minutes=3)
            header = replace(scan.header, acquired_at=at, patient_id=first.header.patient_id)
            yield replace(scan, trainee=first.trainee, captured_at=at, header=header)


def said_of(scan: DemoScan, seed: int) -> dict[str, Any]:
    """Return the worksheet of a simulated exam as a sidecar carries it, nothing for some."""
    known = exam_types().get(scan.exam_type)
    rng = np.random.default_rng([seed, 31, scan.scene.seed])
    if known is None or not known.questions or rng.random() < WITHOUT:
        return {}
    answers = {}
    for question in known.questions:
        chance = rng.random()
        found = FOUND_RED if question.red_flag else FOUND
        answers[question.code] = (
            Answer.POSITIVE if chance < found else Answer.INDETERMINATE if chance > 1 - UNSURE else Answer.NEGATIVE
        ).value
    ages = CHILDREN if "PED" in known.code else GROWN_UP
    return {
        "answers": answers,
        "age": ages[int(rng.integers(len(ages)))].value,
        "sex": (Sex.FEMALE if known.code.startswith("OB") or rng.random() < 0.5 else Sex.MALE).value,
    }
