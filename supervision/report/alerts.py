"""What calls for attention now, and since when?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from pipeline.text import Text

SILENT_AFTER = timedelta(days=14)
"""Without a single scan of a project."""
INCOMPLETE_AFTER = timedelta(days=3)
"""Until then whoever sent an exam may still say what it is."""


class Alarm(StrEnum):
    """Why something calls for attention, the most urgent first."""

    CLOCK = "clock"
    QUALITY = "quality"
    PROBE = "probe"
    INCOMPLETE = "incomplete"
    SILENT = "silent"


@dataclass(frozen=True)
class Alert:
    """One reason in one place. count: of exams, or tickets; since: the oldest of them, None where there never was one.

    person, exam_type: whose watch gave the alarm, and in what. device: which probe. All are numbers and codes.
    """

    alarm: Alarm
    project: str
    count: int
    since: datetime | None
    person: int | None = None
    exam_type: str = ""
    device: int | None = None
    about: str = ""


WORDS: Mapping[Alarm, Text] = {
    Alarm.CLOCK: Text("Readings whose clock has run out", "Relectures dont le délai est dépassé"),
    Alarm.QUALITY: Text(
        "More failures than after a sign-off is usual", "Plus d'échecs que d'ordinaire après validation"
    ),
    Alarm.PROBE: Text("Faults of a device that are not settled", "Pannes d'appareil non réglées"),
    Alarm.INCOMPLETE: Text("Exams whose details are missing", "Examens dont il manque des précisions"),
    Alarm.SILENT: Text("No scan has come", "Aucun enregistrement reçu"),
}


def in_order(alerts: list[Alert]) -> tuple[Alert, ...]:
    """Return the most urgent kind first, of each kind what has lasted longest."""
    kinds = list(Alarm)

    def place(one: Alert) -> tuple[int, float, str, str]:
        return kinds.index(one.alarm), one.since.timestamp() if one.since else 0.0, one.project, one.about

    return tuple(sorted(alerts, key=place))
