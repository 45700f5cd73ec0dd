"""How is a step on the ladder shown: what is asked and what is there, the rungs, and what was decided?"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from pipeline.text import Text
from storage.catalogue.figures import Figure, Slice
from storage.catalogue.models import Person, Proposal, SignOff, TraineePhase
from storage.catalogue.scope import may
from storage.catalogue.sign_off import Proposed
from supervision.competence.evidence import Evidence
from supervision.ladder import RUNG_WORDS, Rung
from supervision.roles import Action
from supervision.sign_off import Decision
from web.asked import Asked
from web.dashboards.linked import scans_behind
from web.dashboards.progress import exam_address
from web.words import Word

MOST_EXAMS = 12
KINDS: Mapping[str, Word] = {
    "volume": _("number of exams"),
    "learned": _("run of successes"),
    "certain": _("certainty"),
    "positives": _("findings seen"),
    "read_twice": _("second readings"),
    "trusted": _("entrustment"),
    "recent": _("recent exam"),
    "tenure": _("time at this level"),
    "quiet": _("time without alarm"),
}
"""What a requirement is called in a list; on the page of the step it is said whole."""

ON_ALL = ("volume", "learned", "certain", "recent")
"""Requirements that rest on all exams which were read, where they name none."""

FILES: Mapping[str, Word] = {"en.pdf": _("PDF, English"), "fr.pdf": _("PDF, French"), "json": _("signed file")}
DECISIONS: Mapping[str, tuple[Word, str]] = {
    Decision.SIGNED: (pgettext_lazy("certificate", "signed"), "good"),
    Decision.REFUSED: (_("not signed"), "refused"),
}
"""What was decided in words, and its icon."""


@dataclass(frozen=True)
class Piece:
    """One requirement with the exams on which it rests and how many more there are.

    exams: the number of each in the course, as in the curves, and its address. behind: of the scans of all of them.
    """

    evidence: Evidence
    exams: tuple[tuple[int, str], ...]
    more: int
    behind: str

    @property
    def percent(self) -> int:
        """How much of what is asked is there, for the bar."""
        return int(100 * self.evidence.progress)


@dataclass(frozen=True)
class Level:
    """One rung of the ladder with when it was reached last, and by whose word."""

    rung: Rung
    here: bool
    since: TraineePhase | None

    @property
    def words(self) -> Text:
        """What it means to stand there."""
        return RUNG_WORDS[self.rung]


@dataclass(frozen=True)
class Row:
    """A proposal as a line of a list."""

    proposal: Proposal

    @property
    def rung(self) -> Text:
        """Where they stand."""
        return RUNG_WORDS[Rung(self.proposal.rung)]

    @property
    def to(self) -> Text | None:
        """The next rung, if there is one."""
        return RUNG_WORDS[Rung(self.proposal.next_rung)] if self.proposal.next_rung else None

    @property
    def met(self) -> int:
        """How many requirements are met."""
        return self.proposal.asked - len(self.proposal.missing)

    @property
    def missing(self) -> list[Word]:
        """What is still missing, in words."""
        return [words for kind, words in KINDS.items() if kind in self.proposal.missing]


@dataclass(frozen=True)
class Decided:
    """A decision as a line of a list."""

    row: SignOff

    @property
    def rung(self) -> Text:
        """The level it is about."""
        return RUNG_WORDS[Rung(self.row.rung)]

    @property
    def words(self) -> Word:
        """What was decided."""
        return DECISIONS[self.row.decision][0]

    @property
    def icon(self) -> str:
        """The shape of what was decided."""
        return DECISIONS[self.row.decision][1]

    @property
    def files(self) -> list[tuple[Word, str]]:
        """The files of the certificate, name and address; none where nothing was signed."""
        if self.row.decision != Decision.SIGNED:
            return []
        return [(name, reverse("certificate-file", args=[self.row.pk, form])) for form, name in FILES.items()]


def pieces_of(found: Proposed, viewer: Person) -> list[Piece]:
    """Return every piece of evidence with the way to the scans behind it, where the viewer may open them."""
    trainee, address = found.standing.trainee, exam_address(found.standing.trainee, viewer)
    whose = Asked(Slice(trainee=trainee.pk, exam_type=found.standing.code))
    behind = scans_behind(whose, Figure.RATED) if may(viewer, Action.SEE_SCANS) else ""
    numbers = {result.exam: number for number, result in enumerate(found.standing.course.results, 1)}
    return [_piece(one, numbers, address, behind) for one in found.evidence.pieces]


def levels_of(rows: Iterable[TraineePhase], now: Rung) -> list[Level]:
    """Return the whole ladder, the highest rung first."""
    last = {Rung(row.rung): row for row in rows}
    return [Level(rung, rung is now, last.get(rung)) for rung in reversed(Rung)]


def _piece(one: Evidence, numbers: Mapping[int, int], address: Callable[[int], str], behind: str) -> Piece:
    exams = sorted(((numbers[exam], address(exam)) for exam in one.exams), reverse=True)
    last = tuple(exams[:MOST_EXAMS])
    return Piece(one, last, len(exams) - len(last), behind if one.kind in ON_ALL and not last else "")
