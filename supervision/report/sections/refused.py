"""Which scans could not be used, and why; and what waits?"""

from pipeline.text import Text
from supervision.figures import Ages
from supervision.period import PeriodKind
from supervision.report.composing import Part
from supervision.report.document import Cell, Section, Table
from supervision.report.tabled import ALL, Audience, count, hours, text
from supervision.report.words import REASONS, STATES, called


def refused(audience: Audience) -> Section:
    """Return the reasons of what was refused, held back or failed, and how long what waits has waited."""
    figures = audience.figures
    return Section(
        "refused_and_waiting",
        Text("Refused, incomplete and waiting", "Refusés, incomplets et en attente"),
        (*([_reasons(audience)] if figures.detailed.refusals else []), _waiting(audience)),
    )


def _reasons(audience: Audience) -> Table:
    refusals = audience.figures.detailed.refusals
    return audience.table(
        "refusals",
        Text("Scans that could not be used", "Enregistrements inutilisables"),
        {
            "state": Text("What", "Statut"),
            "reason": Text("Why", "Motif"),
            "scans": Text("Scans", "Enregistrements"),
        },
        [(text(STATES[one.state]), text(called(one.code, REASONS)), count(one.count)) for one in refusals],
        (text(ALL), text(""), count(sum(one.count for one in refusals))),
        patients=("scans",),
    )


def _waiting(audience: Audience) -> Table:
    waits = audience.figures.detailed.waiting
    rows = [
        (text(Text("Readings asked for", "Relectures demandées")), *_aged(waits.queue)),
        (text(Text("of these overdue", "dont en retard")), count(waits.overdue), hours(None), hours(None)),
        (
            text(Text("of these critical or with a red flag", "dont critiques ou avec signe d'alerte")),
            count(waits.urgent),
            hours(None),
            hours(None),
        ),
        (text(Text("Feedback not opened", "Retours non ouverts")), *_aged(waits.unseen)),
        (
            text(Text("Exams without author", "Examens sans opérateur")),
            count(waits.no_trainee),
            hours(None),
            hours(None),
        ),
        (text(Text("Exams without type", "Examens sans type")), count(waits.no_exam_type), hours(None), hours(None)),
        (
            text(Text("Scans held back for privacy", "Retenus pour confidentialité")),
            *_aged(waits.withheld),
        ),
    ]
    return audience.table(
        "waiting",
        Text("What waits when this was counted", "Ce qui attend au moment du décompte"),
        {
            "what": Text("What", "Quoi"),
            "number": Text("Number", "Nombre"),
            "median": Text("Half wait longer than", "La moitié attend depuis plus de"),
            "oldest": Text("The oldest waits for", "Le plus ancien attend depuis"),
        },
        rows,
        patients=("number", "median", "oldest"),
        note=Text("Whenever it arrived.", "Quelle que soit la date d'arrivée."),
    )


def _aged(waits: Ages) -> tuple[Cell, Cell, Cell]:
    return count(waits.total), hours(waits.median, waits.total), hours(waits.oldest, waits.total)


PART = Part(35, frozenset(PeriodKind), refused)
