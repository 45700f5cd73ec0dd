"""Where is this, who takes part, and with which devices?"""

from pipeline.text import Text
from supervision.report.composing import FROM_QUARTERS, Part
from supervision.report.document import Paragraph, Section
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
            text(figures.countries.get(code, "")),
            count(devices[code]),
            count(held[code].sessions if code in held else 0),
        )
        for code, name in figures.projects.items()
    ]
    enrolled, active = figures.detailed.pipeline.enrolled, figures.detailed.pipeline.active
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
    people = Text(
        f"{enrolled} people are registered to learn; {active} of them scanned in this period.",
        f"{enrolled} personnes sont inscrites en formation\u00a0; {active} ont réalisé des examens sur la période.",
    )
    return Section("context", Text("Context", "Contexte"), (Paragraph(people), table))


PART = Part(20, FROM_QUARTERS, context)
