"""Which report does the catalogue give of a scope and a period?"""

from datetime import datetime
from importlib.metadata import version

from storage.catalogue.reporting.figures import figures_of
from supervision.period import Period
from supervision.report.composing import composed
from supervision.report.document import Document
from supervision.report.figures import Scope


def counted(scope: Scope, period: Period, cut_off: datetime, *, outside: bool) -> Document:
    """Return the report as the catalogue knows it at `cut_off`."""
    figures = figures_of(scope, period, cut_off)
    return composed(figures, outside=outside, versions={"sonorelay": version("sonorelay")})
