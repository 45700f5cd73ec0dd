"""How is a plan told: why there is one, what is practised, how far it is, and what was done?"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from storage.catalogue import plans
from storage.catalogue.exam_catalogue import type_named
from storage.catalogue.models import Plan
from supervision.competence.remediation import PLAN, Progress, Verdict, fewest
from supervision.exam_types import ExamType
from supervision.phrases import phrases
from supervision.rating import Component
from supervision.sign_off import PlanCause, PlanStep
from web.reading_words import COMPONENTS
from web.words import Word

CAUSES: Mapping[str, Word] = {
    PlanCause.ALARM: gettext_lazy("alarm of the watch"),
    PlanCause.STALLED: gettext_lazy("stands still"),
    PlanCause.IDLE: gettext_lazy("has stopped scanning"),
    PlanCause.PERSON: gettext_lazy("somebody saw the need"),
}
WHY: Mapping[str, Word] = {
    PlanCause.ALARM: gettext_lazy("After sign-off more exams failed than chance explains: the watch raised its alarm."),
    PlanCause.STALLED: gettext_lazy(
        "Twice the exams that it usually takes have been read, and the target is more likely missed than reached."
    ),
    PlanCause.IDLE: gettext_lazy("Signed off, and no exam for longer than the standard lets pass."),
    PlanCause.PERSON: gettext_lazy("Somebody saw that help is needed; why, stands in its history."),
}
STEPS: Mapping[str, Word] = {
    PlanStep.OPENED: gettext_lazy("opened"),
    PlanStep.AGREED: gettext_lazy("agreed"),
    PlanStep.NOTE: gettext_lazy("note"),
    PlanStep.ALARM: gettext_lazy("another alarm of the watch"),
    PlanStep.MET: gettext_lazy("closed: the exams show it"),
    PlanStep.FAILED: gettext_lazy("closed by a step down the ladder"),
}


def target_named(target: str) -> Word:
    """Return how what is to be practised is called."""
    return COMPONENTS[Component(target)] if target in set(Component) else gettext_lazy("Reading the pictures")


@dataclass(frozen=True)
class Practice:
    """One thing that fails: its name, where it is worst (a view or a question), and what helps, best first."""

    name: Word
    where: str
    helps: tuple[str, ...]


@dataclass(frozen=True)
class PlanShown:
    """A plan as its page and the lists show it; `progress` is None for an exam type that is no longer known."""

    plan: Plan
    progress: Progress | None
    today: date

    @property
    def cause(self) -> Word:
        """Why there is one, in a few words."""
        return CAUSES[self.plan.cause]

    @property
    def why(self) -> Word:
        """The same as a sentence."""
        return WHY[self.plan.cause]

    @property
    def late(self) -> bool:
        """Tell whether the day that was agreed is over."""
        return self.plan.closed_at is None and self.plan.due_on is not None and self.plan.due_on < self.today

    @property
    def fulfilled(self) -> bool:
        """Tell whether the exams show what is asked, and a person may close it."""
        return self.progress is not None and self.progress.verdict is Verdict.FULFILLED

    @property
    def failed(self) -> bool:
        """Tell whether all the exams that a plan may take did not show it."""
        return self.progress is not None and self.progress.verdict is Verdict.FAILED

    @property
    def met(self) -> bool:
        """Tell whether it was closed because the exams showed what was asked."""
        return any(line.step == PlanStep.MET for line in self.plan.entries.all())

    @property
    def state(self) -> Word:
        """How far it is, in a few words."""
        if self.plan.closed_at is not None:
            return STEPS[PlanStep.MET if self.met else PlanStep.FAILED]
        if self.fulfilled:
            return _("shown: can be closed")
        if self.failed:
            return _("not reached")
        return _("nothing agreed yet") if not self.plan.exercise else _("under way")

    @property
    def icon(self) -> str:
        """The shape that goes with it."""
        if self.plan.closed_at is not None:
            return "good" if self.met else "none"
        return "good" if self.fulfilled else "weak" if self.failed or self.late else "waiting"

    @property
    def counts(self) -> str:
        """How many exams since it was opened succeeded."""
        if self.progress is None:
            return ""
        told, of = self.progress.successes.count, self.progress.successes.total
        if not of:
            return _("no exam since")
        return ngettext("%(count)d of %(total)d exam succeeded", "%(count)d of %(total)d exams succeeded", of) % {
            "count": told,
            "total": of,
        }

    @property
    def asks(self) -> str:
        """What the exams must show."""
        return _("%(fewest)d successes in a row show it, or more where some fail; at most %(most)d exams count.") % {
            "fewest": fewest(),
            "most": PLAN.scans,
        }

    @property
    def practice(self) -> list[Practice]:
        """Return what fails, worst first."""
        exam_type = type_named(self.plan.organisation_id, self.plan.exam_type)
        return [_practice(one, exam_type) for one in self.plan.components]


def shown(several: Iterable[Plan], today: date) -> list[PlanShown]:
    """Return plans with how far they are, or were when they were closed."""
    return [PlanShown(one, plans.progress_of(one), today) for one in several]


def _practice(one: Mapping[str, Any], exam_type: ExamType | None) -> Practice:
    language = get_language() or "en"
    places = {} if exam_type is None else {place.code: place.label for place in exam_type.views + exam_type.questions}
    where = places.get(one["where"])
    known = phrases()
    helps = tuple(known[code].text.say(language) for code in one["phrases"] if code in known)
    return Practice(target_named(one["target"]), where.say(language) if where else "", helps)
