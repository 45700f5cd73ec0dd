"""Which final readings may somebody take out, and what of them and of the released clips goes into the files?

Nothing is read but what was released. People are pseudonyms under the organisation's key, unless the receiver may know
them in that project and asks for their names.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import pydicom
from django.db.models import Prefetch, QuerySet
from pydicom.dataset import Dataset

from storage.catalogue import scope
from storage.catalogue.blinding import unblinded
from storage.catalogue.exam_catalogue import type_at
from storage.catalogue.models import Event, Exam, Person, Project, Review, Scan, StoredObject
from storage.keys import organisation_key
from storage.objects import Area
from storage.objects.chosen import object_store
from supervision.export.final_reading import FinalReading, Somebody
from supervision.period import Days
from supervision.priority import Clock
from supervision.rating import Answer
from supervision.review_form import form_of
from supervision.roles import Action

DICOM = "application/dicom"


@dataclass(frozen=True)
class Exported:
    """A final reading, and the headers of its exam's released DICOM objects, none where its clips are no DICOM."""

    reading: FinalReading
    released: tuple[Dataset, ...] = ()


def readings_for(person: Person) -> QuerySet[Review]:
    """Return the final readings that a person may take out, newest first."""
    exams = unblinded(person, scope.exams_for(person, Action.EXPORT))
    return _whole(Review.objects.filter(exam__in=exams))


def readings_of(projects: QuerySet[Project], days: Days) -> QuerySet[Review]:
    """Return the final readings of some projects' exams that were given in some days (UTC), newest first."""
    given = Review.objects.filter(submitted_at__gte=days.begins, submitted_at__lt=days.ends)
    return _whole(given.filter(exam__project__in=projects))


def exported(review: Review, *, names: bool = False, dicom: bool = True) -> Exported:
    """Return what goes out of a reading; dicom: the headers of the released objects too, which are fetched for it."""
    if not dicom:
        return Exported(_reading(review, names=names))
    headers = [(_header(stored), scan.view) for scan, stored in _released(review.exam)]
    views = {str(header.SOPInstanceUID): view for header, view in headers if view}
    return Exported(_reading(review, names=names, views=views), tuple(header for header, _ in headers))


def has_dicom(review: Review) -> bool:
    """Tell whether any of its exam's released clips is DICOM, so that a structured report can stand beside it."""
    return any(_released(review.exam))


def report_name(review: Review) -> str:
    """Return what the DICOM file of an exam's reading is called: in every version the same, and in no FHIR file."""
    return organisation_key(review.exam.project.organisation.code).pseudonym("report", str(review.exam.uuid), length=16)


def may_name(person: Person, project: Project) -> bool:
    """Tell whether a person may know who scanned and who read in a project."""
    return scope.projects_for(person, Action.SEE_SCANS).filter(pk=project.pk).exists()


def note(kind: str, count: int, person: Person | None, now: datetime, *, exam: Exam | None = None) -> None:
    """Write down that something was taken out; exam: where it was the reading of a single one."""
    one = {"exam": str(exam.uuid)} if exam else {}
    Event.objects.create(at=now, what="exported", person=person, facts={"kind": kind, "count": count, **one})


def _whole(readings: QuerySet[Review]) -> QuerySet[Review]:
    clips = Prefetch("exam__clips", Scan.objects.order_by("pk").prefetch_related("objects_stored"))
    found = readings.filter(final=True).select_related(
        "item", "reviewer", "exam__trainee", "exam__project__organisation"
    )
    return found.prefetch_related(clips).order_by("-submitted_at", "-pk")


def _reading(review: Review, *, names: bool, views: dict[str, str] | None = None) -> FinalReading:
    exam, item = review.exam, review.item
    key = organisation_key(exam.project.organisation.code)

    def somebody(person: Person) -> Somebody:
        pseudonym = key.pseudonym("person", person.username, length=12)
        return Somebody(pseudonym, person.display_name if names else "")

    scanned = [clip.captured_at for clip in exam.clips.all() if clip.captured_at]
    return FinalReading(
        exam=exam.uuid,
        reading=review.submission,
        version=_version(review),
        project=exam.project.code,
        exam_type=type_at(exam.project.organisation_id, exam.exam_type, review.exam_type_version),
        form=form_of(review.form),
        clock=Clock(item.clock),
        asked_at=item.queued_at,
        due_at=item.due_at,
        submitted_at=review.submitted_at,
        reviewer=somebody(review.reviewer),
        trainee=somebody(exam.trainee) if exam.trainee else None,
        scanner={code: Answer(said) for code, said in exam.answers.items()},
        views=views or {},
        days_after=(review.submitted_at.date() - min(scanned).date()).days if scanned else None,
    )


def _version(review: Review) -> int:
    """Return 1, and one more for every reading that this one came to replace."""
    version, before = 1, review.amends
    while before is not None:
        version, before = version + 1, before.amends
    return version


def _released(exam: Exam) -> Iterator[tuple[Scan, StoredObject]]:
    for clip in exam.clips.all():
        for stored in clip.objects_stored.all():
            if (stored.area, stored.role, stored.media_type) == (Area.RELEASED, "derivative", DICOM):
                yield clip, stored


def _header(stored: StoredObject) -> Dataset:
    """Read the header of what we wrote ourselves, without its pixels."""
    with object_store().fetch(Area.RELEASED, stored.digest) as path:
        return pydicom.dcmread(path, stop_before_pixels=True)
