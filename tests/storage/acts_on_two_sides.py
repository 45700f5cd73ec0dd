"""What is done in a field box and at headquarters, and what both must hold then?"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from storage.catalogue import queue, readings, worksheets
from storage.catalogue.models import Exam, NameElsewhere, Person, Review
from supervision.exam_types import exam_types
from supervision.rating import Answer
from supervision.review_form import ReviewForm
from supervision.worksheet import Urgency, Worksheet
from tests.forms import rated
from tests.storage.conftest import NOON
from tests.storage.two_sides import Installation, Wire, exchanged_until_nothing_is_new, scanned

BLADDER = exam_types()["BLADDER"]
CRITICAL = [question.code for question in BLADDER.questions if question.critical]


@dataclass
class Pair:
    """A field box and headquarters; time goes by one minute with every look at the clock."""

    field_box: Installation
    there: Installation
    now: datetime = NOON
    wire: Wire = field(init=False)

    def __post_init__(self) -> None:
        self.wire = Wire(self.field_box, self.there, self.later)

    def later(self, minutes: int = 1) -> datetime:
        self.now += timedelta(minutes=minutes)
        return self.now

    def meet(self) -> None:
        exchanged_until_nothing_is_new(self.wire)


def scan_in(at: Installation, pair: Pair, name: str = "clip", **known: str) -> uuid.UUID:
    with at.here():
        scan = scanned(at.store(), name, pair.later(), **known)
        assert scan.exam is not None
        return scan.exam.uuid


def read_in(at: Installation, pair: Pair, exam: uuid.UUID, person: str, form: ReviewForm) -> Review:
    with at.here() as world:
        who = world.people[person]
        item = Exam.objects.get(uuid=exam).items.filter(done_at=None).latest("pk")
        if item.claimed_by_id != who.pk:
            queue.claim(item.pk, who, pair.later())
        seen = [view.code for view in BLADDER.views]
        return readings.submit(item.pk, who, uuid.uuid4(), form, pair.later(), seen=seen)


def stage_of(at: Installation, exam: uuid.UUID) -> str:
    with at.here():
        return Exam.objects.get(uuid=exam).stage


def form(overall: int, **more: object) -> ReviewForm:
    return rated(overall, exam_type="BLADDER", **more)


def sheet(answer: Answer, urgency: Urgency = Urgency.USUAL) -> Worksheet:
    return Worksheet(BLADDER, answers=dict.fromkeys(CRITICAL, answer), urgency=urgency)


def say(at: Installation, pair: Pair, exam: uuid.UUID, said: Worksheet) -> None:
    with at.here() as world:
        worksheets.complete(Exam.objects.get(uuid=exam).pk, said, None, world.people["amina"], pair.later())


def told(at: Installation) -> dict[str, object]:
    """Return all that must be the same on both sides once nothing is new."""
    with at.here():
        names = dict(NameElsewhere.objects.values_list("person", "username"))
        people = {person.pk: names.get(person.pk, person.username) for person in Person.objects.all()}
        return {
            str(exam.uuid): {
                "stage": exam.stage,
                "clips": sorted(exam.clips.values_list("digest", flat=True)),
                "trainee": people.get(exam.trainee_id or 0, ""),
                "sheet": [exam.exam_type, exam.answers, exam.age, exam.sex, exam.urgency],
                "draw": [exam.draw, exam.inclusion, exam.exam_type_version],
                "readings": [
                    (str(one.submission), people[one.reviewer_id], one.reading, one.final, one.form.get("overall"))
                    for one in exam.reviews.order_by("submission")
                ],
                "versions": sorted(
                    (str(one.submission), str(one.amends.submission if one.amends else ""))
                    for one in exam.reviews.select_related("amends")
                ),
                "steps": sorted(
                    exam.reviews.exclude(feedback__steps=None).values_list(
                        "submission", "feedback__steps__what", "feedback__steps__text"
                    ),
                    key=str,
                ),
                "asked": sorted(
                    (
                        one.raised_at.isoformat(),
                        people[one.raised_by_id],
                        [one.question, one.state, people.get(one.taken_by_id or 0, ""), one.outcome, one.done],
                        sorted(
                            (line.at.isoformat(), people.get(line.person_id or 0, ""), line.what, line.code, line.note)
                            for line in one.entries.all()
                        ),
                    )
                    for one in exam.escalations.all()
                ),
                "conflicts": sorted(exam.sheet_conflicts.values_list("key", "kept")),
            }
            for exam in Exam.objects.order_by("uuid")
        }


def same(pair: Pair) -> dict[str, object]:
    ours, theirs = told(pair.field_box), told(pair.there)
    assert ours == theirs
    return ours
