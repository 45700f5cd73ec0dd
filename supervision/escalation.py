"""How does a question about a patient reach a specialist, and how do the answer and its outcome come back?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from pipeline.text import Text
from supervision.exam_types import ExamType
from supervision.priority import Clock


class EscalationState(StrEnum):
    """How far an escalation is; the last two are closed."""

    OPEN = "open"
    TAKEN = "taken"
    ANSWERED = "answered"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


class What(StrEnum):
    """One line in the history of an escalation."""

    RAISED = "raised"
    TAKEN = "taken"
    GIVEN_BACK = "given_back"
    ASKED = "asked"
    SUPPLIED = "supplied"
    ANSWERED = "answered"
    DONE = "done"
    WITHDRAWN = "withdrawn"


QUESTIONS: Mapping[str, Text] = {
    "what_is_it": Text("What does this show?", "Que montre cet examen ?"),
    "operate": Text("Should this patient be operated on?", "Faut-il opérer ce patient ?"),
    "refer": Text("Should this patient be referred?", "Faut-il référer ce patient ?"),
    "drain": Text("Should this be drained or punctured?", "Faut-il drainer ou ponctionner ?"),
    "treat": Text("Which treatment, and may it begin now?", "Quel traitement, et peut-il commencer maintenant ?"),
    "deliver": Text("When and how should she deliver?", "Quand et comment accoucher cette patiente ?"),
    "follow": Text("Is it better or worse than before?", "Y a-t-il amélioration ou aggravation ?"),
}
SPECIALTIES: Mapping[str, Text] = {
    "radiology": Text("Radiology", "Radiologie"),
    "surgery": Text("Surgery", "Chirurgie"),
    "cardiology": Text("Cardiology", "Cardiologie"),
    "obstetrics": Text("Obstetrics and gynaecology", "Gynécologie-obstétrique"),
    "paediatrics": Text("Paediatrics", "Pédiatrie"),
    "infection": Text("Infectious diseases, TB and HIV", "Maladies infectieuses, TB et VIH"),
    "emergency": Text("Emergency and intensive care", "Urgences et soins intensifs"),
}
OUTCOMES: Mapping[str, Text] = {
    "confirmed": Text("What was suspected is confirmed", "Ce qui était suspecté est confirmé"),
    "other": Text("It is something else", "Il s'agit d'autre chose"),
    "normal": Text("Nothing abnormal", "Rien d'anormal"),
    "not_assessable": Text("Cannot be said from these pictures", "Ces images ne permettent pas de conclure"),
    "scan_again": Text("Scan again as described, then ask again", "Refaire l'examen comme décrit, puis redemander"),
}
DONE: Mapping[str, Text] = {
    "treated": Text("Treated here", "Traité sur place"),
    "procedure": Text("Operated on, drained or punctured here", "Opéré, drainé ou ponctionné sur place"),
    "referred": Text("Referred", "Référé"),
    "watched": Text("Watched, scanned again later", "Surveillé, réexaminé plus tard"),
    "nothing": Text("Nothing had to change", "Rien n'a dû changer"),
    "not_found": Text("The patient could not be found again", "Le patient n'a pas été retrouvé"),
    "died": Text("The patient died before", "Le patient est décédé avant"),
}
LONGEST_NOTE = 1000

MOVES: Mapping[What, tuple[frozenset[EscalationState], EscalationState]] = {
    What.TAKEN: (frozenset({EscalationState.OPEN}), EscalationState.TAKEN),
    What.GIVEN_BACK: (frozenset({EscalationState.TAKEN}), EscalationState.OPEN),
    What.ASKED: (frozenset({EscalationState.TAKEN}), EscalationState.TAKEN),
    What.SUPPLIED: (frozenset({EscalationState.TAKEN}), EscalationState.TAKEN),
    What.ANSWERED: (frozenset({EscalationState.TAKEN}), EscalationState.ANSWERED),
    What.DONE: (frozenset({EscalationState.ANSWERED}), EscalationState.CLOSED),
    What.WITHDRAWN: (frozenset({EscalationState.OPEN, EscalationState.TAKEN}), EscalationState.WITHDRAWN),
}
"""What a person does → from which states, to which."""

CLOSED = frozenset({EscalationState.CLOSED, EscalationState.WITHDRAWN})


def after(state: EscalationState, what: What) -> EscalationState | None:
    """Return the state after a person did `what`; None where it cannot be done now."""
    come_from, leads_to = MOVES.get(what, (frozenset(), state))
    return leads_to if state in come_from else None


@dataclass(frozen=True)
class Line:
    """One line of a history. code: the outcome where it was ANSWERED, what was done for the patient where DONE."""

    at: datetime
    person: str
    what: What
    code: str = ""


@dataclass(frozen=True)
class Standing:
    """How an escalation stands; `taken_by` is whom the line that took it names."""

    state: EscalationState = EscalationState.OPEN
    taken_by: str = ""
    answered_at: datetime | None = None
    outcome: str = ""
    done: str = ""
    closed_at: datetime | None = None


def standing(lines: Iterable[Line]) -> Standing:
    """Return how an escalation stands by its lines alone, in whatever order they became known.

    A line that could not be done at its moment, because somebody elsewhere was first, changes nothing.
    """
    now = Standing()
    for line in sorted(lines, key=lambda one: (one.at, list(What).index(one.what), one.person, one.code)):
        state = after(now.state, line.what)
        if state is None:
            continue
        now = replace(now, state=state, closed_at=line.at if state in CLOSED else None)
        match line.what:
            case What.TAKEN:
                now = replace(now, taken_by=line.person)
            case What.GIVEN_BACK:
                now = replace(now, taken_by="")
            case What.ANSWERED:
                now = replace(now, outcome=line.code, answered_at=line.at)
            case What.DONE:
                now = replace(now, done=line.code)
    return now


def clock_of(*, critical: bool) -> Clock:
    """Return the clock of an escalation: at once where the patient is critical, else within a day."""
    return Clock.P0 if critical else Clock.P1


def missing_for(
    exam_type: ExamType | None, shown: Iterable[str], answered: Iterable[str], *, question: str, consent: bool
) -> tuple[str, ...]:
    """Return what a specialist would ask back for: `question`, `consent`, `exam_type`, `views.X`, `answers.X`.

    shown: required views that a clip is said to show; answered: focused questions that the scanner answered.
    """
    missing = [name for name, there in (("question", question), ("consent", consent)) if not there]
    if exam_type is None:
        return (*missing, "exam_type")
    views, answers = frozenset(shown), frozenset(answered)
    missing += [f"views.{view.code}" for view in exam_type.views if view.code not in views]
    critical = (one.code for one in exam_type.questions if one.critical)
    return (*missing, *(f"answers.{code}" for code in critical if code not in answers))
