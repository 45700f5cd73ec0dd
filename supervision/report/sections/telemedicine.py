"""What was asked of specialists, and what came of it for the patients?"""

from collections.abc import Mapping

from pipeline.text import Text
from supervision.escalation import DONE, OUTCOMES, SPECIALTIES
from supervision.report.composing import FROM_QUARTERS, Part
from supervision.report.document import Number, Section, Table
from supervision.report.tabled import ALL, Audience, count, share, text
from supervision.report.words import called


def telemedicine(audience: Audience) -> Section:
    """Return the questions of the period by specialty, the answers and what was done."""
    found = audience.figures.detailed.telemedicine
    numbers = audience.numbers(
        "escalations",
        Text("Questions to specialists", "Questions aux spécialistes"),
        [
            Number(Text("Asked", "Posées"), count(found.raised)),
            Number(Text("Answered", "Avec réponse"), count(found.answered)),
            Number(Text("Answered in time", "Réponse dans le délai"), share(found.in_time)),
            Number(Text("Closed, with what was done", "Closes, avec la suite donnée"), count(found.closed)),
        ],
    )
    tables = (
        _table(audience, "specialties", Text("By specialty", "Par spécialité"), found.specialties, SPECIALTIES),
        _table(
            audience,
            "outcomes",
            Text("What the specialist said", "Ce qu'a dit le spécialiste"),
            found.outcomes,
            OUTCOMES,
        ),
        _table(
            audience,
            "done",
            Text("What was done for the patient", "Ce qui a été fait pour le patient"),
            found.done,
            DONE,
        ),
    )
    return Section(
        "telemedicine", Text("Telemedicine", "Télémédecine"), (numbers, *(one for one in tables if one.rows))
    )


def _table(audience: Audience, key: str, title: Text, counts: Mapping[str, int], words: Mapping[str, Text]) -> Table:
    return audience.table(
        key,
        title,
        {"what": title, "questions": Text("Questions", "Questions")},
        [(text(called(code, words)), count(number)) for code, number in counts.items()],
        (text(ALL), count(sum(counts.values()))),
    )


PART = Part(90, FROM_QUARTERS, telemedicine)
