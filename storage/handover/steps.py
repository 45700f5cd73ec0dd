"""How does a project pass to another organisation, step by step? Each step is signed, and an event of the chain.

Who may do what meanwhile is supervision.handover; what is asked here goes through storage.catalogue.scope, as all else.
"""

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from pydantic import ValidationError

from pipeline.errors import Conflict, Misconfigured, Rejected
from storage.catalogue import handovers
from storage.catalogue.models import (
    Event,
    Exam,
    GoesAlong,
    Handover,
    HandoverStep,
    Membership,
    Person,
    Project,
    ProjectBundle,
    Review,
    Scan,
)
from storage.catalogue.transaction import one_transaction
from storage.handover.leaving import project_of
from storage.signing import fingerprint_of, sign, signing_key
from supervision import handover as rules
from supervision.certificate import Signed, verify
from supervision.certificates import handover, handover_step, project_receipt
from supervision.handover import HandoverStage, Shown, Side, Unmet
from supervision.programme import OrganisationEntry
from supervision.readings import Reading
from supervision.roles import Action, Role
from supervision.states import State

WITH_THE_PROJECT = (Role.TRAINEE, Role.FACILITATOR)
"""The roles whose people go with a project unless somebody says otherwise: they work where it is."""
UNDER_WAY = (State.RECEIVED,)


class NotYet(Exception):
    """A step cannot be taken; `unmet` says why."""

    def __init__(self, unmet: Collection[Unmet]) -> None:
        """Keep the reasons."""
        super().__init__(", ".join(unmet))
        self.unmet = tuple(unmet)


def begin(code: str, receiver: str, receiver_name: str, person: Person, now: datetime) -> Handover:
    """Begin a hand-over with the dry run; whoever scans for the project goes along.

    Misconfigured: not_given, code_invalid, key_missing. Conflict: stale where one is under way.
    """
    project = project_of(code, person, Action.HAND_OVER)
    try:
        to = OrganisationEntry(code=receiver, name=receiver_name)  # as the programme there will have it
    except ValidationError:
        raise Misconfigured("code_invalid") from None
    signing_key(project.organisation.code, now)  # without one nothing is begun
    with one_transaction():
        Project.objects.select_for_update().get(pk=project.pk)
        if handovers.under_way(project.pk) is not None:
            raise Conflict("stale")
        made = Handover.objects.create(
            project=project, receiver=to.code, receiver_name=to.name, began_at=now, stage_since=now
        )
        there = Membership.objects.filter(project=project, role__in=[role.value for role in WITH_THE_PROJECT])
        for one in there.values_list("person", flat=True).distinct():
            GoesAlong.objects.create(handover=made, person_id=one)
    _note_step(made, HandoverStage.DRY_RUN, person, now, Shown())
    return made


def choose(made: Handover, people: Collection[int], person: Person, now: datetime) -> None:
    """Say who of the project's people goes along: until the switch the giving side says so, then the receiving one.

    Misconfigured (`not_given`) for anybody else.
    """
    project_of(made.project.code, person, Action.HAND_OVER)
    if handovers.side_of(made, person.pk) is not chooses(made):
        raise Misconfigured("not_given", person=person.username, project=made.project.code)
    known = set(people_of(made.project).values_list("pk", flat=True))
    with one_transaction():
        GoesAlong.objects.filter(handover=made).exclude(person__in=people).delete()
        for one in sorted(known & set(people)):
            GoesAlong.objects.get_or_create(handover=made, person_id=one)
        facts = {"project": made.project.code, "people": sorted(known & set(people))}
        Event.objects.create(at=now, what="handover_people", person=person, facts=facts)


def chooses(made: Handover) -> Side:
    """Return which side says who goes along."""
    return Side.RECEIVING if made.stage in (HandoverStage.SWITCHED, *rules.FROZEN) else Side.GIVING


def people_of(project: Project) -> "QuerySet[Person]":
    """Return who has a role in a project, or in all of its organisation."""
    held = Membership.objects.filter(organisation=project.organisation_id)
    here = held.filter(project=project) | held.filter(project=None)
    return Person.objects.filter(pk__in=here.values("person")).order_by("last_name", "first_name", "username")


def shown(made: Handover) -> Shown:
    """Return what is known now of what the next step asks for."""
    going = GoesAlong.objects.filter(handover=made).values("person")
    held = Membership.objects.filter(
        person__in=going, organisation=made.project.organisation_id, person__is_active=True
    )
    here = held.filter(project=made.project) | held.filter(project=None)
    return Shown(
        restored=proven(made) is not None,
        readers=here.filter(role__in=(Role.REVIEWER, Role.ARBITER)).values("person").distinct().count(),
        owners=here.filter(role=Role.PARTNER_OWNER).values("person").distinct().count(),
        shadowed=read_by_both(made).count(),
        under_way=Scan.objects.filter(project=made.project, state__in=UNDER_WAY).count(),
    )


def read_by_both(made: Handover) -> "QuerySet[Exam]":
    """Return the exams that were read first by the receiving side and second by the giving side."""
    going = GoesAlong.objects.filter(handover=made).values("person")
    reviews = Review.objects.filter(exam=OuterRef("pk"))
    return Exam.objects.filter(project=made.project).filter(
        Exists(reviews.filter(reading=Reading.FIRST, reviewer__in=going)),
        Exists(reviews.filter(reading=Reading.SECOND).exclude(reviewer__in=going)),
    )


def proven(made: Handover) -> ProjectBundle | None:
    """Return the last bundle of this stage that was restored elsewhere without a difference."""
    there = ProjectBundle.objects.filter(project=made.project, made_at__gte=made.stage_since, receipt__isnull=False)
    return next((one for one in there.order_by("-made_at") if not one.differences), None)


def confirm(code: str, data: bytes, person: Person, now: datetime) -> ProjectBundle:
    """Take the receipt of an installation that restored a bundle of this project, and compare what it counted.

    Misconfigured (`not_given`). Rejected: certificate_changed; receipt_of_another for one that is of none of our
    bundles, of an organisation that does not take this project over, signed by ourselves, or lacks what a receipt says.
    """
    project = project_of(code, person, Action.HAND_OVER)
    receipt = verify(data)
    ours = fingerprint_of(signing_key(project.organisation.code, now)) == receipt.fingerprint
    made = handovers.under_way(project.pk)
    if ours or receipt.document.get("kind") != project_receipt.KIND:
        raise Rejected("receipt_of_another")
    try:
        says, by = receipt.document["says"], receipt.document["organisation"]["code"]
        found = ProjectBundle.objects.filter(project=project, digest=str(says["bundle"])).first()
        if found is None or (made is not None and made.receiver != by):
            raise Rejected("receipt_of_another")
        project_receipt.told(receipt)  # what cannot be told shows nothing
        found.differences = list(project_receipt.differences(found.counts, says["counts"]))
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Rejected("receipt_of_another") from None
    found.receipt, found.received_at = json.loads(data), now
    facts = {"project": code, "bundle": found.digest, "differences": len(found.differences), "key": receipt.fingerprint}
    with one_transaction():
        found.save(update_fields=["receipt", "received_at", "differences"])
        Event.objects.create(at=now, what="handover_receipt", person=person, facts=facts)
    return found


def move(made: Handover, to: HandoverStage, person: Person, now: datetime) -> HandoverStep:
    """Take a step; NotYet says what is missing. Misconfigured (`not_given`). Conflict: stale."""
    project_of(made.project.code, person, Action.HAND_OVER)
    known = shown(made)
    missing = rules.unmet(HandoverStage(made.stage), to, known)
    if missing:
        raise NotYet(missing)
    return _note_step(made, to, person, now, known)


def _note_step(made: Handover, to: HandoverStage, person: Person, now: datetime, known: Shown) -> HandoverStep:
    """Sign a step, then let it count."""
    before = HandoverStage(made.stage)
    kind = handover.KIND if to is HandoverStage.REVOKED else handover_step.KIND
    signed = sign(made.project.organisation.code, kind, _document(made, to, person, now, known), now)
    with one_transaction():
        row = Handover.objects.select_for_update().get(pk=made.pk)
        if row.stage != before:
            raise Conflict("stale")
        if to is not before and (missing := rules.unmet(before, to, shown(row))):
            raise NotYet(missing)  # what was shown has changed while it was signed
        step = HandoverStep.objects.create(
            handover=row, stage=to, at=now, by=person, signed=json.loads(signed.as_json())
        )
        row.stage, row.stage_since = to, now
        row.save(update_fields=["stage", "stage_since"])
        facts = {"project": row.project.code, "stage": to.value, "signature": signed.signature.hex()}
        Event.objects.create(at=now, what="handover_step", person=person, facts=facts)
    made.stage, made.stage_since = to, now
    return step


def _document(made: Handover, to: HandoverStage, person: Person, now: datetime, known: Shown) -> dict[str, Any]:
    """Return what a step says: the whole way up to it, so that the last one is the certificate of the hand-over."""
    going = GoesAlong.objects.filter(handover=made).order_by("person__username")
    bundle = proven(made)
    return {
        "project": {"code": made.project.code, "name": made.project.name},
        "receiver": {"code": made.receiver, "name": made.receiver_name},
        "stage": to.value,
        "at": now.isoformat(timespec="seconds"),
        "by": {"account": person.username, "name": person.display_name, "side": handovers.side_of(made, person.pk)},
        "going_along": [*going.values_list("person__username", flat=True)],
        "read_by_both": known.shadowed,
        "before": [
            {
                "stage": step.stage,
                "at": step.at.isoformat(timespec="seconds"),
                "by": step.by.display_name,
                "side": step.signed["document"]["says"]["by"]["side"],
                "signature": step.signed["signature"],
            }
            for step in made.steps.select_related("by")
        ],
        "bundle": _bundle(bundle) if bundle else None,
    }


def _bundle(bundle: ProjectBundle) -> dict[str, Any]:
    receipt = verified(bundle)
    return {
        "digest": bundle.digest,
        "made_at": bundle.made_at.isoformat(timespec="seconds"),
        "originals": bundle.originals,
        "rows": sum(bundle.counts["tables"].values()),
        "tables": len(bundle.counts["tables"]),
        "objects": bundle.counts["objects"],
        "events": bundle.counts["events"],
        "restored_at": receipt.document["says"]["restored_at"],
        "restored_by": receipt.document["organisation"],
        "receipt_key": receipt.fingerprint,
        "receipt_signature": receipt.signature.hex(),
    }


def verified(bundle: ProjectBundle) -> Signed:
    """Return the receipt of a bundle that has one; Rejected (`certificate_changed`) if its row was changed."""
    return verify(json.dumps(bundle.receipt).encode())
