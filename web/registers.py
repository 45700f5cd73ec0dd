"""How are training, requests and the service of devices told, in the reader's language?"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from supervision.registers import Act, Attended, RequestKind, RequestState, ServiceEnd, SessionKind
from web.words import Word

SESSIONS: Mapping[str, Word] = {
    SessionKind.COURSE: _("course"),
    SessionKind.HANDS_ON: _("hands-on, on volunteers or a phantom"),
    SessionKind.BEDSIDE: _("at the bedside"),
    SessionKind.REMOTE: _("live, from elsewhere"),
    SessionKind.CASE_REVIEW: _("review of cases"),
}
ATTENDED: Mapping[str, Word] = {
    Attended.PRESENT: _("there"),
    Attended.PARTLY: _("there in part"),
    Attended.ABSENT: _("not there"),
}
REQUESTS: Mapping[str, Word] = {
    RequestKind.TRAINING: _("training"),
    RequestKind.EQUIPMENT: _("equipment"),
    RequestKind.CONSUMABLES: _("gel and other consumables"),
}
REQUEST_STATES: Mapping[str, tuple[Word, str]] = {
    RequestState.OPEN: (_("asked"), "question"),
    RequestState.ACCEPTED: (_("accepted"), "waiting"),
    RequestState.MET: (_("met"), "good"),
    RequestState.DECLINED: (_("declined"), "refused"),
    RequestState.WITHDRAWN: (_("withdrawn"), "none"),
}
"""A request's state in words and its icon."""

LINES: Mapping[str, Word] = {
    Act.MADE: _("asked"),
    Act.ACCEPTED: _("accepted"),
    Act.MET: _("met"),
    Act.DECLINED: _("declined"),
    Act.WITHDRAWN: _("withdrawn"),
    Act.REOPENED: _("opened again"),
    Act.NOTE: _("note"),
}
ACTS: Mapping[str, Word] = {
    Act.ACCEPTED: _("Accept it"),
    Act.MET: _("It is met"),
    Act.DECLINED: _("Decline it"),
    Act.WITHDRAWN: _("Withdraw it"),
    Act.REOPENED: _("Open it again"),
    Act.NOTE: _("Add the note"),
}
NEXT = (Act.ACCEPTED, Act.MET, Act.REOPENED)
"""What is the next step, the first that is possible."""

SERVICE_ENDS: Mapping[str, Word] = {
    ServiceEnd.MOVED: _("moved elsewhere"),
    ServiceEnd.RETIRED: _("retired"),
    ServiceEnd.LOST: _("lost or stolen"),
}
