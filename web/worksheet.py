"""What stands in the worksheet of an exam, as it is asked, and as a browser sends it?"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import Max
from django.http import QueryDict
from django.utils.translation import get_language, pgettext_lazy
from django.utils.translation import gettext as _

from pipeline.text import Text
from storage.catalogue.exam_catalogue import types_of
from storage.catalogue.models import Exam, Person, Project
from storage.catalogue.trainees import trainees_of
from supervision.exam_types import ExamType
from supervision.rating import Answer
from supervision.worksheet import AgeBand, Sex, Urgency, Worksheet
from web.reading_words import AGES, ANSWERS, SEXES
from web.words import Word

APART = "apart"
"""What is sent in place of a view for a clip that belongs to another exam."""

USED_LATELY = 4

CAN_BE_SAID: dict[Answer, Word] = {**ANSWERS, Answer.NOT_ASSESSABLE: pgettext_lazy("finding", "not seen")}
"""The answers in words short enough for a row on a phone."""


@dataclass(frozen=True)
class Filled:
    """A worksheet as it was sent: what stands in it, and what is wrong with it in the reader's words.

    apart: clips that belong to another exam. joined: exams whose clips belong to this one. nothing: "nothing found" was
    ticked. sure: that the patient is critical was asked once more, and said.
    """

    sheet: Worksheet
    trainee: Person | None
    nothing: bool = False
    sure: bool = False
    apart: frozenset[int] = frozenset()
    joined: frozenset[int] = frozenset()
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Row:
    """One line of a worksheet: what was asked, and the answer, empty where there is none."""

    label: Word
    said: Word
    grave: bool = False


def filled_in(sent: QueryDict, exam: Exam, exam_type: ExamType) -> Filled:
    """Return what was sent for this exam; codes that the exam type does not know are left out."""
    sheet, errors = said_in(sent, exam_type)
    trainee = exam.trainee or trainee_in(sent, exam.project)
    if trainee is None:
        errors["trainee"] = _("Choose who scanned.")
    shown = {clip: sent.get(f"view.{clip}", "") for clip in exam.clips.values_list("pk", flat=True)}
    known = {view.code for view in exam_type.views}
    apart = frozenset(clip for clip, view in shown.items() if view == APART)
    if shown and len(apart) == len(shown):
        errors["views"] = _("One clip at least stays in this exam.")
    sheet = replace(sheet, views={clip: view for clip, view in shown.items() if view in known})
    joined = frozenset(int(one) for one in sent.getlist("join") if one.isdecimal())
    return Filled(sheet, trainee, "nothing" in sent, "sure" in sent, apart, joined, errors)


def said_in(sent: QueryDict, exam_type: ExamType) -> tuple[Worksheet, dict[str, str]]:
    """Return what a form says of an exam of this type, without views, and what is wrong with it."""
    errors: dict[str, str] = {}
    answers = _answers(sent, exam_type)
    open_questions = [question for question in exam_type.questions if question.code not in answers]
    if "nothing" in sent and Answer.POSITIVE in answers.values():
        errors["answers"] = _("You ticked that nothing was found, and answered a question with yes.")
    elif "nothing" in sent:
        answers |= {question.code: Answer.NEGATIVE for question in open_questions}
    elif open_questions:
        errors["answers"] = _("Answer every question, or tick that nothing was found.")
    sheet = Worksheet(
        exam_type,
        question=_one_of(sent.get("question"), {question.code for question in exam_type.questions}, ""),
        answers=answers,
        age=AgeBand(_one_of(sent.get("age"), set(AgeBand), AgeBand.UNKNOWN)),
        sex=Sex(_one_of(sent.get("sex"), set(Sex), Sex.UNKNOWN)),
        urgency=Urgency.CRITICAL if "critical" in sent else Urgency.USUAL,
    )
    return sheet, errors


def blank(exam: Exam, exam_type: ExamType, said: Worksheet | None) -> Filled:
    """Return the worksheet before anything is sent: what was said before, or what is known of the patient."""
    known = said or Worksheet(exam_type, age=AgeBand(exam.age), sex=Sex(exam.sex), urgency=Urgency(exam.urgency))
    if known.exam_type.code != exam_type.code:
        known = Worksheet(exam_type, age=known.age, sex=known.sex, urgency=known.urgency)
    return Filled(known, exam.trainee, sure=known.urgency is Urgency.CRITICAL)


def types_for(exam: Exam, person: Person) -> tuple[list[ExamType], list[ExamType]]:
    """Return the exam types that the scanner used lately, latest first, and all others as the catalogue has them."""
    return types_lately(exam.project, exam.trainee_id or person.pk)


def types_lately(project: Project, scanner: int) -> tuple[list[ExamType], list[ExamType]]:
    """Return the exam types that somebody used lately, latest first, and all others of the project."""
    used = Exam.objects.filter(trainee=scanner).exclude(exam_type="").values("exam_type")
    codes = [row["exam_type"] for row in used.annotate(last=Max("began_at")).order_by("-last")[:USED_LATELY]]
    known = types_of(project.organisation_id)
    lately = [known[code] for code in codes if code in known]
    return lately, [one for one in known.values() if one not in lately]


def chosen_type(exam: Exam, asked: str | None) -> ExamType | None:
    """Return the type that is asked for, else the one that is known; None as long as nobody said it."""
    known = types_of(exam.project.organisation_id)
    return known.get(asked or "") or known.get(exam.exam_type)


def rows_of(sheet: Worksheet | None) -> list[Row]:
    """Return what was said, row by row in the reader's words; nothing as long as nobody said anything."""
    if sheet is None:
        return []
    labels = {question.code: _said(question.label) for question in sheet.exam_type.questions}
    rows = [
        Row(label, CAN_BE_SAID[sheet.answers[code]] if code in sheet.answers else "", code in sheet.red_flags)
        for code, label in labels.items()
    ]
    if sheet.question:
        rows.append(Row(_("Reason for the exam"), labels[sheet.question]))
    rows += [Row(_("Age"), AGES[sheet.age]), Row(_("Sex"), SEXES[sheet.sex])]
    if sheet.urgency is Urgency.CRITICAL:
        rows.append(Row(_("Urgency"), _("the patient is critical"), grave=True))
    return rows


def _said(text: Text) -> str:
    return text.say(get_language() or "en")


def _answers(sent: QueryDict, exam_type: ExamType) -> dict[str, Answer]:
    said = {question.code: sent.get(f"q.{question.code}") for question in exam_type.questions}
    return {code: Answer(answer) for code, answer in said.items() if answer in set(Answer)}


def trainee_in(sent: QueryDict, project: Project) -> Person | None:
    """Return who was chosen as the one who scanned, None where nobody of the project was."""
    chosen = sent.get("trainee", "")
    return trainees_of(project).filter(pk=int(chosen)).first() if chosen.isdecimal() else None


def _one_of(value: str | None, known: set[Any], otherwise: str) -> str:
    return value if value is not None and value in known else otherwise
