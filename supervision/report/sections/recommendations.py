"""What should be done next, and what became of what was recommended before?"""

from pipeline.text import Text
from supervision.report.composing import FROM_QUARTERS, Part
from supervision.report.document import Paragraph, Prose, Section
from supervision.report.tabled import Audience


def recommendations(audience: Audience) -> Section:  # noqa: ARG001 - what stands here is written by people
    """Return the place of the recommendations; those of the period before stand there to be followed up."""
    asked = Text(
        "Written by whoever answers for the programme, as the comment of this section. What was recommended in the"
        " period before is repeated with it, so that each point can be answered.",
        "Rédigées par la personne responsable du programme, comme commentaire de cette section. Les recommandations de"
        " la période précédente y sont reprises, pour que chacune reçoive une réponse.",
    )
    return Section(
        "recommendations",
        Text("Recommendations and their status", "Recommandations et suivi"),
        (Paragraph(asked, Prose.NOTE),),
        follows=True,
    )


PART = Part(130, FROM_QUARTERS, recommendations)
