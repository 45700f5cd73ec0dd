"""Which sections does a report have, in which order?

A file of supervision/report/sections is a section: its `PART` says in which reports it stands, and where.
"""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.text import Text
from supervision.period import PeriodKind
from supervision.report import sections
from supervision.report.document import Document, Section
from supervision.report.figures import Figures
from supervision.report.tabled import Audience

EVERY = frozenset(PeriodKind)
FROM_MONTHS = EVERY - {PeriodKind.WEEK}
FROM_QUARTERS = frozenset({PeriodKind.QUARTER, PeriodKind.YEAR})
TITLES: Mapping[PeriodKind, Text] = {
    PeriodKind.WEEK: Text("Weekly report", "Rapport hebdomadaire"),
    PeriodKind.MONTH: Text("Monthly report", "Rapport mensuel"),
    PeriodKind.QUARTER: Text("Quarterly report", "Rapport trimestriel"),
    PeriodKind.YEAR: Text("Annual report", "Rapport annuel"),
}


@dataclass(frozen=True)
class Part:
    """A section as its file declares it.

    place: sections stand in the order of these. kinds: of the reports in which it stands. of: makes it of the figures,
    for who will read them; None where there is nothing that belongs there.
    """

    place: int
    kinds: frozenset[PeriodKind]
    of: Callable[[Audience], Section | None]


def composed(figures: Figures, *, outside: bool, versions: Mapping[str, str]) -> Document:
    """Return the report of these figures."""
    scope, period = figures.scope, figures.period
    audience = Audience(figures, outside=outside)
    made = (part.of(audience) for part in parts() if period.kind in part.kinds)
    return Document(
        kind=period.kind,
        scope=scope.code,
        scope_name=scope.name,
        period=period.code,
        period_name=period.label,
        first=period.first,
        last=period.last,
        cut_off=figures.cut_off,
        title=TITLES[period.kind],
        sections=tuple(section for section in made if section is not None),
        versions=tuple(sorted(versions.items())),
        outside=outside,
    )


@cache
def parts() -> tuple[Part, ...]:
    """Return the sections that there are, in their order."""
    files = sorted(Path(sections.__path__[0]).glob("[!_]*.py"))
    found: list[Part] = [importlib.import_module(f"{sections.__name__}.{file.stem}").PART for file in files]
    return tuple(sorted(found, key=lambda part: part.place))
