"""What do the two worksheets say between which a person is to choose?"""

from dataclasses import dataclass
from datetime import datetime

from storage.catalogue.exam_catalogue import type_named
from storage.catalogue.models import NameElsewhere, Person, SheetConflict
from storage.sync.records import SheetTold
from supervision.worksheet import Worksheet


@dataclass(frozen=True)
class Said:
    """One of the two: `code` is what `sheets.settle` wants; sheet: None where its exam type is not known here."""

    code: str
    who: str
    at: datetime | None
    sheet: Worksheet | None


def both_of(conflict: SheetConflict) -> tuple[Said, Said]:
    """Return both, the earlier first."""
    return _said("one", conflict.one, conflict), _said("other", conflict.other, conflict)


def _said(code: str, table: object, conflict: SheetConflict) -> Said:
    told = SheetTold.model_validate(table)
    organisation = conflict.exam.project.organisation_id
    elsewhere = NameElsewhere.objects.filter(organisation=organisation, username=told.by).select_related("person")
    known = elsewhere.first()
    person = known.person if known else Person.objects.filter(username=told.by).first()
    exam_type = type_named(organisation, told.exam_type) if told.exam_type else None
    if exam_type is None:
        return Said(code, person.display_name if person else told.by, told.at, None)
    questions = {question.code for question in exam_type.questions}
    sheet = Worksheet(
        exam_type,
        question=told.question if told.question in questions else "",
        answers={name: said for name, said in told.answers.items() if name in questions},
        age=told.age,
        sex=told.sex,
        urgency=told.urgency,
    )
    return Said(code, person.display_name if person else told.by, told.at, sheet)
