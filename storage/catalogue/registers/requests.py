"""Which training, equipment and consumables do projects ask for, and what came of it?

Every act is one transaction and writes one line and one event with the person.
"""

from collections.abc import Collection
from datetime import date, datetime

from django.db.models import F, Prefetch, Q, QuerySet

from pipeline.errors import Conflict
from storage.catalogue import scope
from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import Event, Person, RequestEntry, SupportRequest
from storage.catalogue.transaction import one_transaction
from supervision.plain_text import is_plain_text
from supervision.registers import BY_WHO_ASKED, CLOSED, LONGEST_NOTE, Act, RequestKind, RequestState, after, possible
from supervision.roles import Action, Reach


def requests_for(person: Person) -> QuerySet[SupportRequest]:
    """Return the requests that a person may see, with their lines; pending ones first, newest first."""
    everywhere = Q(project__in=scope.projects_reached(person, Action.SEE_REGISTERS, Reach.ALL))
    own = scope.projects_reached(person, Action.SEE_REGISTERS, Reach.OWN)
    seen = SupportRequest.objects.filter(everywhere | Q(project__in=own, made_by=person))
    lines = Prefetch("entries", RequestEntry.objects.select_related("person").order_by("at", "pk"))
    newest = F("closed_at").desc(nulls_first=True)
    return seen.select_related("project", "made_by").prefetch_related(lines).order_by(newest, "-made_at", "-pk")


def undecided_by(person: Person) -> QuerySet[SupportRequest]:
    """Return the requests on which nothing was decided yet and this person may decide."""
    projects = scope.projects_for(person, Action.DECIDE_REQUESTS)
    return SupportRequest.objects.filter(state=RequestState.OPEN, project__in=projects)


def ask(
    project_id: int,
    kind: RequestKind | str,
    text: str,
    person: Person,
    now: datetime,
    *,
    exam_types: Collection[str] = (),
    wanted_by: date | None = None,
) -> SupportRequest:
    """Ask for something, in words that name no patient; ValueError for an empty or overlong text, or a past day."""
    text = text.strip()
    if not text or not is_plain_text(text, LONGEST_NOTE):
        raise ValueError(f"text must be 1 to {LONGEST_NOTE} characters")
    if wanted_by is not None and wanted_by < now.date():
        raise ValueError("wanted_by must not lie in the past")
    with one_transaction():
        project = scope.projects_for(person, Action.MAKE_REQUESTS).get(pk=project_id)
        if set(exam_types) - set(types_of(project.organisation_id)):
            raise ValueError("exam_types must be of the catalogue")
        request = SupportRequest.objects.create(
            project=project,
            kind=RequestKind(kind),
            exam_types=sorted(set(exam_types)),
            text=text,
            wanted_by=wanted_by,
            made_by=person,
            made_at=now,
        )
        _write(request, Act.MADE, person, now)
        return request


def possible_acts(request: SupportRequest, person: Person) -> tuple[Act, ...]:
    """Return what this person may do with the request now."""
    return possible_with([request], person)[request.pk]


def possible_with(several: Collection[SupportRequest], person: Person) -> dict[int, tuple[Act, ...]]:
    """Return what this person may do with each of these requests now, by its number; as few queries as for one."""
    places = {one.project_id for one in several}
    decides, asks = (
        set(scope.projects_for(person, action).filter(pk__in=places).values_list("pk", flat=True))
        for action in (Action.DECIDE_REQUESTS, Action.MAKE_REQUESTS)
    )

    def allowed(one: SupportRequest) -> frozenset[Act]:
        if one.project_id in decides:
            return frozenset(Act)
        if one.project_id not in asks:
            return frozenset()
        return BY_WHO_ASKED if one.made_by_id == person.pk else frozenset({Act.NOTE})

    return {one.pk: tuple(act for act in possible(RequestState(one.state)) if act in allowed(one)) for one in several}


def act(request_id: int, what: Act | str, person: Person, now: datetime, note: str = "") -> SupportRequest:
    """Do something with a request and return it as it is then.

    Conflict (`stale`) for what cannot be done now, or not by this person; ValueError for an empty or overlong note.
    """
    what, note = Act(what), note.strip()
    if not is_plain_text(note, LONGEST_NOTE) or (what is Act.NOTE and not note):
        raise ValueError(f"note must be 1 to {LONGEST_NOTE} characters")
    with one_transaction():
        seen = requests_for(person).values("pk")
        request = SupportRequest.objects.select_for_update(of=("self",)).get(pk=request_id, pk__in=seen)
        state = after(RequestState(request.state), what)
        if state is None or what not in possible_acts(request, person):
            raise Conflict("stale")
        request.state = state
        request.closed_at = (request.closed_at or now) if state in CLOSED else None
        request.save(update_fields=["state", "closed_at"])
        _write(request, what, person, now, note)
        return request


def _write(request: SupportRequest, what: Act, person: Person, now: datetime, note: str = "") -> None:
    """Write a line, and the event of it; words stay with the request."""
    RequestEntry.objects.create(request=request, at=now, person=person, act=what, note=note)
    facts = {"request": request.pk, "project": request.project_id, "kind": request.kind}
    Event.objects.create(at=now, what=f"request_{what.value}", person=person, facts=facts)
