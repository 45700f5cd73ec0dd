"""What suits a reviewer, and what must they not read?"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q, QuerySet

from storage.catalogue.models import ConflictOfInterest, Event, Membership, Person, Project, ReviewerProfile
from storage.catalogue.scope import projects_for
from storage.catalogue.transaction import one_transaction
from supervision.roles import Action, Role

LANGUAGES = ("en", "fr")
MOST_A_DAY = 500


def profile_of(person: Person) -> ReviewerProfile:
    """Return what suits this reviewer; where they said nothing, a row that is not saved: everything, at any time."""
    return ReviewerProfile.objects.filter(person=person).first() or ReviewerProfile(person=person)


def save_profile(
    person: Person,
    *,
    languages: Collection[str],
    exam_types: Collection[str],
    most_a_day: int | None,
    paused_until: datetime | None,
    now: datetime,
) -> ReviewerProfile:
    """Keep what suits a reviewer; no language or exam type means all of them.

    ValueError for a language that is not spoken here or a number below 1. Whether an exam type exists is checked by the
    caller, who knows the person's organisations.
    """
    if not set(languages) <= set(LANGUAGES):
        raise ValueError("languages must be en or fr")
    if most_a_day is not None and not 1 <= most_a_day <= MOST_A_DAY:
        raise ValueError(f"most_a_day must be a number from 1 to {MOST_A_DAY}")
    with one_transaction():
        profile, _ = ReviewerProfile.objects.select_for_update().get_or_create(person=person)
        profile.languages, profile.exam_types = sorted(languages), sorted(exam_types)
        profile.most_a_day, profile.paused_until = most_a_day, paused_until
        profile.save(update_fields=["languages", "exam_types", "most_a_day", "paused_until"])
        Event.objects.create(at=now, what="profile_saved", person=person)
        return profile


def projects_of(person: Person) -> QuerySet[Project]:
    """Return the projects of which this reviewer may be given something."""
    return projects_for(person, Action.REVIEW).order_by("name")


def trainees_for(person: Person) -> QuerySet[Person]:
    """Return whoever learns where this reviewer reads, but not themselves."""
    places = projects_for(person, Action.REVIEW)
    here = Q(project__in=places) | Q(project=None, organisation__in=places.values("organisation"))
    learning = Membership.objects.filter(here, role=Role.TRAINEE)
    found = Person.objects.filter(pk__in=learning.values("person")).exclude(pk=person.pk)
    return found.order_by("last_name", "username")


def conflicts_of(person: Person) -> list[ConflictOfInterest]:
    """Return what this reviewer must not read, the newest first."""
    return list(person.conflicts.select_related("trainee", "project").order_by("-noted_at", "-pk"))


def add_conflict(
    person: Person, now: datetime, *, trainee: Person | None = None, project: Project | None = None
) -> ConflictOfInterest:
    """Note that `person` reads nothing of this trainee, or of this project; noting it twice changes nothing.

    ValueError unless it is about exactly one of them.
    """
    if (trainee is None) == (project is None):
        raise ValueError("a conflict of interest is about a trainee or about a project")
    with one_transaction():
        conflict, new = ConflictOfInterest.objects.get_or_create(
            reviewer=person, trainee=trainee, project=project, defaults={"noted_at": now}
        )
        if new:
            about = "trainee" if trainee else "project"
            Event.objects.create(at=now, what="conflict_noted", person=person, facts={"about": about})
        return conflict


def withdraw_conflict(conflict_id: int, person: Person, now: datetime) -> None:
    """Forget a conflict that `person` noted; without effect for any other."""
    with one_transaction():
        gone, _ = ConflictOfInterest.objects.filter(pk=conflict_id, reviewer=person).delete()
        if gone:
            Event.objects.create(at=now, what="conflict_withdrawn", person=person)
