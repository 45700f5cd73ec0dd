"""How is an escalation told: its state, what was done, what is missing, and by whom without saying more than may be?"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from pipeline.text import Text
from storage.catalogue import telemedicine
from storage.catalogue.blinding import hidden_from
from storage.catalogue.exam_catalogue import type_of
from storage.catalogue.models import Escalation, EscalationEntry, Exam, Person
from supervision.blinding import Hidden
from supervision.escalation import EscalationState, What, after

STATES: dict[str, tuple[str | Promise, str]] = {
    EscalationState.OPEN: (_("waits for a coordinator"), "waiting"),
    EscalationState.TAKEN: (_("with a specialist"), "waiting"),
    EscalationState.ANSWERED: (_("answered; what was done?"), "question"),
    EscalationState.CLOSED: (_("closed"), "good"),
    EscalationState.WITHDRAWN: (_("withdrawn"), "none"),
}

LINES: dict[str, str | Promise] = {
    What.RAISED: _("asked telemedicine"),
    What.TAKEN: _("took it to a specialist"),
    What.GIVEN_BACK: _("gave it back to the inbox"),
    What.ASKED: _("asked the project"),
    What.SUPPLIED: _("answered the coordinator"),
    What.ANSWERED: _("passed on the specialist's answer"),
    What.DONE: _("said what was done for the patient"),
    What.WITHDRAWN: _("withdrew the question"),
}

ACTS: dict[What, str | Promise] = {
    What.TAKEN: _("I take it to a specialist"),
    What.GIVEN_BACK: _("Back to the inbox"),
    What.ASKED: _("Ask the project"),
    What.SUPPLIED: _("Answer the coordinator"),
    What.ANSWERED: _("Pass on the specialist's answer"),
    What.DONE: _("This was done for the patient"),
    What.WITHDRAWN: _("Withdraw the question"),
}


@dataclass(frozen=True)
class Line:
    """One line of the history; who: a name, or whose part it was where the name is hidden from the reader."""

    at: datetime
    who: str | Promise
    what: str | Promise
    code: str
    note: str


def lines_of(escalation: Escalation, person: Person) -> list[Line]:
    """Return the history as `person` may read it."""
    hidden = hidden_from(person, escalation.exam)
    entries = escalation.entries.select_related("person").order_by("at", "pk")
    return [
        Line(one.at, _who(one, escalation.exam, person, hidden), LINES[one.what], one.code, one.note) for one in entries
    ]


def acts_for(person: Person, escalation: Escalation) -> list[What]:
    """Return what this person may do with it now, the next step first."""
    possible = [what for what in ACTS if after(EscalationState(escalation.state), what) is not None]
    return [what for what in possible if telemedicine.reachable(person, what).filter(pk=escalation.pk).exists()]


def site_of(person: Person, exam: Exam) -> str:
    """Return the name of the project; nothing where `person` must not know it before the exam is final."""
    return "" if Hidden.SITE in hidden_from(person, exam) else exam.project.name


def missing_in_words(exam: Exam, missing: Sequence[str]) -> list[str | Promise]:
    """Return what is missing, each in words; a code that the exam type no longer has stands as it is."""
    known = type_of(exam)
    views = {view.code: view.label for view in known.views} if known else {}
    questions = {one.code: one.label for one in known.questions} if known else {}
    words: list[str | Promise] = []
    for path in missing:
        part, _dot, code = path.partition(".")
        if part == "views":
            words.append(_now("no clip is said to show: %(view)s") % {"view": _label(views.get(code), code)})
        elif part == "answers":
            words.append(
                _now("the scanner did not answer: %(question)s") % {"question": _label(questions.get(code), code)}
            )
        elif part in _LACKING:
            words.append(_LACKING[part])
    return words


_LACKING: dict[str, str | Promise] = {
    "exam_type": _("the exam type is not known"),
    "question": _("no question was chosen"),
    "consent": _("the patient's consent is not recorded"),
}


def _label(text: Text | None, code: str) -> str:
    return text.say(get_language() or "en") if text else code


def _who(entry: EscalationEntry, exam: Exam, reader: Person, hidden: frozenset[Hidden]) -> str | Promise:
    if entry.person is None:
        return _("the software")
    if entry.person_id == reader.pk or not hidden & {Hidden.TRAINEE, Hidden.SITE}:
        return entry.person.display_name
    return _("the scanner") if entry.person_id == exam.trainee_id else _("a colleague (hidden until the exam is final)")
