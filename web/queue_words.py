"""How is it said why an exam is where it is in the queue?"""

from collections.abc import Callable, Mapping
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storage.catalogue.places import NOT_FOR_ONE, Why
from supervision.sampling import Chosen, Phase
from web.reading_words import READINGS, SKIP_REASONS
from web.templatetags.sonorelay import duration, percent
from web.words import CLOCKS, Word

Facts = Mapping[str, object]

PLAIN: dict[str, Word] = {
    "elsewhere": gettext_lazy("not in a project where you review"),
    "arbiters_only": gettext_lazy("for arbiters only"),
    "own": gettext_lazy("your own exam"),
    "conflict": gettext_lazy("you noted a conflict of interest"),
    "read_before": gettext_lazy("you have read it before: somebody else must read it now"),
    "other_type": gettext_lazy("not one of your exam types"),
    "other_language": gettext_lazy("its trainee does not speak your languages; offered to you once it is late"),
    "taken": gettext_lazy("being read by somebody else"),
    "nobody": gettext_lazy("nobody else could be given it today"),
    "offered": gettext_lazy("you may be given it"),
    "language": gettext_lazy("you speak its trainee's language"),
    "calibrated": gettext_lazy("another reading, for which your readings agree well enough"),
}
"""Sentences without facts."""

PHASES: dict[Phase, Word] = {
    Phase.LEARNING: gettext_lazy("its trainee is learning"),
    Phase.SIGNED_OFF: gettext_lazy("its trainee has been signed off"),
    Phase.AUTONOMOUS: gettext_lazy("its trainee works alone"),
}

CHOSEN: dict[str, Word] = {
    Chosen.FLAGGED: gettext_lazy("always read: it was flagged"),
    Chosen.EXPERT_READ: gettext_lazy("always read: by its exam type"),
    Chosen.LEARNING: gettext_lazy("always read: its trainee is learning"),
    Chosen.ALARM: gettext_lazy("always read: after several poor exams in a row"),
    Chosen.SIGNED_OFF: gettext_lazy("drawn: a share is read soon after sign-off"),
    Chosen.RISK: gettext_lazy("drawn by risk"),
    Chosen.UNIFORM: gettext_lazy("drawn at random"),
    Chosen.ASKED: gettext_lazy("not drawn: somebody wants it to be read"),
    "drawn": gettext_lazy("drawn for an audit"),
}


def sentence(why: Why) -> str:
    """Say one reason."""
    if why.code in PLAIN:
        return str(PLAIN[why.code])
    return _SAID[why.code](why.facts) if why.hours is None else _with_hours(why)


def against(whys: tuple[Why, ...]) -> Why | None:
    """Return why an exam is not offered to the reader, None where it is."""
    return next((why for why in whys if why.code in NOT_FOR_ONE), None)


def _with_hours(why: Why) -> str:
    if why.code == "waiting":
        return _("waiting: +%(hours)d h") % {"hours": round(why.hours or 0)}
    return f"{_SAID[why.code](why.facts)}: +{round(why.hours or 0)}\N{NO-BREAK SPACE}h"


def _clock(facts: Facts) -> str:
    return str(CLOCKS[str(facts["clock"])])


def _score(facts: Facts) -> str:
    score = facts["score"]
    return _("no quality score") if score is None else _("quality score %(score)d") % {"score": score}


def _chosen(facts: Facts) -> str:
    said, share = str(CHOSEN[str(facts["because"])]), facts.get("probability")
    if not isinstance(share, float) or share == 1:
        return said
    return _("%(said)s (probability %(share)s)") % {"said": said, "share": percent(share)}


def _yours(facts: Facts) -> str:
    if facts["paused"]:
        return _("you put it aside")
    return _("you hold it until %(time)s") % {"time": _time(facts["until"])}


def _skipped(facts: Facts) -> str:
    reason, back = SKIP_REASONS[facts["reason"]], facts["back_at"]  # type: ignore[index]  # a StrEnum is its value
    if not isinstance(back, datetime):
        return _("you left it to somebody else: %(reason)s") % {"reason": reason}
    left = duration(back - timezone.now())
    return _("you left it: %(reason)s; offered to you again in %(time)s") % {"reason": reason, "time": left}


def _few(facts: Facts) -> str:
    others = int(str(facts["others"]))
    if not others:
        return _("only you could be given it today")
    return ngettext(
        "only %(number)d other person could be given it today", "only %(number)d others could be given it today", others
    ) % {"number": others}


def _time(moment: object) -> str:
    return date_format(timezone.localtime(moment), "H:i") if isinstance(moment, datetime) else ""


def _away(facts: Facts) -> str:
    until = facts["until"]
    day = date_format(until, "j F") if isinstance(until, datetime) else ""
    return _("you take nothing new before %(day)s") % {"day": day}


_SAID: dict[str, Callable[[Facts], str]] = {
    "clock": _clock,
    "score": _score,
    "phase": lambda facts: str(PHASES[Phase(str(facts["phase"]))]),
    "reading": lambda facts: str(READINGS[facts["reading"]]),  # type: ignore[index]  # a StrEnum is its value
    "chosen": _chosen,
    "yours": _yours,
    "skipped": _skipped,
    "few": _few,
    "away": _away,
    "day_full": lambda facts: _("you have read your %(most)d exams of today") % {"most": facts["most"]},
}
