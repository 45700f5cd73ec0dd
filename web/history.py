"""What happened to a scan and who did it, in words?"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pipeline.reasons import REASONS
from pipeline.text import Text
from storage.catalogue.models import Event
from supervision.questions import QUESTIONS
from supervision.reidentification import PURPOSES
from web.telemedicine import LINES

EVENTS: dict[str, str | Promise] = {
    "received": _("arrived"),
    "withheld": _("held back"),
    "rejected": _("refused by the software"),
    "failed": _("failed on our side"),
    "attempt_failed": _("an attempt failed on our side"),
    "released": _("cleaned, checked and released"),
    "queued": _("put into the review queue"),
    "sector_drawn": _("sector drawn"),
    "layout_taken": _("released with the outline of another scan"),
    "layout_learned": _("its outline was learned for this device"),
    "layout_retired": _("its outline is used no more"),
    "text_accepted": _("writing inside read: it names nobody"),
    "refused": _("refused"),
    "asked": _("sender asked"),
    "answered": _("sender answered"),
    "try_again": _("to be processed anew"),
    "rekeyed": _("made anew under a changed key"),
    "rekey_refused": _("could not be made anew under a changed key"),
    "claimed": _("taken by a reviewer"),
    "given_back": _("given back by a reviewer"),
    "reviewed": _("reviewed by an expert"),
    "seen": _("feedback seen"),
    "worksheet": _("worksheet filled in"),
    "info_completed": _("details completed"),
    "not_chosen": _("not drawn for reading"),
    "read_anyway": _("to be read though it was not drawn"),
    "clock_set": _("clock set by the worksheet"),
    "asked_for": _("another reading asked for"),
    "skipped": _("left to another reviewer"),
    "paused": _("paused by a reviewer"),
    "read_blind": _("read blind by an arbiter"),
    "arbitrated": _("decided by an arbiter"),
    "final": _("final"),
    "amended": _("reading amended"),
    "feedback_released": _("feedback sent to the trainee"),
    "acknowledged": _("feedback read and understood"),
    "replied": _("trainee replied to the feedback"),
    "feedback_answered": _("expert answered the trainee"),
    "appealed": _("trainee appealed"),
    "appeal_decided": _("appeal decided"),
    "joined": _("clips joined to one exam"),
    "exchanged": _("came from another installation"),
    "read_on_both_sides": _("read on two installations, and the readings differ"),
    "sheets_differ": _("two installations were told different things"),
    "sheet_chosen": _("chosen which of two worksheets counts"),
    "split": _("clips set apart as another exam"),
    "reassessed": _("scored anew: by a newer calibration, or another exam type"),
    "evidence_seen": _("looked at, not cleaned yet"),
    "teaching_nominated": _("proposed for the teaching library"),
    "teaching_approved": _("let into the teaching library"),
    "teaching_declined": _("kept out of the teaching library"),
    "teaching_withdrawn": _("taken out of the teaching library"),
    "original_deleted": _("original deleted, its term was over"),
    "original_came_again": _("arrived once more; its original stays deleted"),
    "object_lost": _("a file is lost or damaged in the store"),
    "object_repaired": _("a file was repaired from the second copy"),
    "object_found": _("a file that was lost is whole again"),
    "object_adopted": _("its original was found in the store again"),
    "reidentification_asked": _("re-identification asked for"),
    "reidentification_approved": _("re-identification approved"),
    "reidentified": _("shown whose scan it is"),
    **{f"escalation_{what}": words for what, words in LINES.items()},
}


@dataclass(frozen=True)
class Told:
    """One event: when, who (empty: the software), what, and the code behind it in words."""

    at: datetime
    who: str
    what: str | Promise
    more: tuple[Text, ...]


def told(events: Iterable[Event]) -> list[Told]:
    """Say each event in words; one that has none stands as its code."""
    return [
        Told(
            event.at,
            event.person.display_name if event.person else "",
            EVENTS.get(event.what, event.what.replace("_", " ")),
            tuple(_more(event)),
        )
        for event in events
    ]


def _more(event: Event) -> Iterable[Text]:
    code, answer = str(event.facts.get("code", "")), str(event.facts.get("answer", ""))
    purpose = str(event.facts.get("purpose", ""))
    if code in QUESTIONS:
        yield QUESTIONS[code].text
        if answer in QUESTIONS[code].answers:
            yield QUESTIONS[code].answers[answer]
    elif event.what == "refused" and code in REASONS:
        yield REASONS[code]
    if purpose in PURPOSES:
        yield PURPOSES[purpose]
