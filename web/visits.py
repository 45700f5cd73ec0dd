"""What changed at a training visit, said in a sentence with its interval?"""

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from supervision.competence.visit import FEWEST, Change, Effect
from supervision.figures import Share


@dataclass(frozen=True)
class Told:
    """An effect in words: what stood before and after, by how much it changed, and whether practice explains it.

    few: too few exams for more than the two counts.
    """

    counts: str
    change: str
    verdict: str
    few: bool


def told(effect: Effect) -> Told:
    """Return an effect in words; the same numbers on the page of a trainee and on that of a session."""
    if effect.difference is None:
        return Told("", "", _("There are no exams on both sides of it yet."), few=True)
    counts = _("Of the last exams before it %(before)s succeeded, of the first after it %(after)s.") % {
        "before": _of(effect.before),
        "after": _of(effect.after),
    }
    change = _("Change: %(change)s.") % {"change": _points(effect.difference)}
    if effect.beyond is None:
        few = _("Too few exams to tell it from practice: %(fewest)d are needed on either side.") % {"fewest": FEWEST}
        return Told(counts, change, few, few=True)
    return Told(counts, change, _verdict(effect.beyond), few=False)


def _verdict(beyond: Change) -> str:
    said = _points(beyond)
    if beyond.low > 0:
        return _("More than practice alone explains: beyond it, %(beyond)s.") % {"beyond": said}
    if beyond.high < 0:
        return _("Less than practice alone would have brought: beside it, %(beyond)s.") % {"beyond": said}
    return _("Practice alone may explain it: beyond it, %(beyond)s.") % {"beyond": said}


def _points(change: Change) -> str:
    value, low, high = (_signed(100 * one) for one in (change.value, change.low, change.high))
    return _("%(value)s points (95%% interval %(low)s to %(high)s)") % {"value": value, "low": low, "high": high}


def _signed(value: float) -> str:
    whole = round(value)
    sign = "+" if whole > 0 else "\N{MINUS SIGN}" if whole < 0 else ""
    return f"{sign}{number_format(abs(whole))}"


def _of(side: Share) -> str:
    return _("%(count)d of %(total)d") % {"count": side.count, "total": side.total}
