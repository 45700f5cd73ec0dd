"""What does a catalogue hold after a year in which a programme took in many scans? The same year each time.

Two clips make an exam, most exams were read by an expert with a whole form, some wait, some were left out, some scans
were refused or held back.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from storage.catalogue.models import Device, Organisation, Person, Project
    from supervision.exam_types import ExamType

TYPES = ("FAST", "LUNG_AD", "CARD", "OB_T23", "DVT", "BLADDER")
PROJECTS, TRAINEES, REVIEWERS = 12, 60, 8
CLIPS = 2
CHUNK = 2_500
OTHERWISE = {"rejected": 0.03, "withheld": 0.01, "failed": 0.002, "awaiting_info": 0.02}


class Season:
    """People and places, and the dice."""

    def __init__(self, begins: datetime, ends: datetime, now: datetime) -> None:
        """Make the people and places of a year that is looked at at `now`."""
        self.begins, self.ends, self.now = begins, ends, now
        self.chance = random.Random(7)  # noqa: S311 - the same year each time
        self.organisation = _organisation()
        self.projects = [_project(self.organisation, number) for number in range(PROJECTS)]
        self.trainees = [_person("trainee", number) for number in range(TRAINEES)]
        self.reviewers = [_person("reviewer", number) for number in range(REVIEWERS)]
        self.devices = [_device(project) for project in self.projects]
        self.forms = {code: [_form(code, self.chance) for _ in range(40)] for code in TYPES}

    def fill(self, scans: int) -> None:
        """Write so many scans, evenly over the year."""
        exams = scans // CLIPS
        for first in range(0, exams, CHUNK):
            self._write(range(first, min(first + CHUNK, exams)), exams)

    def _write(self, numbers: range, exams: int) -> None:
        from storage.catalogue.models import Exam, Feedback, Review, ReviewItem, Scan

        rows: dict[type[Any], list[Any]] = {kind: [] for kind in (Exam, Scan, ReviewItem, Review, Feedback)}
        for number in numbers:
            at = self.begins + (self.ends - self.begins) * number / exams
            for row in self._exam(number, at):
                rows[type(row)].append(row)
        for kind, some in rows.items():
            kind._base_manager.bulk_create(some, batch_size=500)  # noqa: SLF001

    def _exam(self, number: int, at: datetime) -> Iterator[Any]:
        from storage.catalogue.models import Exam, Scan
        from supervision.states import STATE_OF_CLIPS, Stage

        chance, place = self.chance, number % PROJECTS
        project, trainee = self.projects[place], self.trainees[place + PROJECTS * chance.randrange(5)]
        otherwise = chance.choices(["", *OTHERWISE], [1 - sum(OTHERWISE.values()), *OTHERWISE.values()])[0]
        code, score = chance.choice(TYPES), chance.uniform(20, 95)
        known = {"project": project, "trainee": trainee, "exam_type": code, "score": score}
        exam = None
        stage = chance.choices((Stage.FINAL, Stage.QUEUED, Stage.NOT_CHOSEN), (80, 5, 15))[0]
        if not otherwise or otherwise == "awaiting_info":
            stage = Stage(otherwise or stage)
            answers = self.forms[code][chance.randrange(40)]["answers"]
            exam = Exam(
                **known,
                name=f"{number:010d}",
                began_at=at,
                arrived_at=at,
                stage=stage,
                answers=answers,
                phase="learning",
                inclusion=1,
            )
            yield exam
        for clip in range(CLIPS):
            yield Scan(
                **known,
                digest=f"{number * CLIPS + clip:064x}",
                state=otherwise or STATE_OF_CLIPS[stage],
                reason={"rejected": "damaged", "withheld": "no_sector"}.get(otherwise, ""),
                received_at=at + timedelta(seconds=clip),
                processed_at=at + timedelta(minutes=1),
                device=self.devices[place],
                size=1_000_000,
                exam=exam,
            )
        if exam is not None and stage in (Stage.FINAL, Stage.QUEUED):
            yield from self._read(exam, at, final=stage is Stage.FINAL)

    def _read(self, exam: Any, at: datetime, *, final: bool) -> Iterator[Any]:
        from storage.catalogue.models import Feedback, Review, ReviewItem
        from supervision.priority import Clock, due_at, reasons, standing

        chance = self.chance
        clock = chance.choices((Clock.P0, Clock.P1, Clock.P2), (1, 4, 95))[0]
        made_of = reasons(clock, exam.score)
        done = at + timedelta(hours=chance.expovariate(1 / 30))
        item = ReviewItem(
            exam=exam,
            priority=standing(made_of, at),
            reasons=made_of,
            clock=clock,
            queued_at=at,
            due_at=due_at(clock, at),
            done_at=done if final else None,
        )
        yield item
        if not final:
            return
        form = chance.choice(self.forms[exam.exam_type])
        adequate = form["overall"] >= 3
        review = Review(
            exam=exam,
            item=item,
            reviewer=chance.choice(self.reviewers),
            form=form,
            overall=form["overall"],
            adequate=adequate,
            correct=None if chance.random() < 0.1 else chance.random() < 0.9,
            entrustment=form["entrustment"],
            seconds=chance.uniform(30, 120),
            opened_at=done,
            submitted_at=done,
            final=True,
        )
        yield review
        seen = done + timedelta(hours=chance.expovariate(1 / 40))
        yield Feedback(review=review, released_at=done, seen_at=seen if seen < self.now else None)


def year_of(scans: int, now: datetime = datetime(2026, 1, 15, tzinfo=UTC)) -> Season:
    """Fill the catalogue with a year (2025) of so many scans."""
    season = Season(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC), now)
    season.fill(scans)
    return season


def _organisation() -> Organisation:
    from storage.catalogue.models import Organisation

    return Organisation.objects.create(code="relief", name="Relief")


def _project(organisation: Organisation, number: int) -> Project:
    from storage.catalogue.models import Project

    return Project.objects.create(code=f"site-{number}", organisation=organisation, name=f"Site {number}")


def _person(role: str, number: int) -> Person:
    from storage.catalogue.models import Person

    return Person.objects.create(username=f"{role} {number}", first_name=role.title(), last_name=str(number))


def _device(project: Project) -> Device:
    from storage.catalogue.models import Device

    return Device.objects.create(project=project, pseudonym=f"SR-{project.pk}", model="CX50")


def _form(code: str, chance: random.Random) -> dict[str, Any]:
    """Return a whole reading as the catalogue keeps it."""
    from supervision.exam_types import exam_types
    from supervision.rating import Answer, Component, Consequence

    known: ExamType = exam_types()[code]
    levels = {view.code: {part.value: chance.choice((0, 1, 2, 2)) for part in Component} for view in known.views}
    answers = {
        question.code: chance.choices((Answer.POSITIVE, Answer.NEGATIVE), (1, 5))[0].value
        for question in known.questions
    }
    return {
        "overall": chance.choices((1, 2, 3, 4, 5), (5, 15, 35, 35, 10))[0],
        "views": levels,
        "answers": answers,
        "references": {},
        "indication": chance.choice((0, 1, 2)),
        "consequence": chance.choice(list(Consequence)).value,
        "integration": chance.randint(1, 5),
        "entrustment": chance.randint(1, 5),
        "cause": "gain",
        "confidence": 2,
    }
