"""How does a certificate look? `.venv/bin/python docs/images/certificate.py` prints one of an invented trainee anew.

It needs pdftoppm (poppler). Nothing in it is drawn for the picture: course, evidence, signature and pages are made by
what makes real ones.
"""

import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from PIL import Image

from storage.documents.certificate import as_pdf
from supervision.certificate import signed
from supervision.certificates.competence import KIND, document_of
from supervision.competence.course import Course, ExamResult
from supervision.competence.evidence import evidence_for
from supervision.exam_types import exam_types
from supervision.ladder import SIGNED_OFF
from supervision.rating import Answer, Outcome
from supervision.standards import DEFAULT, standard_named

HERE = Path(__file__).resolve().parent
SIGNED_AT = datetime(2026, 3, 2, 9, 40, tzinfo=UTC)
SECRET = bytes(range(32))
EXAMS = 54
FAILED = (3, 7, 12, 20)
DOTS_PER_INCH, COLOURS = 72, 32


def main() -> None:
    """Write the picture in both languages."""
    certificate = signed(_document(), SECRET)
    program = shutil.which("pdftoppm") or "pdftoppm"
    with tempfile.TemporaryDirectory() as folder:
        for language, name in (("en", "certificate"), ("fr", "certificate.fr")):
            pages = Path(folder, f"{language}.pdf")
            pages.write_bytes(as_pdf(certificate, language))
            options = ["-r", str(DOTS_PER_INCH), "-png", "-singlefile"]
            subprocess.run([program, *options, str(pages), str(Path(folder, language))], check=True)
            with Image.open(Path(folder, f"{language}.png")) as picture:
                picture.quantize(COLOURS).save(HERE / f"{name}.png", optimize=True)


def _document() -> Mapping[str, Any]:
    course = _course()
    evidence = evidence_for(course, standard_named(DEFAULT), SIGNED_OFF, SIGNED_AT)
    kept = evidence.as_json() | {
        "exams": len(course.results),
        "adequate": sum(one.adequate for one in course.results),
        "successes": sum(bool(one.success) for one in course.results),
        "told": len(course.results),
        "from": course.results[0].at.date().isoformat(),
        "until": course.results[-1].at.date().isoformat(),
        "readers": 3,
        "projects": ["North"],
    }
    says = document_of(
        number="5f1b2c3d-8a4e-4c1f-9d26-0b7e6a51c0de",
        trainee="Amina Mwamba",
        signer="Dr Noor Haddad",
        exam_type=course.exam_type,
        rung=SIGNED_OFF,
        on=SIGNED_AT,
        evidence=kept,
    )
    return {
        "kind": KIND,
        "organisation": {"code": "north-health", "name": "North Health"},
        "signed_at": SIGNED_AT.isoformat(),
        "chain": {"number": 4127, "hash": "3f0c9b7d51e2a846" * 4},
        "says": says,
    }


def _course() -> Course:
    exam_type = exam_types()["FAST"]
    results = [_result(number, exam_type.questions) for number in range(1, EXAMS + 1)]
    return Course(exam_type, tuple(results), scanned_at=results[-1].at)


def _result(number: int, questions: Any) -> ExamResult:
    at, good = SIGNED_AT - timedelta(days=2 * (EXAMS - number) + 3), number not in FAILED
    answer = Answer.POSITIVE if number % 5 == 0 else Answer.NEGATIVE
    right = Outcome.TRUE_POSITIVE if number % 5 == 0 else Outcome.TRUE_NEGATIVE
    return ExamResult(
        exam=number,
        at=at,
        adequate=good,
        correct=True,
        success=good,
        overall=4 if good else 2,
        expert={one.code: answer for one in questions},
        outcomes={one.code: right for one in questions},
        entrustment=4 if number > EXAMS // 2 else 3,
        twice=number > EXAMS - 5,
    )


if __name__ == "__main__":
    main()
