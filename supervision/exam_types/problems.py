"""What is wrong with an exam type that somebody wrote, and where?"""

from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.text import Text

NEEDED = Text("is needed", "est à remplir")
UNKNOWN = Text("is not known here", "n'est pas connu ici")
NOT_TABLE = Text("is not of the expected shape", "n'a pas la forme attendue")
NOT_TEXT = Text("must be text", "doit être un texte")
TOO_LONG = Text("must have at most {most} characters", "doit avoir au plus {most} caractères")
NOT_CODE = Text(
    "must be capital letters, digits and underscores, at most {most}, a letter first",
    "doit être en majuscules, chiffres et tirets bas, au plus {most}, une lettre d'abord",
)
TWICE = Text("stands there twice", "figure deux fois")
NOT_NUMBER = Text("must be a number from {low} to {high}", "doit être un nombre de {low} à {high}")
NOT_WHOLE = Text("must be a whole number from {low} to {high}", "doit être un nombre entier de {low} à {high}")
NOT_YES_NO = Text("must be yes or no", "doit être oui ou non")
NOT_SIDE = Text("must be left, right or empty", "doit être gauche, droite ou vide")
STILL_HAS_NO_LENGTH = Text("must be 0 for a still", "doit être 0 pour une image fixe")
CLIP_HAS_LENGTH = Text("must be above 0 for a clip", "doit être supérieur à 0 pour un clip")
NO_SOURCE = Text(
    "is needed: say where the number comes from, or ESTIMATE",
    "est à remplir : dites d'où vient le nombre, ou ESTIMATE",
)
SAME_LIMITS = Text("must differ from the good limit", "doit différer de la limite « bon »")
TURNED = Text(
    "lies on the wrong side of the good limit for this rule",
    "est du mauvais côté de la limite « bon » pour cette règle",
)
NO_VIEW = Text("must hold at least one view", "doivent comporter au moins une vue")
TOO_MANY = Text("must be at most {most}", "doivent être au plus {most}")
OTHER_CODE = Text("is that of another exam type", "est celui d'un autre type d'examen")
STAYS = Text("cannot be changed", "ne peut pas être modifié")
MEANING = Text(
    "was “{before}” when scans were described or read with this code; take a new code for another meaning, or say that "
    "only words are mended",
    "était « {before} » quand des examens ont été décrits ou relus avec ce code ; prenez "
    "un nouveau code pour un autre sens, ou indiquez que seuls des mots sont corrigés",
)


@dataclass(frozen=True)
class Problem:
    """One thing that is not right. row: the number of the row (from 0) of `section`, None outside of the lists.

    section: views, questions, limits, or "" for what holds for the whole; name: the row's code where it has one.
    """

    section: str
    row: int | None
    field: str
    what: Text
    name: str = ""

    @property
    def path(self) -> str:
        """Where it stands, such as views.PLAX.seconds."""
        row = "" if self.row is None else self.name or str(self.row + 1)
        return ".".join(part for part in (self.section, row, self.field) if part)


class Invalid(ValueError):
    """An exam type that cannot be used; says every problem with its path."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        """problems: at least one."""
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{one.path}: {one.what.en}" for one in self.problems))
