"""How much is a person trusted with one exam type, and how far does that reach?"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from pipeline.text import Text
from supervision.sampling import Phase


class Rung(StrEnum):
    """One rung of the ladder of autonomy, of a person and an exam type; the lowest first."""

    OBSERVE = "observe"
    SUPERVISED = "supervised"
    REMOTE_REVIEWED = "remote_reviewed"
    AUDITED = "audited"
    AUTONOMOUS = "autonomous"
    TRAINER = "trainer"

    @property
    def height(self) -> int:
        """How many rungs lie below."""
        return list(Rung).index(self)

    @property
    def above(self) -> "Rung | None":
        """The next higher rung, None for the highest."""
        rungs = list(Rung)
        return rungs[self.height + 1] if self.height + 1 < len(rungs) else None


SIGNED_OFF = Rung.AUDITED
"""The rung to which sign-off leads."""

RUNG_WORDS: Mapping[Rung, Text] = MappingProxyType(
    {
        Rung.OBSERVE: Text("Observes", "Observe"),
        Rung.SUPERVISED: Text("Scans with a supervisor at hand", "Examine avec un superviseur sur place"),
        Rung.REMOTE_REVIEWED: Text("Scans alone, every exam is read", "Examine seul, chaque examen est relu"),
        Rung.AUDITED: Text("Signed off, a share is read", "Validé, une part des examens est relue"),
        Rung.AUTONOMOUS: Text("Autonomous, a sample is read", "Autonome, un échantillon est relu"),
        Rung.TRAINER: Text("Trains others", "Forme les autres"),
    }
)

_PHASES: Mapping[Rung, Phase] = MappingProxyType(
    {
        Rung.OBSERVE: Phase.LEARNING,
        Rung.SUPERVISED: Phase.LEARNING,
        Rung.REMOTE_REVIEWED: Phase.LEARNING,
        Rung.AUDITED: Phase.SIGNED_OFF,
        Rung.AUTONOMOUS: Phase.AUTONOMOUS,
        Rung.TRAINER: Phase.AUTONOMOUS,
    }
)
_LOWEST_OF: Mapping[Phase, Rung] = MappingProxyType(
    {Phase.LEARNING: Rung.REMOTE_REVIEWED, Phase.SIGNED_OFF: Rung.AUDITED, Phase.AUTONOMOUS: Rung.AUTONOMOUS}
)


def phase_on(rung: Rung) -> Phase:
    """Return by which rule the exams of somebody on this rung are chosen to be read."""
    return _PHASES[rung]


def rung_in(phase: Phase) -> Rung:
    """Return the rung of somebody of whom nothing but the phase is known."""
    return _LOWEST_OF[phase]


def may_step(now: Rung, then: Rung) -> bool:
    """Tell whether a person may go from one rung to another: up by one, down by any number."""
    return then is not now and then.height <= now.height + 1
