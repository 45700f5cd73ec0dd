"""What does the page "Send scans" ask, and what does a filled-in form say of the files that come with it?"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from storage.catalogue import senders
from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import Person, Project
from supervision.exam_types import ExamType
from supervision.sources import Way
from supervision.worksheet import AgeBand, Sex, Urgency, Worksheet
from web.uploads.metadata import header_of
from web.worksheet import said_in, trainee_in

LATER = "later"
"""What stands in place of an exam type when the files are of several exams, or nobody knows."""


@dataclass(frozen=True)
class ToSend:
    """A form as it stands: the project, the type of the exam and the worksheet as far as they were said.

    exam_type: None for files whose worksheet is asked for later. unsure: that the patient is critical was ticked, and
    not said a second time.
    """

    project: Project
    exam_type: ExamType | None
    sheet: Worksheet | None = None
    trainee: Person | None = None
    nothing: bool = False
    unsure: bool = False
    errors: Mapping[str, str] = field(default_factory=dict)

    @property
    def said(self) -> dict[str, Any]:
        """Return the worksheet in the codes in which it comes along with a file."""
        if self.sheet is None:
            return {}
        sheet = self.sheet
        told: dict[str, Any] = {
            "question": sheet.question,
            "answers": {code: answer.value for code, answer in sheet.answers.items()},
            "age": "" if sheet.age is AgeBand.UNKNOWN else sheet.age.value,
            "sex": "" if sheet.sex is Sex.UNKNOWN else sheet.sex.value,
            "urgency": "" if sheet.urgency is Urgency.USUAL else sheet.urgency.value,
        }
        return {key: value for key, value in told.items() if value}

    @property
    def metadata(self) -> str:
        """Return the header with which each file is begun."""
        exam_type = self.exam_type.code if self.exam_type else None
        trainee = self.trainee.username if self.trainee else None
        return header_of(self.project.code, trainee, {"exam_type": exam_type, **self.said})


def open_projects(person: Person) -> list[Project]:
    """Return the projects of which `person` may send scans on the page, by name."""
    return [one for one in senders.projects_of(person) if senders.is_open(one.code, Way.BROWSER)]


def chosen(projects: list[Project], code: str) -> Project | None:
    """Return the project that was chosen, or the only one there is."""
    if len(projects) == 1:
        return projects[0]
    return next((one for one in projects if one.code == code), None)


def type_in(project: Project, code: str) -> ExamType | None:
    """Return the exam type that was chosen, None for none of the catalogue."""
    return types_of(project.organisation_id).get(code)


def filled_in(sent: QueryDict, project: Project, person: Person) -> ToSend:
    """Return what a form says; a sender of their own scans is the one who scanned."""
    exam_type = type_in(project, sent.get("exam_type", ""))
    sheet, errors = said_in(sent, exam_type) if exam_type else (None, {})
    others = senders.sends_for_others(person, project)
    trainee = trainee_in(sent, project) if others else None
    if others and trainee is None and exam_type is not None:
        errors["trainee"] = _("Choose who scanned.")
    critical = sheet is not None and sheet.urgency is Urgency.CRITICAL
    unsure = critical and "sure" not in sent
    return ToSend(project, exam_type, sheet, trainee, "nothing" in sent, unsure, errors)
