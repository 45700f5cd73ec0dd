"""Why was a file refused or withheld: what happened, and what to do, in both languages.

Every code that an error of this project carries stands here, so that no message is without its translation.
"""

from pipeline.reasons.conflicts import CONFLICTS
from pipeline.reasons.misconfigured import MISCONFIGURED
from pipeline.reasons.rejected import REJECTED
from pipeline.reasons.unavailable import UNAVAILABLE
from pipeline.reasons.withheld import WITHHELD
from pipeline.text import Text

REASONS: dict[str, Text] = {
    **REJECTED,
    **WITHHELD,
    **CONFLICTS,
    **UNAVAILABLE,
    **MISCONFIGURED,
    # Anything that the program did not foresee; kept, never shown in detail
    "internal": Text(
        "Something failed on our side; the scan is kept and the administrator is told. Nothing has to be sent again.",
        "Une erreur est survenue de notre côté ; l'examen est conservé, l'administrateur prévenu. Ne renvoyez rien.",
    ),
}
