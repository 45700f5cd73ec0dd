"""Where is this, who takes part, and with which devices?"""

from pipeline.text import Text
from supervision.report.composing import FROM_QUARTERS, Part
from supervision.report.document import Number, Section
from supervision.report.printed import DASH
from supervision.report.tabled import ALL, Audience, count, text


def context(audience: Audience) -> Section:
    """Return the projects with their country, devices in service and sessions held."""
    figures = audience.figures
    devices = dict.fromkeys(figures.projects, 0)
    for device in figures.registers.devices:
        if device.in_service and device.project in devices:
            devices[device.project] += 1
    held = figures.registers.training_by_project
    rows = [
        (
            text(name),
            text(figures.countries.get(code) or DASH),
            count(devices[code]),
            count(held[code].sessions if code in held else 0),
        )
        for code, name in figures.projects.items()
    ]
    learners, active = figures.detailed.pipeline.learners, figures.detailed.pipeline.active
    table = audience.table(
        "projects_context",
        Text("Projects", "Projets"),
        {
            "project": Text("Project", "Projet"),
            "country": Text("Country", "Pays"),
            "devices": Text("Devices in service", "Appareils en service"),
            "sessions": Text("Training sessions", "Séances de formation"),
        },
        rows,
        (
            text(ALL),
            text(""),
            count(sum(devices.values())),
            count(figures.registers.training.sessions),
        ),
        patients=(),
    )
    people = audience.numbers(
        "people",
        Text("People", "Personnes"),
        [
            Number(Text("People who learn", "Personnes en formation"), count(learners)),
            Number(Text("of these scanned", "dont actives"), count(active)),
        ],
    )
    return Section("context", Text("Context", "Contexte"), (people, table))


PART = Part(20, FROM_QUARTERS, context)
