"""What stays when the supporting organisation leaves, and how far are hand-overs?"""

from pipeline.text import Text
from supervision.handover import STAGES, HandoverStage
from supervision.report.composing import FROM_QUARTERS, Part
from supervision.report.document import Number, Section
from supervision.report.tabled import Audience, count, day, share, text


def sustainability(audience: Audience) -> Section:
    """Return who needs no help any more, who reads locally, and each project that is being handed over."""
    found = audience.figures.detailed.sustained
    numbers = audience.numbers(
        "sustained",
        Text("What stays", "Ce qui reste"),
        [
            Number(Text("People who train others", "Personnes qui forment les autres"), count(found.trainers)),
            Number(
                Text("People who are autonomous in an exam type", "Personnes autonomes pour un type d'examen"),
                count(found.autonomous),
            ),
            Number(
                Text("Readings by people of the project", "Relectures par des personnes du projet"),
                share(found.local_readings),
            ),
        ],
    )
    table = audience.table(
        "handovers",
        Text("Hand-over", "Transmission"),
        {
            "project": Text("Project", "Projet"),
            "receiver": Text("To", "À"),
            "stage": Text("Step", "Étape"),
            "since": Text("Since", "Depuis"),
        },
        [
            (text(one.name), text(one.receiver), text(STAGES[HandoverStage(one.stage)]), day(one.since.date()))
            for one in found.handed
        ],
        patients=(),
    )
    title = Text("Sustainability and hand-over", "Pérennité et transmission")
    return Section("sustainability", title, (numbers, table) if table.rows else (numbers,))


PART = Part(110, FROM_QUARTERS, sustainability)
