"""How is what was decided on a step of the ladder exchanged, and with which certificate?"""

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import StringConstraints

from pipeline.errors import SonorelayError
from storage.catalogue.models import Person, Project, SignOff
from storage.sync.beside.same_exams import Exams
from storage.sync.names import Mentioned, Names
from storage.sync.records import Account, Code, Count, Moment, NotUnderstood, PersonTold, Told, Words
from supervision.certificate import verify
from supervision.ladder import Rung
from supervision.sign_off import Decision

Certificate = Annotated[str, StringConstraints(max_length=100_000, pattern=r"^[^\x00]*$")]


class SignOffTold(Told):
    """A decision on a step, by its number; exams of its evidence by the names that hold on both sides."""

    number: UUID
    exam_type: Code
    exam_type_version: Count
    rung: Rung
    decision: Decision
    by: Account
    at: Moment
    reason: Words
    evidence: dict[str, Any]
    certificate: Certificate
    withdrawn_at: Moment | None
    withdrawn_by: Account | Literal[""]
    withdrawn_why: Words


def tell(rows: Iterable[SignOff], mentioned: Mentioned, exams: Exams) -> list[SignOffTold]:
    """Return the decisions as records say them."""
    return [
        SignOffTold(
            number=row.number,
            exam_type=row.exam_type,
            exam_type_version=row.exam_type_version,
            rung=Rung(row.rung),
            decision=Decision(row.decision),
            by=mentioned.who(row.decided_by),
            at=row.decided_at,
            reason=row.reason,
            evidence=exams.named(row.evidence),
            certificate=row.certificate,
            withdrawn_at=row.withdrawn_at,
            withdrawn_by=mentioned.who(row.withdrawn_by),
            withdrawn_why=row.withdrawn_why,
        )
        for row in rows
    ]


def take(
    several: Iterable[SignOffTold], person: Person, project: Project, names: Names, people: Mapping[str, PersonTold]
) -> None:
    """Add what is new of what was decided about a person, who is locked."""
    for told in several:
        row = _row(told, person, project, names, people)
        row.certificate = min(_certificates(row, told), key=lambda one: _signed_at(one, told.number), default="")
        if told.withdrawn_at is not None and (row.withdrawn_at is None or told.withdrawn_at < row.withdrawn_at):
            row.withdrawn_at, row.withdrawn_why = told.withdrawn_at, told.withdrawn_why
            row.withdrawn_by = names.person(told.withdrawn_by, people)
        row.save()


def _row(
    told: SignOffTold, person: Person, project: Project, names: Names, people: Mapping[str, PersonTold]
) -> SignOff:
    row = SignOff.objects.filter(number=told.number).first()
    if row is None:
        return SignOff(
            number=told.number,
            organisation=project.organisation,
            trainee=person,
            exam_type=told.exam_type,
            exam_type_version=told.exam_type_version,
            rung=told.rung,
            decision=told.decision,
            decided_by=names.person(told.by, people),
            decided_at=told.at,
            reason=told.reason,
            evidence=Exams(project.organisation).here(told.evidence),
        )
    if (row.trainee_id, row.organisation_id) != (person.pk, project.organisation_id):
        raise NotUnderstood("sign_offs.number")
    return row


def _certificates(row: SignOff, told: SignOffTold) -> set[str]:
    return {row.certificate, told.certificate} - {""}


def _signed_at(certificate: str, number: UUID) -> tuple[str, str]:
    """Return what orders certificates of one signature that were made on two sides; both are valid for ever."""
    try:
        document = verify(certificate.encode()).document
        if document["says"]["number"] == str(number):
            return str(document["signed_at"]), certificate
    except (SonorelayError, KeyError, TypeError):
        pass
    raise NotUnderstood("sign_offs.certificate")
