"""Steps of the test of the exchange in the catalogue of one installation: `STEP ... then STEP ...`; prints JSON."""

import json
import sys
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from sonorelay.programme import apply_programme, open_catalogue

open_catalogue()

from storage.catalogue import queue, readings, tokens  # noqa: E402
from storage.catalogue.models import Exam, Membership, Organisation, Person, Review, StoredObject  # noqa: E402
from storage.objects import Area  # noqa: E402
from storage.objects.chosen import object_store  # noqa: E402
from storage.settings import settings  # noqa: E402
from supervision.exam_types import exam_types  # noqa: E402
from supervision.roles import Action, Role  # noqa: E402
from tests.forms import rated  # noqa: E402
from tests.storage.two_sides import LARGE, scanned  # noqa: E402

PEOPLE = {"amina": Role.TRAINEE, "rose": Role.REVIEWER, "luc": Role.REVIEWER, "grace": Role.DATA_OFFICER}


def people() -> dict[str, str]:
    apply_programme()
    relief = Organisation.objects.get(code="relief")
    for name, role in PEOPLE.items():
        person = Person.objects.create(username=name)
        Membership.objects.create(person=person, role=role, organisation=relief)
    grace, now = Person.objects.get(username="grace"), datetime.now(UTC)
    _, secret = tokens.make(grace, "field", [Action.SYNC], None, now + timedelta(days=30), now)
    return {"token": secret}


def scan(name: str) -> dict[str, str]:
    made = scanned(object_store("relief"), name, datetime.now(UTC), sizes=LARGE)
    assert made.exam is not None
    return {"exam": str(made.exam.uuid)}


def read(exam: str, name: str, overall: str) -> dict[str, str]:
    who, now = Person.objects.get(username=name), datetime.now(UTC)
    item = Exam.objects.get(uuid=exam).items.get(done_at=None)
    queue.claim(item.pk, who, now)
    seen = [view.code for view in exam_types()["BLADDER"].views]
    form = rated(int(overall), exam_type="BLADDER")
    review = readings.submit(item.pk, who, uuid.uuid4(), form, now, seen=seen)
    return {"submission": str(review.submission)}


def told() -> dict[str, object]:
    store = object_store()
    released = StoredObject.objects.filter(area=Area.RELEASED)
    for one in released:
        store.verify(Area.RELEASED, one.digest)
    return {
        "exams": {
            str(exam.uuid): [
                exam.stage,
                sorted((str(one.submission), one.reading, one.final) for one in exam.reviews.all()),
            ]
            for exam in Exam.objects.all()
        },
        "readings": Review.objects.count(),
        "objects": sorted(released.values_list("digest", flat=True)),
        "raw": StoredObject.objects.filter(area=Area.RAW).count(),
        "parts": len(list((settings().home / "sync").glob("*.part"))),
    }


if __name__ == "__main__":
    steps: dict[str, Callable[..., dict[str, Any]]] = {"people": people, "scan": scan, "read": read, "told": told}
    said: dict[str, Any] = {}
    for step in " ".join(sys.argv[1:]).split(" then "):
        name, *arguments = step.split()
        said |= steps[name](*arguments)
    print(json.dumps(said))
