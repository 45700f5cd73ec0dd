"""Which rows may a person see or change? The only place that decides it; anything not granted is denied.

What a role grants, a hand-over of the project may take again (storage.catalogue.handovers).
"""

from collections.abc import Iterable
from functools import reduce
from operator import or_

from django.contrib.auth.models import AnonymousUser
from django.db.models import F, Q, QuerySet

from storage.catalogue.handovers import left_to
from storage.catalogue.models import (
    Arrival,
    Exam,
    Membership,
    Organisation,
    Person,
    Project,
    Question,
    Scan,
    StoredObject,
)
from storage.objects import Area
from supervision import roles
from supervision.roles import Action, Narrowing, Reach, Role
from supervision.states import OPEN_STAGES, Stage, State

IN_REVIEW = (State.QUEUED, State.FINAL)
READABLE = (*OPEN_STAGES, Stage.FINAL)
EVIDENCE = ("evidence", "envelope")


def roles_of(person: Person | AnonymousUser) -> frozenset[Role]:
    """Return the roles that a person holds anywhere; none for an account that is closed or not logged in."""
    return frozenset(Role(role) for role in _memberships(person).values_list("role", flat=True).distinct())


def may(person: Person | AnonymousUser, action: Action) -> bool:
    """Tell whether a person may do `action` in at least one place."""
    return bool(those_allowed(person, (action,)))


def those_allowed(person: Person | AnonymousUser, actions: Iterable[Action]) -> frozenset[Action]:
    """Return those of these actions that a person may do in at least one place."""
    held = roles_of(person)
    return frozenset(action for action in actions if _left(person, action) and roles.may(held, action))


def projects_for(person: Person | AnonymousUser, action: Action) -> QuerySet[Project]:
    """Return the projects in which a person may do `action`, by a role there or in the whole organisation."""
    return _projects(person, roles.roles_for(action), action) if _left(person, action) else Project.objects.none()


def projects_reached(person: Person | AnonymousUser, action: Action, reach: Reach) -> QuerySet[Project]:
    """Return the projects in which a person may do `action` by a role that reaches so far."""
    return (
        _projects(person, roles.roles_for(action, reach), action) if _left(person, action) else Project.objects.none()
    )


def projects_by_role(person: Person | AnonymousUser, action: Action) -> QuerySet[Project]:
    """Return the projects in which a person may do `action` themselves, whatever the token leaves by which they act."""
    return _granted(person, roles.roles_for(action)).filter(left_to(person.pk, action))


def projects_known_to(person: Person) -> QuerySet[Project]:
    """Return the projects in which a person holds any role."""
    return _limited(person, _granted(person, frozenset(Role)))


def organisations_for(person: Person, action: Action) -> QuerySet[Organisation]:
    """Return the organisations in all of which a person may do `action`: by a role without a single project."""
    narrowed = person.narrowed
    if not _left(person, action) or (narrowed is not None and narrowed.project is not None):
        return Organisation.objects.none()
    held = _memberships(person).filter(role__in=_codes(roles.roles_for(action)), project=None)
    return Organisation.objects.filter(pk__in=held.values("organisation"))


def scans_for(person: Person | AnonymousUser, action: Action) -> QuerySet[Scan]:
    """Return the scans on which a person may do `action`.

    SEE_OWN_SCANS gives the person's own, REVIEW and ARBITRATE those of others that are in the queue or reviewed,
    SEE_QUARANTINE and RELEASE_SCANS the withheld ones, COMPLETE_INFO and ANSWER_QUESTIONS those that wait for it (a
    trainee's own only); all others every scan of the granted projects.
    """
    scans = Scan.objects.filter(_in_reach(person, action))
    match action:
        case Action.REVIEW | Action.ARBITRATE | Action.SEE_QUEUE:
            return scans.filter(state__in=IN_REVIEW)
        case Action.SEE_QUARANTINE | Action.RELEASE_SCANS:
            return scans.filter(state=State.WITHHELD)
        case Action.COMPLETE_INFO:
            return scans.filter(state=State.AWAITING_INFO)
        case Action.ANSWER_QUESTIONS:
            asked = Question.objects.filter(answered_at=None).values("scan")
            return scans.filter(state=State.WITHHELD, pk__in=asked)
    return scans


def exams_for(person: Person | AnonymousUser, action: Action) -> QuerySet[Exam]:
    """Return the exams on which a person may do `action`.

    SEE_OWN_SCANS gives the person's own, REVIEW and ARBITRATE those of others that somebody is or was asked to read,
    SEE_QUEUE all of these; all others every exam of the granted projects.
    """
    exams = Exam.objects.filter(_in_reach(person, action))
    match action:
        case Action.REVIEW | Action.ARBITRATE | Action.SEE_QUEUE:
            return exams.filter(stage__in=READABLE)
    return exams


def arrivals_for(person: Person | AnonymousUser, action: Action) -> QuerySet[Arrival]:
    """Return the arrivals on which a person may do `action`: all that came in for a project, whose scan it became.

    Where the table grants only one's own: what one scanned in that project, and what one sent.
    """
    if not _left(person, action):
        return Arrival.objects.none()
    everything = Q(project__in=_projects(person, roles.roles_for(action, Reach.ALL), action))
    mine = Q(sent_by_id=person.pk) | Q(scan__trainee_id=person.pk, scan__project=F("project"))
    own = mine & Q(project__in=_projects(person, roles.roles_for(action, Reach.OWN), action))
    return Arrival.objects.filter(everything | own)


def evidence_for(person: Person | AnonymousUser) -> QuerySet[StoredObject]:
    """Return the pictures of what is in doubt, which are not de-identified, that a person may look at.

    Only those of scans that are held back now, in projects where the person may release.
    """
    released_by = scans_for(person, Action.RELEASE_SCANS)
    return StoredObject.objects.filter(area=Area.WITHHELD, role__in=EVIDENCE, scan__in=released_by)


def _in_reach(person: Person | AnonymousUser, action: Action) -> Q:
    """Return what the table grants of the scans or exams: one's own, those of others, or all of a project."""
    if not _left(person, action):
        return Q(pk__in=[])
    mine = Q(trainee_id=person.pk)
    whose = {Reach.OWN: mine, Reach.OTHERS: ~mine, Reach.ALL: Q()}
    granted = {reach: roles.roles_for(action, reach) for reach in Reach}
    parts = [whose[reach] & Q(project__in=_projects(person, held, action)) for reach, held in granted.items() if held]
    return reduce(or_, parts, Q(pk__in=[]))


def _left(person: Person | AnonymousUser, action: Action) -> bool:
    """Tell whether the token by which somebody acts, if any, leaves them this action."""
    narrowed = _narrowed(person)
    return narrowed is None or action in narrowed.actions


def _narrowed(person: Person | AnonymousUser) -> Narrowing | None:
    return person.narrowed if isinstance(person, Person) else None


def _memberships(person: Person | AnonymousUser) -> QuerySet[Membership]:
    """Return the roles that count where the person acts: all, or those in the one project of a token."""
    held = _held(person)
    narrowed = _narrowed(person)
    if narrowed is not None and narrowed.project is not None:
        everywhere = Q(project__isnull=True, organisation__projects=narrowed.project)
        held = held.filter(Q(project=narrowed.project) | everywhere)
    return held


def _held(person: Person | AnonymousUser) -> QuerySet[Membership]:
    if not person.is_active or person.pk is None:
        return Membership.objects.none()
    # a project of another organisation than the membership's own grants nothing
    fits = Q(project__isnull=True) | Q(project__organisation=F("organisation"))
    return Membership.objects.filter(fits, person_id=person.pk)


def _projects(person: Person | AnonymousUser, wanted: frozenset[Role], action: Action) -> QuerySet[Project]:
    """Return where a role of those wanted is held, and a hand-over leaves this action."""
    return _limited(person, _granted(person, wanted)).filter(left_to(person.pk, action))


def _limited(person: Person | AnonymousUser, projects: QuerySet[Project]) -> QuerySet[Project]:
    narrowed = _narrowed(person)
    return projects if narrowed is None or narrowed.project is None else projects.filter(pk=narrowed.project)


def _granted(person: Person | AnonymousUser, wanted: frozenset[Role]) -> QuerySet[Project]:
    granted = _held(person).filter(role__in=_codes(wanted))
    here = Q(pk__in=granted.filter(project__isnull=False).values("project"))
    everywhere = Q(organisation__in=granted.filter(project__isnull=True).values("organisation"))
    return Project.objects.filter(here | everywhere)


def _codes(wanted: frozenset[Role]) -> list[str]:
    return [role.value for role in wanted]
