"""In which form does one side tell the other of an exam? Versioned JSON, checked when it is read.

Only what holds on both sides names anything: digests, UUIDs, codes, account names. Nothing of a record is a value of a
file's header. A field that is not known is left out of what is read, so that a newer side can talk to an older one.
"""

import hashlib
import json
from typing import Annotated, Any, Literal, TypeVar
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from pipeline.finding import Verdict
from supervision import escalation
from supervision.feedback import Step
from supervision.priority import Clock
from supervision.rating import Answer
from supervision.readings import Reading
from supervision.worksheet import AgeBand, Sex, Urgency

VERSION: Literal[1] = 1
LARGEST_LIST = 20_000
SENT_ROLES = ("poster", "small", "preview", "derivative")
"""The released files of a scan in the order in which they go."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Account = Annotated[str, StringConstraints(min_length=1, max_length=150, pattern=r"^[\w.@+-]+$")]
Code = Annotated[str, StringConstraints(max_length=40, pattern=r"^[^\x00]*$")]
Words = Annotated[str, StringConstraints(max_length=1000, pattern=r"^[^\x00]*$")]
Moment = AwareDatetime
Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0, lt=2**31)]


class NotUnderstood(ValueError):
    """What came is no record, or of a version that is not known here; nothing of it is repeated."""


class Told(BaseModel):
    """A part of a record."""

    model_config = ConfigDict(frozen=True, extra="ignore", allow_inf_nan=False)


class PersonTold(Told):
    """Who somebody is of whom a record speaks; no address, no password, no role."""

    first_name: Annotated[str, StringConstraints(max_length=150)] = ""
    last_name: Annotated[str, StringConstraints(max_length=150)] = ""
    language: Literal["en", "fr"] = "en"
    simulated: bool = False


class ObjectTold(Told):
    """One file of a scan; its bytes go another way."""

    role: Literal["poster", "small", "preview", "derivative", "raw"]
    digest: Digest
    media_type: Annotated[str, StringConstraints(max_length=60)]
    size: Annotated[int, Field(ge=0, lt=2**50)]


class FindingTold(Told):
    """What one rule said."""

    rule: Annotated[str, StringConstraints(max_length=60)]
    rule_version: Count
    verdict: Verdict
    value: float | None
    severity: float
    side: Code
    evidence: dict[str, Any]


Record = TypeVar("Record", bound=Told)


class AssessmentTold(Told):
    """The scoring that counts."""

    made_at: Moment
    score: float | None
    suggested_rating: int | None
    reasons: list[dict[str, Any]]
    findings: Annotated[list[FindingTold], Field(max_length=200)]


class ClipTold(Told):
    """One scan of an exam. `here`: it came in on the side that tells of it, whose word counts on it."""

    digest: Digest
    here: bool
    device: Code
    device_model: Annotated[str, StringConstraints(max_length=80)]
    kind: Code
    received_at: Moment
    captured_at: Moment | None
    processed_at: Moment | None
    size: Annotated[int, Field(ge=0, lt=2**50)]
    patient: Code
    study: Code
    codec: Annotated[str, StringConstraints(max_length=20)]
    frames: Count | None
    rows: Count | None
    columns: Count | None
    frames_per_second: float | None
    frame_times: Annotated[list[float], Field(max_length=LARGEST_LIST)]
    sector: dict[str, Any]
    kept: dict[str, Any]
    mm_per_pixel: float | None
    objects: Annotated[list[ObjectTold], Field(max_length=10)]
    assessment: AssessmentTold | None
    report: dict[str, Any] | None
    report_at: Moment | None


class SheetTold(Told):
    """What the scanner said of an exam; `views` by digest of the clip, `by` and `trainee` by account."""

    exam_type: Annotated[str, StringConstraints(max_length=16)] = ""
    trainee: Account | Literal[""] = ""
    question: Annotated[str, StringConstraints(max_length=24)] = ""
    answers: dict[str, Answer] = {}
    age: AgeBand = AgeBand.UNKNOWN
    sex: Sex = Sex.UNKNOWN
    urgency: Urgency = Urgency.USUAL
    views: dict[Digest, str] = {}
    by: Account | Literal[""] = ""
    at: Moment | None = None

    def said(self) -> dict[str, Any]:
        """Return what it says: not who said it when, and not the urgency, of which the higher counts in any case."""
        return self.model_dump(mode="json", exclude={"by", "at", "urgency"})


class ConflictTold(Told):
    """Two worksheets of which one must be chosen, and what was chosen."""

    one: SheetTold
    other: SheetTold
    kept: Literal["", "one", "other"] = ""
    settled_by: Account | Literal[""] = ""
    settled_at: Moment | None = None


class ReadingTold(Told):
    """One version of one reading; marks in its form name the digest of their clip."""

    submission: UUID
    reader: Account
    asked: Reading
    clock: Clock
    asked_at: Moment
    due_at: Moment
    exam_type_version: Count
    form: dict[str, Any]
    adequate: bool
    correct: bool | None
    seconds: float | None
    opened_at: Moment
    submitted_at: Moment
    final: bool
    amends: UUID | None


class JudgementTold(Told):
    """An arbiter's decision, named by the blind reading before it."""

    blind: UUID
    chosen: UUID
    differences: list[Code]
    reasons: list[Code]
    note: Words
    decided_at: Moment


class StepTold(Told):
    """What was done with feedback."""

    at: Moment
    person: Account
    what: Step
    text: Words
    seen_at: Moment | None


class FeedbackTold(Told):
    """What the trainee got of one reading."""

    review: UUID
    released_at: Moment
    seen_at: Moment | None
    closed_at: Moment | None
    steps: Annotated[list[StepTold], Field(max_length=1000)]


class AskedLineTold(Told):
    """One line in the history of a question to telemedicine."""

    at: Moment
    person: Account | Literal[""]
    what: escalation.What
    code: Code
    note: Words


class AskedTold(Told):
    """A question to telemedicine, named by who asked it and when; how it stands follows from its lines."""

    by: Account
    at: Moment
    question: Code
    specialty: Code
    consent: bool
    missing: Annotated[list[Code], Field(max_length=200)]
    clock: Clock
    due_at: Moment
    lines: Annotated[list[AskedLineTold], Field(max_length=1000)]


class ExamTold(Told):
    """Everything about one exam. `origin`: the side whose word counts for what it consists of."""

    version: Literal[1] = VERSION
    uuid: UUID
    former: Annotated[list[UUID], Field(max_length=1000)]
    origin: UUID
    project: Code
    organisation: Code
    name: Annotated[str, StringConstraints(max_length=10)]
    began_at: Moment
    patient: Code
    simulated: bool
    draw: Share | None
    inclusion: Share | None
    chosen_because: Code
    phase: Code
    exam_type_version: Count | None
    clips: Annotated[list[ClipTold], Field(max_length=500)]
    sheet: SheetTold
    sheets_before: Annotated[list[Digest], Field(max_length=1000)]
    conflicts: Annotated[list[ConflictTold], Field(max_length=100)]
    readings: Annotated[list[ReadingTold], Field(max_length=500)]
    judgements: Annotated[list[JudgementTold], Field(max_length=100)]
    feedback: Annotated[list[FeedbackTold], Field(max_length=500)]
    asked: Annotated[list[AskedTold], Field(max_length=100)] = []
    people: dict[Account, PersonTold]

    @property
    def takes_back(self) -> bool:
        """Whether a clip of it has nothing that may be seen any more."""
        return any(not any(one.role == "preview" for one in clip.objects) for clip in self.clips)


class ExamTypeTold(Told):
    """One version of an exam type of an organisation; goes from headquarters to the field only."""

    version: Literal[1] = VERSION
    organisation: Code
    code: Annotated[str, StringConstraints(min_length=1, max_length=16)]
    number: Count
    content: dict[str, Any]
    valid_from: Moment
    made_by: Account
    note: Annotated[str, StringConstraints(max_length=300)]
    people: dict[Account, PersonTold]


class BesideTold(Told):
    """What is known in one project beside its exams; `key` names it there (storage.sync.beside)."""

    version: Literal[1] = VERSION
    organisation: Code
    project: Code
    key: Annotated[str, StringConstraints(min_length=1, max_length=150, pattern=r"^[^\x00]*$")]
    people: dict[Account, PersonTold]


def read_exam(table: Any) -> ExamTold:
    """Return the record that JSON says; NotUnderstood for anything else."""
    return read(ExamTold, table)


def read_exam_type(table: Any) -> ExamTypeTold:
    """Return the record that JSON says; NotUnderstood for anything else."""
    return read(ExamTypeTold, table)


def as_json(record: Told) -> dict[str, Any]:
    """Return a record, or a part of one, as JSON has it."""
    return record.model_dump(mode="json")


def digest_of(record: Told) -> str:
    """Return the SHA-256 of a record, or of a part of one: equal on both sides where both know the same."""
    return digest_of_json(as_json(record))


def digest_of_json(table: Any) -> str:
    """Return the SHA-256 of JSON: keys in order, no spaces."""
    text = json.dumps(table, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def read(kind: type[Record], table: Any) -> Record:
    """Return the record of this kind that JSON says; NotUnderstood for anything else."""
    try:
        return kind.model_validate(table)
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors()[0]["loc"])
        raise NotUnderstood(where) from None
