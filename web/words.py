"""How are states, verdicts, roles and ratings called in the reader's language?"""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from pipeline.finding import Side, Verdict
from supervision.receipts import Answer
from supervision.roles import Role
from supervision.states import Stage, State

Word = str | Promise

STATES: dict[str, tuple[Word, str]] = {
    State.RECEIVED: (_("being processed"), "waiting"),
    State.REJECTED: (_("refused"), "refused"),
    State.WITHHELD: (_("held back"), "held"),
    State.FAILED: (_("our failure"), "refused"),
    State.AWAITING_INFO: (_("details missing"), "question"),
    State.QUEUED: (_("waiting for review"), "waiting"),
    State.NOT_CHOSEN: (_("not chosen for reading"), "none"),
    State.FINAL: (_("reviewed"), "good"),
    Stage.SECOND_READ: (_("read by a second expert"), "waiting"),
    Stage.ARBITRATION: (_("with an arbiter: two experts differ"), "waiting"),
    Stage.APPEALED: (_("appealed: with an arbiter"), "waiting"),
}
"""The word and the icon of a scan's state, or of an exam's stage."""

ANSWERS: dict[str, tuple[str, str]] = {
    Answer.ACCEPTED: (State.FINAL, "good"),
    Answer.DUPLICATE: (State.RECEIVED, "none"),
    Answer.WAITING_FOR: (State.AWAITING_INFO, "question"),
    Answer.REFUSED: (State.REJECTED, "refused"),
    Answer.WITHHELD: (State.WITHHELD, "held"),
    Answer.FAILED: (State.FAILED, "refused"),
    Answer.READING: (State.RECEIVED, "waiting"),
}
"""The state that looks like an answer to what was received, and the icon."""

VERDICTS: dict[str, tuple[Word, str]] = {
    Verdict.GOOD: (_("good"), "good"),
    Verdict.WEAK: (_("weak"), "weak"),
    Verdict.POOR: (_("poor"), "poor"),
    Verdict.NOT_MEASURABLE: (_("could not be measured"), "none"),
    Verdict.NOT_APPLICABLE: (_("does not apply"), "none"),
}

SIDES: dict[str, Word] = {
    Side.LEFT: _("on the left of the picture"),
    Side.RIGHT: _("on the right of the picture"),
    Side.BOTH: _("on both sides of the picture"),
}

ROLES: dict[str, Word] = {
    Role.TRAINEE: _("trainee"),
    Role.REVIEWER: _("reviewer"),
    Role.ARBITER: _("arbiter"),
    Role.FACILITATOR: _("facilitator"),
    Role.SUPERVISOR: _("supervisor"),
    Role.BIOMED: _("biomedical engineer"),
    Role.DATA_OFFICER: _("data officer"),
    Role.AUDITOR: _("auditor (reads only)"),
    Role.PARTNER_OWNER: _("partner owner"),
    Role.ADMINISTRATOR: _("administrator"),
}

ANCHORS: dict[int, Word] = {
    1: _("no recognisable structure"),
    2: _("minimally recognisable, insufficient"),
    3: _("minimum criteria met, recognisable with technical flaws"),
    4: _("all structures well imaged, diagnosis easily supported"),
    5: _("excellent"),
}
"""What each overall rating means."""

CLOCKS: dict[str, Word] = {
    "P0": _("critical: answer within 5 h"),
    "P1": _("red flag: answer within 24 h"),
    "P2": _("before sign-off: answer within 72 h"),
    "P3": _("audit: answer within 14 days"),
}

SHAPES: dict[str, Word] = {
    "curvilinear": _("curvilinear"),
    "phased": _("phased"),
    "linear": _("linear"),
    "unknown": _("unknown"),
}

PROVENANCES: dict[str, Word] = {
    "declared": _("declared by the device"),
    "estimated": _("estimated from the picture"),
    "learned": _("found by a learned model"),
    "unknown": _("unknown"),
}

UNITS: dict[str, Word] = {
    "share of scan lines": _("measured on %(value)s of the scan lines"),
    "share of the sector": _("measured on %(value)s of the sector"),
    "share of the depth": _("measured on %(value)s of the depth"),
    "share of the mean profile": _("measured %(value)s of the mean profile"),
    "share of the neighbours": _("measured %(value)s of the neighbours' level"),
    "share of frames": _("measured on %(value)s of the frames"),
    "share of the clip": _("measured on %(value)s of the clip"),
    "shares of the sector per second": _("measured %(value)s sectors per second"),
    "grey level": _("measured grey level %(value)s of 255"),
    "likelihood": _("likelihood %(value)s"),
    "ratio": _("ratio %(value)s"),
    "block index": _("block index %(value)s of 1"),
    "pictures per second": _("measured %(value)s pictures per second"),
    "share of the contrast": _("change measured: %(value)s of the contrast"),
    "s": _("measured %(value)s s"),
    "mm": _("measured %(value)s mm"),
}
"""A rule's unit with its value; a unit that is not listed stands as it is."""

FIGURES: dict[str, Word] = {
    "scans_in": _("All scans that came in"),
    "in_progress": _("Being processed"),
    "rejected": _("Refused"),
    "withheld": _("Held back"),
    "failed": _("Our failure"),
    "awaiting_info": _("Details missing"),
    "not_chosen": _("Not chosen for reading"),
    "backlog": _("Waiting for review"),
    "reviewed": _("Reviewed"),
    "scored": _("Clinical scans with a quality score"),
    "rated": _("Clinical exams with an expert's rating, by their first clip"),
    "adequate": _("Clinical exams rated adequate, by their first clip"),
    "exams": _("Clinical exams, by their first clip"),
    "due": _("Clinical exams whose first answer was given or is late, by their first clip"),
    "in_time": _("Clinical exams answered in time, by their first clip"),
    "judged": _("Clinical exams that can be judged a success or not, by their first clip"),
    "succeeded": _("Clinical exams adequate and answered rightly, by their first clip"),
    "answered": _("Clinical exams whose critical answers can be judged, by their first clip"),
    "correct": _("Clinical exams with every critical answer right, by their first clip"),
    "released": _("Clinical exams with feedback, by their first clip"),
    "seen": _("Clinical exams whose feedback was seen, by their first clip"),
    "asked": _("Clinical exams that somebody was asked to read, by their first clip"),
}
"""What each number of the overview counts."""
