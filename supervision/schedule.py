"""When should a schedule (a cron line of five fields, UTC) last have begun its work?"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
HIGHEST = (59, 23, 31, 12, 6)
LOWEST = (0, 0, 1, 1, 0)
AS_FAR_AS = timedelta(days=366 * 5)  # 29 February


def last_times(schedule: str, now: datetime, count: int) -> tuple[datetime, ...]:
    """Return up to `count` moments, newest first, at or before `now`, at which the schedule was due.

    As Prefect has it: where both a day of the month and a day of the week are given, one of them is enough.
    """
    return tuple(islice(_backwards(schedule, now.astimezone(UTC)), count))


def _backwards(schedule: str, now: datetime) -> Iterator[datetime]:
    minutes, hours, days, months, weekdays = (
        _values(field, low, high) for field, low, high in zip(schedule.split(), LOWEST, HIGHEST, strict=True)
    )
    weekdays = frozenset(day % 7 for day in weekdays)
    of_month, _, of_week = schedule.split()[2:]
    # all of them, beside a field with a star, count as a star
    any_day = of_month == "*" or (len(days) == 31 and "*" in of_week)
    any_weekday = of_week == "*" or (len(weekdays) == 7 and "*" in of_month)
    at = now.replace(second=0, microsecond=0)
    while now - at < AS_FAR_AS:
        in_month = at.day in days
        in_week = at.isoweekday() % 7 in weekdays
        today = (in_month and in_week) if any_day or any_weekday else (in_month or in_week)
        if at.month not in months or not today:
            at = at.replace(hour=23, minute=59) - DAY
        elif at.hour not in hours:
            at = at.replace(minute=59) - timedelta(hours=1)
        else:
            if at.minute in minutes:
                yield at
            at -= MINUTE


def _values(field: str, low: int, high: int) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        begin = low if first == "*" else int(first)
        end = high if first == "*" or (step and not last) else int(last or first)
        found |= set(range(begin, end + 1, int(step or 1)))
    return frozenset(found)
