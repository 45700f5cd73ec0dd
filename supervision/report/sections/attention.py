"""What calls for attention when this is made?"""

from pipeline.text import Text
from supervision.period import PeriodKind
from supervision.report.alerts import WORDS, Alarm, Alert
from supervision.report.composing import Part
from supervision.report.document import Cell, Section
from supervision.report.tabled import Audience, count, day, text

PAGES = {Alarm.CLOCK: "/queue/", Alarm.INCOMPLETE: "/missing-details/"}


def attention(audience: Audience) -> Section | None:
    """Return the alerts; outside they name neither a person nor an exam type."""
    figures = audience.figures
    if not figures.alerts:
        return None
    rows = [
        (
            text(WORDS[one.alarm], "" if audience.outside else _page(one)),
            text(figures.projects.get(one.project, one.project)),
            text(_about(audience, one)),
            count(one.count) if one.count else Cell(None),
            day(one.since.date()) if one.since else text(Text("never", "jamais")),
        )
        for one in figures.alerts
    ]
    table = audience.table(
        "alerts",
        Text("Alerts", "Alertes"),
        {
            "what": Text("What", "Quoi"),
            "project": Text("Project", "Projet"),
            "about": Text("Who or which", "Qui ou lequel"),
            "number": Text("Number", "Nombre"),
            "since": Text("Since", "Depuis"),
        },
        rows,
        patients=("number",),
    )
    return Section("attention", Text("What calls for attention", "Points d'attention"), (table,))


def _about(audience: Audience, one: Alert) -> str | Text:
    if one.person is None:
        return one.about
    if audience.outside:
        return ""
    label = audience.figures.exam_types.get(one.exam_type) or Text(one.exam_type, one.exam_type)
    return Text(f"{one.about}, {label.en}", f"{one.about}, {label.fr}")


def _page(one: Alert) -> str:
    if one.device is not None:
        return f"/devices/{one.device}/"
    if one.person is not None:
        return f"/overview/trainees/{one.person}/"
    return PAGES.get(one.alarm, f"/overview/projects/{one.project}/")


PART = Part(12, frozenset({PeriodKind.WEEK, PeriodKind.MONTH}), attention)
