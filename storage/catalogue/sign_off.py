"""Who is signed off for what, by whom, on what evidence, and who took it back?

Every act is one transaction and one event with the person. A signature counts only on the evidence that the person was
shown: if it has changed meanwhile, they are asked again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from django.db.models import QuerySet

from pipeline.errors import Conflict
from storage import signing
from storage.catalogue import competence, phases, plans, scope
from storage.catalogue.competence import Standing
from storage.catalogue.exam_catalogue import type_at, type_named
from storage.catalogue.models import Event, Organisation, Person, SignOff
from storage.catalogue.transaction import one_transaction
from supervision.certificate import Signed, canonical, verify
from supervision.certificates.competence import KIND, document_of
from supervision.competence.evidence import StepEvidence
from supervision.ladder import Rung
from supervision.roles import Action
from supervision.sign_off import Decision, reason_given, why_not, written


@dataclass(frozen=True)
class Proposed:
    """A step as it is shown to whoever may sign it. obstacle: the code of what stands against it, empty if nothing."""

    standing: Standing
    evidence: StepEvidence
    obstacle: str
    digest: str


@dataclass(frozen=True)
class Shown:
    """What somebody is shown of a trainee and an exam type. step: the next one, None on the highest level.

    signs: whether they may decide on it at all, whatever stands against it now.
    """

    standing: Standing
    step: Proposed | None
    signs: bool


def shown_to(person: Person, trainee_id: int, code: str, now: datetime) -> Shown:
    """Return where a trainee stands, for the organisation in which `person` may sign, else in which they may see.

    Person.DoesNotExist outside one's projects, and for an exam type that is not known there.
    """
    trainee = competence.trainees_for(person).get(pk=trainee_id)
    signing_for = competence.organisation_of(trainee, person, Action.SIGN_OFF)
    organisation = signing_for or competence.organisation_of(trainee, person, Action.SEE_COMPETENCE)
    if organisation is None:
        raise Person.DoesNotExist
    step = proposed(organisation, trainee, code, person, now)
    standing = step.standing if step else competence.standing(organisation, trainee, code)
    if standing is None:
        raise Person.DoesNotExist
    return Shown(standing, step, signs=signing_for is not None and person.pk != trainee.pk)


def proposed(organisation: Organisation, trainee: Person, code: str, person: Person, now: datetime) -> Proposed | None:
    """Return the step that could be signed next, and what stands against `person` signing it; None for no step."""
    found = competence.standing(organisation, trainee, code)
    evidence = None if found is None else found.evidence(now)
    if found is None or evidence is None:
        return None
    obstacle = why_not(
        evidence,
        found.rung,
        trainee=trainee.pk,
        signer=person.pk,
        readers=found.readers,
        plan=plans.open_plan(organisation, trainee, code) is not None,
    )
    return Proposed(found, evidence, obstacle, digest_of(evidence))


def digest_of(evidence: StepEvidence) -> str:
    """Return what tells whether the evidence is still that which was shown: all but the time at which it was asked."""
    told = evidence.as_json()
    del told["at"]
    for piece in told["pieces"]:
        if piece["requirement"]["kind"] in ("recent", "tenure", "quiet"):  # they change by the hour
            piece["value"] = piece["found"] = None
    return sha256(canonical(told)).hexdigest()[:16]


def sign(
    trainee_id: int, code: str, to: Rung, person: Person, seen: str, now: datetime, *, reason: str = ""
) -> SignOff:
    """Sign a step on the ladder; the shares that are read follow from now on.

    seen: the digest of the evidence that was shown. Conflict: stale (it is another one now), own_sign_off,
    only_reviewer, not_next_rung, plan_open, evidence_missing. Person.DoesNotExist outside one's projects.
    """
    return _decide(trainee_id, code, to, person, seen, now, reason=reason, decision=Decision.SIGNED)


def refuse(trainee_id: int, code: str, to: Rung, person: Person, seen: str, now: datetime, *, reason: str) -> SignOff:
    """Say why a proposed step is not signed; the trainee reads it. ValueError without a reason, else as `sign`."""
    said = reason_given(reason)
    return _decide(trainee_id, code, to, person, seen, now, reason=said, decision=Decision.REFUSED)


def lower(trainee_id: int, code: str, to: Rung, person: Person, why: str, now: datetime) -> int:
    """Let a trainee go down to a rung and withdraw what was signed for higher ones; return how many sign-offs.

    ValueError without a reason, or for an unknown type; Conflict: own_sign_off, not_lower. Person.DoesNotExist outside
    one's projects.
    """
    said = reason_given(why)
    with one_transaction():
        trainee, organisation = _reach(trainee_id, person)
        if type_named(organisation.pk, code) is None:
            raise ValueError("no such exam type")
        if to.height >= phases.rung_of(trainee.pk, code).height:
            raise Conflict("not_lower")
        if trainee.pk == person.pk:
            raise Conflict("own_sign_off")
        phases.set_rung(trainee, code, to, person, now, "lowered")
        higher = [rung for rung in Rung if rung.height > to.height]
        held = SignOff.objects.filter(
            organisation=organisation, trainee=trainee, exam_type=code, rung__in=higher, withdrawn_at=None
        ).filter(decision=Decision.SIGNED)
        plans.end_with_step_down(organisation, trainee, code, person, now)
        numbers = [str(one.number) for one in held]
        count = held.update(withdrawn_at=now, withdrawn_by=person, withdrawn_why=said)
        facts = {"trainee": trainee.pk, "exam_type": code, "to": to.value, "certificates": numbers}
        Event.objects.create(at=now, what="sign_off_withdrawn", person=person, facts=facts)
        competence.propose(organisation, trainee, code, now)
        return count


def sign_offs_for(person: Person, number: str = "") -> QuerySet[SignOff]:
    """Return the decisions that `person` may see, newest first. number: only certificates whose number begins so."""
    here = scope.projects_for(person, Action.SEE_COMPETENCE).values("organisation")
    seen = SignOff.objects.filter(organisation__in=here, trainee__in=competence.trainees_for(person))
    if number:
        seen = seen.filter(number__istartswith=number, decision=Decision.SIGNED)
    return seen.select_related("trainee", "decided_by", "withdrawn_by", "organisation").order_by("-decided_at", "-pk")


def decided_on(shown: Shown, person: Person) -> QuerySet[SignOff]:
    """Return what was decided on what `person` is shown, newest first."""
    about = shown.standing
    return sign_offs_for(person).filter(organisation=about.organisation, trainee=about.trainee, exam_type=about.code)


def certified_for(person: Person) -> QuerySet[SignOff]:
    """Return those of them that have a certificate, withdrawn ones too."""
    return sign_offs_for(person).filter(decision=Decision.SIGNED)


def signs_for(person: Person) -> QuerySet[Organisation]:
    """Return the organisations for which `person` may sign."""
    return Organisation.objects.filter(projects__in=scope.projects_for(person, Action.SIGN_OFF)).distinct()


def holding(organisation: Organisation, trainee: Person, code: str) -> SignOff | None:
    """Return the sign-off by which a trainee stands where they stand; None where they were never signed off."""
    signed = SignOff.objects.filter(organisation=organisation, trainee=trainee, exam_type=code, withdrawn_at=None)
    return signed.filter(decision=Decision.SIGNED).order_by("-decided_at", "-pk").first()


def certificate_of(sign_off: SignOff, now: datetime) -> Signed:
    """Return the certificate of a signature, made the first time; ValueError for a refusal.

    To be called outside transactions, so that the signature itself has its place in the chain before.
    """
    if sign_off.decision != Decision.SIGNED:
        raise ValueError("what was refused has no certificate")
    if not sign_off.certificate:
        made = signing.sign(sign_off.organisation.code, KIND, _document(sign_off), now)
        # who else made one meanwhile was first
        SignOff.objects.filter(pk=sign_off.pk, certificate="").update(certificate=made.as_json().decode())
        sign_off.refresh_from_db(fields=["certificate"])
    return verify(sign_off.certificate.encode())


def _decide(
    trainee_id: int, code: str, to: Rung, person: Person, seen: str, now: datetime, *, reason: str, decision: Decision
) -> SignOff:
    said = written(reason)
    with one_transaction():
        trainee, organisation = _reach(trainee_id, person)
        found = proposed(organisation, trainee, code, person, now)
        if found is None or found.evidence.to is not to:
            raise Conflict("not_next_rung")
        if found.obstacle and (decision is Decision.SIGNED or found.obstacle == "own_sign_off"):
            raise Conflict(found.obstacle)
        if found.digest != seen:
            raise Conflict("stale")
        row = SignOff.objects.create(
            organisation=organisation,
            trainee=trainee,
            exam_type=code,
            exam_type_version=found.standing.course.exam_type.version,
            rung=to,
            decision=decision,
            decided_by=person,
            decided_at=now,
            reason=said,
            evidence=_kept(found),
        )
        if decision is Decision.SIGNED:
            phases.set_rung(trainee, code, to, person, now, "signed")
        facts = {"trainee": trainee.pk, "exam_type": code, "to": to.value, "number": str(row.number)}
        Event.objects.create(at=now, what=f"sign_off_{decision.value}", person=person, facts=facts | {"seen": seen})
        competence.propose(organisation, trainee, code, now)
        return row


def _kept(found: Proposed) -> dict[str, Any]:
    """Return the evidence as it is kept with the signature, and from how many exams, when, and readers it comes."""
    results = found.standing.course.results
    days = [one.at.date().isoformat() for one in results]
    return found.evidence.as_json() | {
        "exams": len(results),
        "from": days[0] if days else None,
        "until": days[-1] if days else None,
        "readers": len(found.standing.readers),
        "projects": [project.name for project in found.standing.projects],
        "adequate": sum(one.adequate for one in results),
        "successes": sum(found.standing.course.successes),
        "told": len(found.standing.course.successes),
    }


def _document(sign_off: SignOff) -> Mapping[str, Any]:
    exam_type = type_at(sign_off.organisation_id, sign_off.exam_type, sign_off.exam_type_version)
    return document_of(
        number=str(sign_off.number),
        trainee=sign_off.trainee.display_name,
        signer=sign_off.decided_by.display_name,
        exam_type=exam_type,
        rung=Rung(sign_off.rung),
        on=sign_off.decided_at,
        evidence=sign_off.evidence,
    )


def _reach(trainee_id: int, person: Person) -> tuple[Person, Organisation]:
    """Return the trainee, locked, and the organisation for which `person` signs; Person.DoesNotExist for others'."""
    trainee = Person.objects.select_for_update().get(pk=trainee_id)
    organisation = competence.organisation_of(trainee, person, Action.SIGN_OFF)
    if organisation is None:
        raise Person.DoesNotExist
    return trainee, organisation
