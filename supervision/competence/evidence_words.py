"""In which words is a requirement asked, and what is there told?"""

from collections.abc import Mapping
from math import floor
from types import MappingProxyType

from pipeline.text import Text

TITLES: Mapping[str, Text] = MappingProxyType(
    {
        "volume": Text("{needed} exams read", "{needed} examens relus"),
        "volume_adequate": Text("{needed} adequate exams", "{needed} examens adéquats"),
        "volume_unset": Text("Enough exams read", "Assez d'examens relus"),
        "learned": Text(
            "Competence shown: a run of successes that would be luck in at most {false} of those who fail {p_bad}",
            "Compétence montrée : une suite de réussites qui serait de la chance chez au plus {false} de ceux qui "
            "échouent dans {p_bad} des cas",
        ),
        "certain": Text(
            "Probability of at least {probability} that {target} or more succeed",
            "Probabilité d'au moins {probability} que {target} ou plus réussissent",
        ),
        "positives": Text(
            "Finding seen at least {needed} times for every critical question",
            "Signe vu au moins {needed} fois pour chaque question critique",
        ),
        "positives_once": Text("Finding seen for every critical question", "Signe vu pour chaque question critique"),
        "read_twice": Text("Last {needed} exams read twice", "{needed} derniers examens relus deux fois"),
        "trusted": Text(
            "Entrustment {entrustment} of 5 or more, {needed} times, the last time too",
            "Confiance de {entrustment} sur 5 ou plus, {needed} fois, la dernière comprise",
        ),
        "trusted_once": Text(
            "Entrustment {entrustment} of 5 or more, the last time",
            "Confiance de {entrustment} sur 5 ou plus, la dernière fois",
        ),
        "trusted_direct": Text(
            "Observed directly {needed} times with {entrustment} of 5 or more, the last time too",
            "Observation directe {needed} fois avec {entrustment} sur 5 ou plus, la dernière comprise",
        ),
        "trusted_direct_once": Text(
            "Observed directly with {entrustment} of 5 or more, the last time",
            "Observation directe avec {entrustment} sur 5 ou plus, la dernière fois",
        ),
        "recent": Text("Scanned within the last {needed} months", "A examiné au cours des {needed} derniers mois"),
        "tenure": Text("On this rung for {needed} months", "À cet échelon depuis {needed} mois"),
        "quiet": Text("No alarm for {needed} months", "Aucune alarme depuis {needed} mois"),
    }
)

FOUND: Mapping[str, Text] = MappingProxyType(
    {
        "volume": Text("{value} so far", "{value} jusqu'ici"),
        "volume_unset": Text(
            "{value} so far; the exam type has no number yet: set one in the exam catalogue",
            "{value} jusqu'ici ; le type d'examen n'a pas encore de nombre : fixez-le dans le catalogue des examens",
        ),
        "learned": Text("{sum} of {limit}, not yet", "{sum} sur {limit}, pas encore"),
        "learned_crossed": Text("reached {limit} with exam {number}", "{limit} atteint à l'examen {number}"),
        "certain": Text(
            "{probability}: now {mean} succeed ({low} to {high})",
            "{probability} : actuellement {mean} réussissent ({low} à {high})",
        ),
        "positives": Text("{said}", "{said}"),
        "positives_none": Text("no critical question", "aucune question critique"),
        "read_twice": Text("{value} of the last {last}", "{value} des {last} derniers"),
        "trusted": Text("{value} times, {newest} of 5 the last time", "{value} fois, {newest} sur 5 la dernière fois"),
        "trusted_never": Text("not yet", "pas encore"),
        "recent": Text("{value} months ago", "il y a {value} mois"),
        "recent_now": Text("less than a month ago", "il y a moins d'un mois"),
        "never": Text("never", "jamais"),
        "tenure": Text("for {value} months", "depuis {value} mois"),
        "tenure_now": Text("for less than a month", "depuis moins d'un mois"),
        "tenure_unknown": Text("not known since when", "depuis quand, on l'ignore"),
        "quiet": Text("the last one {value} months ago", "la dernière il y a {value} mois"),
        "quiet_now": Text("the last one less than a month ago", "la dernière il y a moins d'un mois"),
        "quiet_never": Text("none so far", "aucune jusqu'ici"),
        "quiet_unknown": Text("nobody has watched yet", "pas encore de surveillance"),
    }
)


def share_said(share: float) -> Text:
    """Return a share (0-1) in percent, cut off and not rounded: what has not reached a limit never looks as if."""
    tenths = floor(share * 1000 + 1e-9)
    number = f"{tenths / 10:.1f}".removesuffix(".0")
    return Text(f"{number}%", f"{number.replace('.', ',')}\N{NO-BREAK SPACE}%")


def number_said(number: float, decimals: int) -> Text:
    """Return a number, cut off and not rounded, without zeros that say nothing."""
    cut = floor(number * 10**decimals + 1e-9) / 10**decimals
    said = f"{cut:.{decimals}f}"
    said = said.rstrip("0").rstrip(".") if "." in said else said
    return Text(said, said.replace(".", ","))
