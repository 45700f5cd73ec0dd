"""Could the devices be used, and what was wrong with them?"""

from pipeline.text import Text
from supervision.report.composing import EVERY, Part
from supervision.report.document import Block, Cell, Kind, Number, Numbers, Section, Table
from supervision.report.tabled import ALL, Audience, count, hours, text
from supervision.report.words import FAULTS


def equipment(audience: Audience) -> Section | None:
    """Return tickets by fault and, for each device, how long it could be used."""
    figures = audience.figures
    found, devices = figures.detailed.equipment, figures.registers.devices
    if not devices and not sum(found.opened.values()) and not found.pending:
        return None
    blocks: list[Block] = [] if audience.outside else [_tickets(audience)]
    if sum(found.opened.values()):
        blocks.append(_kinds(audience))
    if devices:
        blocks.append(_devices(audience))
    return Section("equipment", Text("Equipment", "Équipement"), tuple(blocks))


def _tickets(audience: Audience) -> Numbers:
    found = audience.figures.detailed.equipment
    return audience.numbers(
        "tickets",
        Text("Faults", "Pannes"),
        [
            Number(Text("Found or reported", "Constatées ou signalées"), count(sum(found.opened.values()))),
            Number(Text("of these found by the software", "dont détectées par le logiciel"), count(found.by_software)),
            Number(Text("Not settled", "Non réglées"), count(found.pending)),
            Number(Text("Probes replaced or repaired", "Sondes remplacées ou réparées"), count(found.probes_changed)),
        ],
    )


def _kinds(audience: Audience) -> Table:
    opened = audience.figures.detailed.equipment.opened
    return audience.table(
        "faults",
        Text("Faults by kind", "Pannes par nature"),
        {"fault": Text("Fault", "Panne"), "tickets": Text("Tickets", "Tickets")},
        [(text(FAULTS[kind]), count(number)) for kind, number in opened.items()],
        (text(ALL), count(sum(opened.values()))),
        patients=(),
    )


def _devices(audience: Audience) -> Table:
    figures = audience.figures
    rows = [
        (
            text(figures.projects.get(one.project, Text(one.project, one.project))),
            text(f"{one.model} {one.pseudonym}".strip(), "" if audience.outside else f"/devices/{one.device}/"),
            hours(one.in_service),
            hours(one.down),
            _usable(one.usable, one.in_service.days),
            count(one.opened),
            count(one.pending),
        )
        for one in figures.registers.devices
    ]
    return audience.table(
        "devices",
        Text("Devices", "Appareils"),
        {
            "project": Text("Project", "Projet"),
            "device": Text("Device", "Appareil"),
            "in_service": Text("In service", "En service"),
            "down": Text("Out of use", "Hors d'usage"),
            "usable": Text("Could be used", "Utilisable"),
            "opened": Text("Tickets", "Tickets"),
            "pending": Text("Not settled", "Non réglés"),
        },
        rows,
        patients=(),
        note=Text(
            "Out of use: as written in the tickets, the same hour once. In service since the first scan where the"
            " register says nothing. The denominator is days in service.",
            "Hors d'usage\u00a0: d'après les tickets, une même heure comptée une fois. En service depuis le premier"
            " enregistrement quand le registre ne dit rien. Le dénominateur est en jours de service.",
        ),
    )


def _usable(usable: float | None, days: int) -> Cell:
    return Cell(None if usable is None else max(0.0, usable), Kind.SHARE, of=days)


PART = Part(100, EVERY, equipment)
