"""What came in some days, what became of it, and how good was it: for the whole and for each of its parts?

The numbers are counted once for the smallest parts; larger parts and the whole are only added up here, so that they
cannot differ.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import numpy as np

from storage.catalogue.figures import Dimension
from storage.catalogue.models import Project
from storage.catalogue.reporting.counting import (
    Cut,
    Key,
    Table,
    of_exams,
    of_first_readings,
    of_scans,
    place_in,
)
from storage.catalogue.reporting.expressions import WeekNumber, monday_of
from storage.catalogue.reporting.labels import labels_of
from storage.catalogue.reporting.reach import Reach
from supervision.period import Days, monday
from supervision.report.figures import Activity, Counted, Cross, Part, Stretch, together

K = TypeVar("K", bound=Hashable)


def activity_of(reach: Reach, days: Days, cut_off: datetime, *, projects: Iterable[str] = ()) -> Activity:
    """Return the figures of what arrived in these days; what was recorded later than `cut_off` is not in them.

    The states of scans are those of now. projects: codes of those that are told of though nothing came from them.
    """
    keys, table = _counted(reach, days, cut_off, ("project", "exam_type"), WeekNumber)
    crossed = _added(table, [key[1:] for key in keys])
    return Activity(
        together(crossed.values()),
        _named("project", dict.fromkeys(projects, Counted()) | _added(table, [key[1] for key in keys])),
        _named("exam_type", _added(table, [key[2] for key in keys])),
        _weekly(_added(table, [key[0] for key in keys]), days),
        tuple(Cross(project, code, one) for (project, code), one in sorted(crossed.items())),
    )


def parts_of(reach: Reach, days: Days, cut_off: datetime, by: Dimension) -> tuple[Part, ...]:
    """Return the figures of each project, exam type, trainee or device, in order of their names, unknown last.

    By device the numbers are of scans alone: an exam is not of a device.
    """
    keys, table = _counted(reach, days, cut_off, (by,))
    return _named(by, _added(table, [key[0] for key in keys]))


def counted_of(reach: Reach, days: Days, cut_off: datetime) -> Counted:
    """Return the figures of the whole alone."""
    keys, table = _counted(reach, days, cut_off, ())
    return together(_added(table, keys).values())


def counted_in(reach: Reach, stretches: Sequence[Days], cut_off: datetime) -> tuple[Counted, ...]:
    """Return the figures of the whole in each of several stretches of days, asked for at once."""
    if not stretches:
        return ()
    every = Days(min(one.first for one in stretches), max(one.last for one in stretches))
    keys, table = _counted(reach, every, cut_off, (), place_in(stretches))
    found = _added(table, [place for (place,) in keys])
    return tuple(found.get(place, Counted()) for place in range(len(stretches)))


def _counted(
    reach: Reach, days: Days, cut_off: datetime, by: tuple[Dimension, ...], cut: Cut | None = None
) -> tuple[list[Key], Table]:
    """Return the numbers for each combination of the parts, the stretch first if time is cut; a key may come again."""
    asked = (of_scans,) if "device" in by else (of_scans, of_exams, of_first_readings)
    found = [ask(reach, by, days, cut_off, cut) for ask in asked]
    keys = [key for some, _ in found for key in some]
    if "project" in by:
        place = by.index("project") + (cut is not None)
        codes = dict(Project.objects.values_list("pk", "code"))
        keys = [(*key[:place], codes[key[place]], *key[place + 1 :]) for key in keys]
    return keys, np.concatenate([table for _, table in found])


def _added(table: Table, groups: Sequence[K]) -> dict[K, Counted]:
    """Return the sum of the rows of each group."""
    places = {group: place for place, group in enumerate(dict.fromkeys(groups))}
    sums = np.zeros((len(places), table.shape[1]), np.int64)
    np.add.at(sums, [places[group] for group in groups], table)
    return {group: Counted(*map(int, sums[place])) for group, place in places.items()}


def _named(by: Dimension, counted: Mapping[Any, Counted]) -> tuple[Part, ...]:
    labels = labels_of(by, counted)
    return tuple(Part(key or None, label, counted[key]) for key, label in labels.items())


def _weekly(counted: Mapping[int, Counted], days: Days) -> tuple[Stretch, ...]:
    by_monday = {monday_of(number): one for number, one in counted.items()}
    return tuple(Stretch(week, by_monday.get(monday(week.first), Counted())) for week in days.weeks())
