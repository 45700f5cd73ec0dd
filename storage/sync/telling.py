"""What does this side tell of an exam?"""

from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Prefetch, QuerySet

from pipeline.finding import Verdict
from storage.catalogue.models import (
    Arbitration,
    Arrival,
    Assessment,
    Escalation,
    EscalationEntry,
    Exam,
    Feedback,
    Organisation,
    Person,
    ReleaseReport,
    Review,
    Scan,
    SheetConflict,
)
from storage.objects import Area
from storage.settings import settings
from storage.sync import records
from storage.sync.names import Mentioned, Names
from storage.sync.records import SENT_ROLES
from supervision import escalation
from supervision.feedback import Step
from supervision.priority import Clock
from supervision.rating import Answer
from supervision.readings import Reading
from supervision.worksheet import AgeBand, Sex, Urgency

AT_A_TIME = 200


def exams_in(wanted: QuerySet[Exam]) -> Iterator[Exam]:
    """Yield these exams with all that is told of them."""
    clips = Scan.objects.select_related("device").prefetch_related(
        "objects_stored",
        "objects_wanted",
        Prefetch("arrivals", Arrival.objects.only("scan")),
        Prefetch("assessments", Assessment.objects.filter(current=True).prefetch_related("findings"), to_attr="counts"),
        Prefetch("release_reports", ReleaseReport.objects.filter(current=True), to_attr="reported"),
    )
    judged = Arbitration.objects.exclude(chosen=None).select_related("chosen")
    given = Review.objects.select_related("item", "reviewer", "amends").prefetch_related(
        Prefetch("feedback", Feedback.objects.prefetch_related("steps__person")),
        Prefetch("arbitration", judged),
    )
    lines = Prefetch("entries", EscalationEntry.objects.select_related("person"))
    asked = Escalation.objects.select_related("raised_by").prefetch_related(lines)
    rows = wanted.select_related("project__organisation", "trainee", "worksheet_by", "sheet_line")
    several = rows.prefetch_related(
        "former_names",
        Prefetch("clips", clips.order_by("digest"), to_attr="told_clips"),
        Prefetch("reviews", given.order_by("submitted_at", "submission")),
        Prefetch("escalations", asked.order_by("raised_at", "pk")),
        Prefetch("sheet_conflicts", SheetConflict.objects.select_related("settled_by").order_by("key")),
    )
    yield from several.order_by("pk").iterator(chunk_size=AT_A_TIME)


class Telling:
    """Tells of exams; `side` is the name of this installation."""

    def __init__(self, side: UUID) -> None:
        """Begin."""
        self.side = side
        self._names: dict[int, Names] = {}

    def exam(self, exam: Exam) -> records.ExamTold:
        """Return the record of an exam that `exams_in` gave."""
        return _OfExam(exam, self._names_in(exam.project.organisation), self.side).record()

    def _names_in(self, organisation: Organisation) -> Names:
        return self._names.setdefault(organisation.pk, Names(organisation))

    def sheet(self, exam: Exam) -> records.SheetTold:
        """Return the worksheet of an exam that `exams_in` gave."""
        return _OfExam(exam, self._names_in(exam.project.organisation), self.side).sheet()


def told(exam: Exam, side: UUID) -> records.ExamTold:
    """Return the record of one exam as it is now."""
    return Telling(side).exam(next(exams_in(Exam.objects.filter(pk=exam.pk))))


def told_sheet(exam: Exam, names: Names) -> records.SheetTold:
    """Return the worksheet of an exam as a record says it."""
    return _OfExam(exam, names, exam.uuid).sheet()


class _OfExam:
    """One exam; notes whom it speaks of."""

    def __init__(self, exam: Exam, names: Names, side: UUID) -> None:
        self.row, self.side = exam, side
        self.mentioned = Mentioned(names)

    @cached_property
    def clips(self) -> list[Any]:
        return getattr(self.row, "told_clips", None) or list(self.row.clips.order_by("digest"))

    def record(self) -> records.ExamTold:
        row = self.row
        line = getattr(row, "sheet_line", None)
        reviews = row.reviews.all()
        return records.ExamTold(
            uuid=row.uuid,
            former=sorted(former.uuid for former in row.former_names.all()),
            origin=row.origin or self.side,
            project=row.project.code,
            organisation=row.project.organisation.code,
            name=row.name,
            began_at=row.began_at,
            patient=row.patient,
            simulated=row.simulated,
            draw=row.draw,
            inclusion=row.inclusion,
            chosen_because=row.chosen_because,
            phase=row.phase,
            exam_type_version=row.exam_type_version,
            clips=[_clip(clip, originals=self._originals()) for clip in self.clips],
            sheet=self.sheet(),
            sheets_before=line.before if line else [],
            conflicts=[self._conflict(one) for one in row.sheet_conflicts.all()],
            readings=[self._reading(review) for review in reviews],
            judgements=list(self._judgements(reviews)),
            feedback=[self._feedback(review.feedback) for review in reviews if hasattr(review, "feedback")],
            asked=[self._asked(one) for one in row.escalations.all()],
            people=self.mentioned.people,
        )

    def sheet(self) -> records.SheetTold:
        row = self.row
        return records.SheetTold(
            exam_type=row.exam_type,
            trainee=self._who(row.trainee),
            question=row.question,
            answers={code: Answer(said) for code, said in row.answers.items()},
            age=AgeBand(row.age),
            sex=Sex(row.sex),
            urgency=Urgency(row.urgency),
            views={clip.digest: clip.view for clip in self.clips if clip.view},
            by=self._who(row.worksheet_by),
            at=row.worksheet_at,
        )

    def _originals(self) -> bool:
        return self.row.origin is None and settings().sync_originals == "all"

    def _who(self, person: Person | None) -> str:
        return self.mentioned.who(person)

    def _conflict(self, one: SheetConflict) -> records.ConflictTold:
        table = {"one": one.one, "other": one.other, "kept": one.kept, "settled_at": one.settled_at}
        return records.ConflictTold.model_validate(table | {"settled_by": self._who(one.settled_by)})

    def _reading(self, review: Review) -> records.ReadingTold:
        item = review.item
        return records.ReadingTold(
            submission=review.submission,
            reader=self._who(review.reviewer),
            asked=Reading(item.reading),
            clock=Clock(item.clock),
            asked_at=item.queued_at,
            due_at=item.due_at,
            exam_type_version=review.exam_type_version,
            form=self._form(review.form),
            adequate=review.adequate,
            correct=review.correct,
            seconds=review.seconds,
            opened_at=review.opened_at,
            submitted_at=review.submitted_at,
            final=review.final,
            amends=review.amends.submission if review.amends else None,
        )

    def _form(self, form: dict[str, Any]) -> dict[str, Any]:
        """Return the form with its marks on clips by digest; a mark on a clip that went elsewhere stays by its own."""
        known = {clip.pk: clip.digest for clip in self.clips}
        marks = [mark | {"clip": known.get(mark["clip"]) or _digest_of(mark["clip"])} for mark in form.get("marks", ())]
        return form | {"marks": marks}

    def _judgements(self, reviews: Iterable[Review]) -> Iterator[records.JudgementTold]:
        for review in reviews:
            judged = getattr(review, "arbitration", None)
            if judged is not None and judged.chosen is not None:
                yield records.JudgementTold(
                    blind=review.submission,
                    chosen=judged.chosen.submission,
                    differences=judged.differences,
                    reasons=judged.reasons,
                    note=judged.note,
                    decided_at=judged.decided_at,
                )

    def _feedback(self, feedback: Feedback) -> records.FeedbackTold:
        steps = sorted(feedback.steps.all(), key=lambda step: (step.at, step.what, step.pk))
        return records.FeedbackTold(
            review=feedback.review.submission,
            released_at=feedback.released_at,
            seen_at=feedback.seen_at,
            closed_at=feedback.closed_at,
            steps=[
                records.StepTold(
                    at=step.at,
                    person=self._who(step.person),
                    what=Step(step.what),
                    text=step.text,
                    seen_at=step.seen_at,
                )
                for step in steps
            ],
        )

    def _asked(self, one: Escalation) -> records.AskedTold:
        lines = [
            records.AskedLineTold(
                at=line.at,
                person=self._who(line.person),
                what=escalation.What(line.what),
                code=line.code,
                note=line.note,
            )
            for line in one.entries.all()
        ]
        return records.AskedTold(
            by=self._who(one.raised_by),
            at=one.raised_at,
            question=one.question,
            specialty=one.specialty,
            consent=one.consent,
            missing=one.missing,
            clock=Clock(one.clock),
            due_at=one.due_at,
            lines=sorted(lines, key=lambda line: (line.at, line.what, line.person)),
        )


def _clip(scan: Any, *, originals: bool) -> records.ClipTold:
    counts, reported = scan.counts, scan.reported
    return records.ClipTold(
        digest=scan.digest,
        here=bool(scan.arrivals.all()),
        device=scan.device.pseudonym if scan.device else "",
        device_model=scan.device.model if scan.device else "",
        kind=scan.kind,
        received_at=scan.received_at,
        captured_at=scan.captured_at,
        processed_at=scan.processed_at,
        size=scan.size,
        patient=scan.patient,
        study=scan.study,
        codec=scan.codec,
        frames=scan.frames,
        rows=scan.rows,
        columns=scan.columns,
        frames_per_second=scan.frames_per_second,
        frame_times=scan.frame_times,
        sector=scan.sector,
        kept=scan.kept,
        mm_per_pixel=scan.mm_per_pixel,
        objects=sorted(_objects(scan, originals=originals), key=lambda one: one.role),
        assessment=_assessment(counts[0]) if counts else None,
        report=reported[0].report if reported else None,
        report_at=reported[0].made_at if reported else None,
    )


def _objects(scan: Any, *, originals: bool) -> Iterator[records.ObjectTold]:
    for one in (*scan.objects_stored.all(), *scan.objects_wanted.all()):
        released = one.area == Area.RELEASED and one.role in SENT_ROLES
        if released or (originals and one.role == "raw"):
            yield records.ObjectTold(role=one.role, digest=one.digest, media_type=one.media_type, size=one.size)


def _assessment(row: Assessment) -> records.AssessmentTold:
    findings = [
        records.FindingTold(
            rule=one.rule,
            rule_version=one.rule_version,
            verdict=Verdict(one.verdict),
            value=one.value,
            severity=one.severity,
            side=one.side,
            evidence=one.evidence,
        )
        for one in row.findings.all()
    ]
    return records.AssessmentTold(
        made_at=row.made_at,
        score=row.score,
        suggested_rating=row.suggested_rating,
        reasons=row.reasons,
        findings=sorted(findings, key=lambda one: one.rule),
    )


def _digest_of(number: int) -> str:
    return Scan.objects.filter(pk=number).values_list("digest", flat=True).first() or ""
