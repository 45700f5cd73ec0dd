"""Were the exams indicated, did they answer the question, and what did they change for patients?"""

from pipeline.text import Text
from supervision.figures import Share
from supervision.report.composing import FROM_QUARTERS, Part
from supervision.report.document import Number, Section, Table
from supervision.report.tabled import ALL, Audience, count, mean, share, text
from supervision.report.words import CONSEQUENCES, INDICATIONS


def integration(audience: Audience) -> Section | None:
    """Return indication, integration and consequences, as experts rated them."""
    found = audience.figures.detailed.read.integration
    if not (sum(found.indication) or found.integration.total or sum(found.consequences.values())):
        return None
    number = Number(
        Text(
            "The exam answers the clinical question, mean of 1 to 5", "L'examen répond à la question, moyenne de 1 à 5"
        ),
        mean(found.integration),
    )
    return Section(
        "integration",
        Text("Clinical integration", "Intégration clinique"),
        (
            audience.numbers("integration_mean", Text("Integration", "Intégration"), [number]),
            _indication(audience),
            _consequences(audience),
        ),
    )


def _indication(audience: Audience) -> Table:
    found = audience.figures.detailed.read.integration.indication
    return audience.table(
        "indication",
        Text("Indication", "Indication"),
        {
            "indication": Text("Indication", "Indication"),
            "exams": Text("Exams", "Examens"),
            "share": Text("Share", "Part"),
        },
        [
            (text(label), count(number), share(Share(number, sum(found))))
            for label, number in zip(INDICATIONS, found, strict=True)
        ],
        (text(ALL), count(sum(found)), text("")),
        patients=("exams", "share"),
    )


def _consequences(audience: Audience) -> Table:
    found = audience.figures.detailed.read.integration.consequences
    total = sum(found.values())
    return audience.table(
        "consequences",
        Text("What the expert's reading meant for the patient", "Ce que la relecture a changé pour le patient"),
        {
            "consequence": Text("Consequence", "Conséquence"),
            "exams": Text("Exams", "Examens"),
            "share": Text("Share", "Part"),
        },
        [(text(CONSEQUENCES[one]), count(number), share(Share(number, total))) for one, number in found.items()],
        (text(ALL), count(total), text("")),
        patients=("exams", "share"),
    )


PART = Part(70, FROM_QUARTERS, integration)
