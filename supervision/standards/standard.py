"""What is a standard, and what can it ask?

Every number names its source, or says ESTIMATE.
"""

from datetime import date
from typing import Annotated, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from pipeline.text import Text
from supervision.competence.lc_cusum import Question
from supervision.exam_types import ExamType
from supervision.exam_types.sources import cited
from supervision.ladder import Rung
from supervision.standards.sources import known_sources

Words = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=600)]
Share = Annotated[float, Field(gt=0, lt=1)]
Count = Annotated[int, Field(ge=1, le=1000)]
Months = Annotated[float, Field(gt=0, le=120)]
Entrustment = Annotated[int, Field(ge=1, le=5)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Bilingual(_Table):
    """The same words in both languages."""

    en: Words
    fr: Words

    @property
    def text(self) -> Text:
        """The words as the rest of the software knows them."""
        return Text(self.en, self.fr)


class _Asked(_Table):
    source: Words

    @property
    def cited(self) -> Text:
        """Where its numbers come from, in words."""
        return cited(self.source, known_sources())


class Volume(_Asked):
    """So many exams that were read; of the exam type's own number where `scans` is not said.

    counted: `read` counts each, `adequate` only those that were adequate. exam_types: other numbers, by code.
    """

    kind: Literal["volume"]
    scans: Count | None = None
    counted: Literal["read", "adequate"] = "read"
    exam_types: dict[str, Count] = {}

    def of(self, exam_type: ExamType) -> int | None:
        """Return the number for an exam type; None where neither the standard nor the catalogue has one."""
        return self.exam_types.get(exam_type.code) or self.scans or exam_type.supervised_scans


class Learned(_Asked):
    """The LC-CUSUM has crossed its limit.

    p_bad: a failure rate that is not competent; p_ok: one that is. false: at most this share of trainees who fail
    p_bad cross within `scans`.
    """

    kind: Literal["learned"]
    p_bad: Share = Question().p_bad
    p_ok: Share = Question().p_ok
    false: Share = Question().false
    scans: Count = Question().scans

    @model_validator(mode="after")
    def _can_be_told_apart(self) -> "Learned":
        _ = self.question
        return self

    @property
    def question(self) -> Question:
        """What its LC-CUSUM tells apart."""
        return Question(self.p_bad, self.p_ok, self.false, self.scans)


class Certain(_Asked):
    """The probability that the share of successes has reached `target` is at least `probability`."""

    kind: Literal["certain"]
    target: Share = 0.80
    probability: Share = 0.90


class Positives(_Asked):
    """The finding of every critical question was there in at least so many exams."""

    kind: Literal["positives"]
    each: Count = 1


class ReadTwice(_Asked):
    """The last so many exams were read by a second reader too."""

    kind: Literal["read_twice"]
    last: Count = 5


class Trusted(_Asked):
    """So many direct observations, or reviews that say so, reach this entrustment; the newest of them counts too.

    remote: whether the entrustment of a reading counts, or that of somebody who stood beside only.
    """

    kind: Literal["trusted"]
    entrustment: Entrustment = 4
    times: Count = 1
    remote: bool = True


class Recent(_Asked):
    """The last exam is not older than so many months."""

    kind: Literal["recent"]
    months: Months = 6


class Tenure(_Asked):
    """On the rung below for at least so many months."""

    kind: Literal["tenure"]
    months: Months = 6


class Quiet(_Asked):
    """No alarm of the watch for so many months."""

    kind: Literal["quiet"]
    months: Months = 6


Kind = TypeVar("Kind", bound=_Asked)
Requirement = Volume | Learned | Certain | Positives | ReadTwice | Trusted | Recent | Tenure | Quiet


class Step(_Table):
    """What is asked of whoever wants to come to a rung from the one below."""

    to: Rung
    requirements: tuple[Annotated[Requirement, Field(discriminator="kind")], ...]


class Standard(_Table):
    """A standard: what each step of the ladder asks. A code and version never change their meaning."""

    code: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,23}$")]
    version: Annotated[int, Field(ge=1)] = 1
    valid_from: date | None = None
    label: Bilingual
    about: Bilingual
    steps: tuple[Step, ...]

    @model_validator(mode="after")
    def _once(self) -> "Standard":
        rungs = [one.to for one in self.steps]
        if len(set(rungs)) < len(rungs):
            raise ValueError("a rung has one step")
        return self

    def step(self, to: Rung) -> Step | None:
        """Return what is asked for this rung; None where the standard leaves it to people."""
        return next((one for one in self.steps if one.to is to), None)

    def asks(self, kind: type[Kind]) -> Kind | None:
        """Return the first requirement of a kind, over all steps; None where there is none."""
        every = (one for step in self.steps for one in step.requirements)
        return next((one for one in every if isinstance(one, kind)), None)
