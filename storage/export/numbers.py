"""Which numbers of projects and periods go to other systems?"""

from collections.abc import Iterable
from datetime import datetime

from pipeline.text import Text
from storage.catalogue.models import Project
from storage.catalogue.registers.figures import registers_of
from storage.catalogue.reporting import activity_of, reach_of
from supervision.export.counts import Name, of_counted, of_training
from supervision.period import Period
from supervision.registers import RegisterFigures
from supervision.report.figures import Counted, Scope, together
from supervision.report.series import ScopeKind

Numbers = dict[str, dict[Name, int]]


def numbers_of(projects: Iterable[Project], period: Period, cut_off: datetime) -> Numbers:
    """Return all numbers of each project (by code) in a period, as known at `cut_off`."""
    places = sorted(projects, key=lambda one: one.code)
    codes = tuple(one.code for one in places)
    reach = reach_of(Scope(ScopeKind.PROGRAMME, "", Text("", ""), codes))
    crossed = activity_of(reach, period, cut_off, projects=codes).crossed
    found: Numbers = {}
    for place in places:
        mine = {cross.exam_type: cross.counted for cross in crossed if cross.project == place.code}
        numbers = of_counted(together(mine.values()) if mine else Counted())
        for code, counted in mine.items():
            numbers |= of_counted(counted, code) if code else {}
        found[place.code] = numbers | _of_registers(registers_of([place], period.first, period.last, cut_off))
    return found


def _of_registers(registers: RegisterFigures) -> dict[Name, int]:
    numbers = of_training(registers.training)
    for code, training in registers.training_by_exam_type.items():
        numbers |= of_training(training, code)
    for kind, count in registers.requests.items():
        numbers |= {Name(f"{kind.value}_requests_made"): count.made, Name(f"{kind.value}_requests_met"): count.met}
    opened = sum(device.opened for device in registers.devices)
    closed = sum(device.closed for device in registers.devices)
    return numbers | {Name("tickets_opened"): opened, Name("tickets_closed"): closed}
