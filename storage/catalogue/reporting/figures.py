"""What does a report of a scope and a period tell?"""

from datetime import datetime

from storage.catalogue.reporting.activity import activity_of, counted_of
from storage.catalogue.reporting.reach import reach_of
from supervision.period import Period
from supervision.report.figures import Figures, Scope


def figures_of(scope: Scope, period: Period, cut_off: datetime) -> Figures:
    """Return every figure of a report; `cut_off` is the moment until which the catalogue is read.

    The same catalogue gives the same figures. What was recorded after `cut_off` is left out, but the states of scans
    are those of now: a report is made when it is due, and kept.
    """
    reach = reach_of(scope)
    return Figures(
        scope=scope,
        period=period,
        cut_off=cut_off,
        activity=activity_of(reach, period, cut_off, projects=scope.projects),
        before=counted_of(reach, period.previous(), cut_off),
    )
