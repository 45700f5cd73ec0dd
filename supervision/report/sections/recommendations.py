"""What should be done next, and what became of what was recommended before?"""

from pipeline.text import Text
from supervision.report.composing import FROM_QUARTERS, Part
from supervision.report.document import Paragraph, Prose, Section
from supervision.report.tabled import Audience


def recommendations(audience: Audience) -> Section:  # noqa: ARG001 - what stands here is written by people
    """Return the place of the recommendations; those of the period before stand there to be followed up."""
    asked = Text(
        "Written by whoever answers for the programme. What was recommended in the period before stands below: say what"
        " became of each point.",
        "Rédigées par la personne responsable du programme. Les recommandations de la période précédente figurent"
        " ci-dessous\u00a0: dire ce qu'il est advenu de chacune.",
    )
    return Section(
        "recommendations",
        Text("Recommendations and their status", "Recommandations et suivi"),
        (Paragraph(asked, Prose.NOTE),),
        follows=True,
    )


PART = Part(130, FROM_QUARTERS, recommendations)
