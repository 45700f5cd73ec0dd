"""Steps of the walk that need the web application inside an installation's own process: `python steps.py STEP ...`."""

import json
import os
import sys
from collections import Counter

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "web.settings")

from sonorelay.programme import apply_programme, open_catalogue

PASSWORD = "a-long-test-password"
PEOPLE = {
    "amina": "trainee",
    "claire": "reviewer",
    "helen": "supervisor",
    "nadia": "data_officer",
}


def people() -> dict[str, object]:
    """Prepare the catalogue and invite one person per role."""
    apply_programme()
    from storage.catalogue.models import Membership, Organisation, Person

    organisation = Organisation.objects.get(code="relief")
    for username, role in PEOPLE.items():
        person = Person.objects.create_user(username, password=PASSWORD, first_name=username.title())
        Membership.objects.create(person=person, role=role, organisation=organisation)
    return {"people": len(PEOPLE)}


def token(username: str) -> dict[str, object]:
    """Make a token for a program of this person."""
    open_catalogue()
    from datetime import UTC, datetime, timedelta

    from storage.catalogue import tokens
    from storage.catalogue.models import Person
    from supervision.roles import Action

    person, now = Person.objects.get(username=username), datetime.now(UTC)
    return {"token": tokens.make(person, "station", [Action.SEE_SCANS], None, now + timedelta(days=1), now)[1]}


def ingested() -> dict[str, object]:
    """Tell when a run of ingest last came to its end."""
    open_catalogue()
    from storage.catalogue.models import Project

    return {"at": str(Project.objects.get(code="goma").ingested_at)}


def scans() -> dict[str, object]:
    """Tell what the catalogue and the store hold, and whether they agree."""
    open_catalogue()
    from storage.catalogue.models import Assessment, ReviewItem, Scan, StoredObject
    from storage.objects import Area
    from storage.objects.chosen import object_store

    store = object_store()
    rows = list(StoredObject.objects.values_list("area", "digest"))
    return {
        "digests": sorted(Scan.objects.values_list("digest", flat=True)),
        "states": Counter(Scan.objects.values_list("state", flat=True)),
        "reasons": Counter(Scan.objects.exclude(reason="").values_list("reason", flat=True)),
        "items": ReviewItem.objects.count(),
        "current": Assessment.objects.filter(current=True).count(),
        "missing_objects": [digest for area, digest in rows if store.size(Area(area), digest) is None],
        "roles": Counter(StoredObject.objects.values_list("role", flat=True)),
    }


def review(overall: str) -> dict[str, object]:
    """Claim and review one scan as the reviewer through the catalogue's own functions."""
    open_catalogue()
    import uuid
    from datetime import UTC, datetime

    from storage.catalogue import queue, readings
    from storage.catalogue.exam_catalogue import type_when_queued
    from storage.catalogue.models import Person
    from supervision.rating import Answer, Component
    from supervision.review_form import ReviewForm

    reviewer = Person.objects.get(username="claire")
    item = queue.next_item(reviewer, datetime.now(UTC))
    assert item is not None
    exam_type = type_when_queued(item.exam)
    assert exam_type is not None
    views = {view.code: dict.fromkeys(Component, 2) for view in exam_type.views}
    answers = {question.code: Answer.NEGATIVE for question in exam_type.questions}
    form = ReviewForm(int(overall), views=views, answers=answers, comment="More gel on the left.")
    done = readings.submit(item.pk, reviewer, uuid.uuid4(), form, datetime.now(UTC), seen=views)
    return {"scan": done.exam.clips.get().digest, "overall": done.overall}


def figures() -> dict[str, object]:
    """Tell the supervisor's numbers."""
    open_catalogue()
    from datetime import UTC, datetime

    from storage.catalogue import scope
    from storage.catalogue.models import Exam, Person
    from storage.catalogue.reporting import Reach, counted_of
    from supervision.period import Period, PeriodKind
    from supervision.roles import Action

    now, helen = datetime.now(UTC), Person.objects.get(username="helen")
    projects = scope.projects_for(helen, Action.SEE_FIGURES)
    seen = Reach(scope.scans_for(helen, Action.SEE_FIGURES), Exam.objects.filter(project__in=projects))
    shown = counted_of(seen, Period.holding(PeriodKind.YEAR, now.date()), now)
    return {
        "scans_in": shown.scans_in,
        "reviewed": shown.reviewed,
        "backlog": shown.backlog,
        "mean_overall": shown.mean_overall.value,
    }


if __name__ == "__main__":
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
