"""How was all this counted?"""

from pipeline.text import Text
from supervision.report.composing import EVERY, Part
from supervision.report.document import Paragraph, Prose, Section
from supervision.report.tabled import Audience
from supervision.suppression import SMALLEST_TOLD

DEFINITIONS = (
    Text(
        "Scan: one clip or still as it was received. Exam: the clips of one patient that are read together.",
        "Enregistrement\u00a0: une séquence ou une image fixe, telle que reçue. Examen\u00a0: les enregistrements d'un"
        " même patient, relus ensemble.",
    ),
    Text(
        "Adequate: every required view is present with its landmarks on the right axis, and the overall rating is 3 or"
        " more. Correct: no critical question answered wrongly. Both are told of the exams that allow it: an adequate"
        " exam whose critical questions nobody answered is not among these.",
        "Adéquat\u00a0: chaque vue requise est présente, avec ses repères et dans le bon axe, et la note globale"
        " atteint 3. Correct\u00a0: aucune question critique mal répondue. Les deux ensemble ne se disent que si"
        " c'est possible\u00a0: un examen adéquat dont les questions critiques sont sans réponse n'y compte pas.",
    ),
    Text(
        "Everything stands on the day (UTC) on which it arrived; weeks, months, quarters and years therefore add up.",
        "Tout est compté au jour d'arrivée (UTC)\u00a0: semaines, mois, trimestres et années s'additionnent.",
    ),
    Text(
        "Intervals hold 95%: Wilson's for plain shares; for weighted shares and for time the same form with the size"
        " that the variance allows.",
        "Intervalles à 95\u00a0%\u00a0: Wilson pour les parts simples\u00a0; même forme, avec l'effectif que permet la"
        " variance, pour les parts pondérées et les délais.",
    ),
    Text(
        "Scans of phantoms are counted as scans and nowhere else.",
        "Les enregistrements sur fantôme ne comptent que comme enregistrements.",
    ),
)
HIDDEN = Text(
    f"This report may leave the organisation: nobody is named, and numbers of patients below {SMALLEST_TOLD} are"
    " hidden, with those that would give them away.",
    f"Ce rapport peut sortir de l'organisation\u00a0: personne n'y est nommé, et les effectifs de patients inférieurs à"
    f" {SMALLEST_TOLD} sont masqués, ainsi que ceux qui les révéleraient.",
)


def methods(audience: Audience) -> Section:
    """Return the definitions, and what is special about this report."""
    said = [*DEFINITIONS, *([HIDDEN] if audience.outside else [])]
    if simulated := audience.figures.detailed.simulated:
        said.append(Text(f"{simulated} of the scans are simulated.", f"{simulated} des enregistrements sont simulés."))
    return Section(
        "methods",
        Text("Methods and definitions", "Méthodes et définitions"),
        tuple(Paragraph(one, Prose.POINT) for one in said),
        small_print=True,
    )


PART = Part(140, EVERY, methods)
