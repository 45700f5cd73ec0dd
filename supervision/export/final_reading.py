"""What of a final reading may leave: codes and numbers, people as pseudonyms, no word that somebody typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from supervision.exam_types import ExamType
from supervision.priority import Clock
from supervision.rating import Answer
from supervision.review_form import ReviewForm


@dataclass(frozen=True)
class Somebody:
    """A person of the programme by a keyed pseudonym; name: only where the receiver may know it."""

    pseudonym: str
    name: str = ""


@dataclass(frozen=True)
class FinalReading:
    """A reading that counts, of one exam.

    exam, reading: which, in every installation. version: 1, and one more with every amendment. views: by released DICOM
    object (SOP Instance UID) the view that the scanner said it shows. days_after: days from the exam to the reading,
    None where the exam's day is not known.
    """

    exam: UUID
    reading: UUID
    version: int
    project: str
    exam_type: ExamType
    form: ReviewForm
    clock: Clock
    asked_at: datetime
    due_at: datetime
    submitted_at: datetime
    reviewer: Somebody
    trainee: Somebody | None = None
    scanner: Mapping[str, Answer] = field(default_factory=dict)
    views: Mapping[str, str] = field(default_factory=dict)
    days_after: int | None = None

    @property
    def adequate(self) -> bool:
        """Whether every required view is usable and the whole reaches 3."""
        return self.form.adequate(self.exam_type)

    @property
    def correct(self) -> bool | None:
        """Whether no critical question was answered wrongly; None where that cannot be told."""
        return self.form.correct(self.exam_type, self.scanner)
