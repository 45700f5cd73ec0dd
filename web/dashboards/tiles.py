"""Which few numbers say how it goes, each with what it was counted from, how sure it is and how it was before?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from storage.catalogue.figures import Figure
from supervision.figures import Share
from supervision.period import Period
from supervision.report.figures import Counted
from web.charts.trend import Past, counts, shares
from web.dashboards.linked import Linked
from web.period import name_of
from web.templatetags.sonorelay import percent

FEW = 20
"""Below so many a share is grey: it can still become nearly anything."""

Before = Sequence[tuple[Period, Linked]]
"""The figures of the last periods, oldest first, those that are shown last."""


@dataclass(frozen=True)
class Rate:
    """A share that a page tells: its name, how it is read off the figures, the scans behind both of its numbers."""

    title: str | Promise
    of: Callable[[Counted], Share]
    count: Figure
    total: Figure
    nothing: str | Promise


RATES = (
    Rate(
        gettext_lazy("Read by an expert"),
        lambda one: one.read_share,
        Figure.RATED,
        Figure.EXAMS,
        gettext_lazy("no exam of a patient came in"),
    ),
    Rate(
        gettext_lazy("Answered in time"),
        lambda one: one.in_time_share,
        Figure.IN_TIME,
        Figure.DUE,
        gettext_lazy("no answer is due yet"),
    ),
    Rate(
        gettext_lazy("Adequate"),
        lambda one: one.adequate_share,
        Figure.ADEQUATE,
        Figure.RATED,
        gettext_lazy("none rated yet"),
    ),
    Rate(
        gettext_lazy("Adequate and answered rightly"),
        lambda one: one.success_share,
        Figure.SUCCEEDED,
        Figure.JUDGED,
        gettext_lazy("none that can be judged yet"),
    ),
    Rate(
        gettext_lazy("Feedback seen"),
        lambda one: one.seen_share,
        Figure.SEEN,
        Figure.RELEASED,
        gettext_lazy("no feedback yet"),
    ),
)


@dataclass(frozen=True)
class Tile:
    """A number with its trend; `share` and the two addresses where it is one, `few` where it says little."""

    title: str | Promise
    value: str
    link: str
    trend: SafeString
    share: Share | None = None
    count_link: str = ""
    total_link: str = ""
    nothing: str | Promise = ""

    @property
    def few(self) -> bool:
        """Tell whether the share rests on little."""
        return self.share is not None and self.share.total < FEW


def tiles(past: Before) -> list[Tile]:
    """Return what stands on top of a page."""
    now = past[-1][1]
    came = Tile(
        _("Scans in"), str(now.counted.scans_in), now.links[Figure.SCANS_IN], counts(_came(past), _("Scans in"))
    )
    return [came, *(_tile(rate, past) for rate in RATES)]


def _tile(rate: Rate, past: Before) -> Tile:
    now = past[-1][1]
    share = rate.of(now.counted)
    return Tile(
        rate.title,
        percent(share.value),
        now.links[rate.count],
        shares([_past(rate, period, one) for period, one in past], str(rate.title)),
        share,
        now.links[rate.count],
        now.links[rate.total],
        rate.nothing,
    )


def _came(past: Before) -> list[Past]:
    return [
        Past(
            one.counted.scans_in,
            f"{name_of(period)}: {_scans(one.counted.scans_in)}",
            one.links[Figure.SCANS_IN],
        )
        for period, one in past
    ]


def _scans(count: int) -> str:
    return ngettext("%(count)d scan", "%(count)d scans", count) % {"count": count}


def _past(rate: Rate, period: Period, one: Linked) -> Past:
    share = rate.of(one.counted)
    if share.value is None:
        return Past(None, f"{name_of(period)}: –", one.links[rate.total])
    low, high = share.interval
    said = _("%(share)s (%(count)d of %(total)d, interval %(low)s to %(high)s)") % {
        "share": percent(share.value),
        "count": share.count,
        "total": share.total,
        "low": percent(low),
        "high": percent(high),
    }
    return Past(share.value, f"{name_of(period)}: {said}", one.links[rate.count], low, high)
