"""What does a certificate of competence hold, in the tests?"""

from datetime import UTC, datetime

from supervision.certificates.competence import KIND, document_of
from supervision.exam_types import exam_types
from supervision.ladder import Rung

PIECE = {
    "requirement": {"kind": "volume"},
    "met": True,
    "value": 28,
    "needed": 10,
    "title": {"en": "At least 10 exams read", "fr": "Au moins 10 examens relus"},
    "found": {"en": "28 exams", "fr": "28 examens"},
    "exams": [1, 2],
}
COMPETENCE = {
    "kind": KIND,
    "organisation": {"code": "relief", "name": "Relief"},
    "signed_at": "2026-03-01T12:00:00+00:00",
    "chain": {"number": 7, "hash": "ab" * 32},
    "says": document_of(
        number="5f1b2c3d-0000-4000-8000-000000000001",
        trainee="Amina Mwamba",
        signer="Rose Mwamba",
        exam_type=exam_types()["BLADDER"],
        rung=Rung.AUDITED,
        on=datetime(2026, 3, 1, 12, tzinfo=UTC),
        evidence={
            "standard": "own",
            "version": 1,
            "pieces": [PIECE],
            "exams": 28,
            "adequate": 28,
            "successes": 28,
            "told": 28,
            "from": "2026-01-01",
            "until": "2026-02-27",
            "readers": 2,
            "projects": ["Goma"],
        },
    ),
}
