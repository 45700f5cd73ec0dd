"""Which figures does a report tell beyond those that add up in parts?"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from supervision.figures import Ages, Estimate, Mean, Share
from supervision.ladder import Rung
from supervision.rating import Component, Consequence
from supervision.severity import Severity
from supervision.tickets import Fault
from supervision.turnaround import Turnaround

POSITIVES_NEEDED = 20
"""Below so many, sensitivity and specificity are told in grey."""


@dataclass(frozen=True)
class Refusal:
    """How many scans were rejected, withheld or failed for one reason (a code of pipeline.reasons)."""

    state: str
    code: str
    count: int


@dataclass(frozen=True)
class Waiting:
    """What waits at the cut-off: exams to be read, of which overdue and critical (P0, P1); feedback not seen; details.

    no_trainee, no_exam_type: exams of which nobody has said it.
    """

    queue: Ages
    overdue: int
    urgent: int
    unseen: Ages
    no_trainee: int
    no_exam_type: int
    withheld: Ages


@dataclass(frozen=True)
class Graded:
    """How one component was rated in views of one exam type: 0, 1 or 2; `points` is the sum."""

    views: int
    points: int

    @property
    def mean(self) -> Mean:
        """The mean, 0 to 2."""
        return Mean(self.points / self.views if self.views else None, self.views)


@dataclass(frozen=True)
class Answered:
    """How scanners answered one focused question of one exam type, held against the experts.

    undecided: the scanner did not commit, or the expert could not. other_reference: told by more than the reading.
    """

    exam_type: str
    question: str
    critical: bool
    tp: int
    fn: int
    fp: int
    tn: int
    undecided: int
    other_reference: int

    @property
    def sensitivity(self) -> Share:
        """Findings that the scanner saw, of all that were there."""
        return Share(self.tp, self.tp + self.fn)

    @property
    def specificity(self) -> Share:
        """Patients without it of whom the scanner said so."""
        return Share(self.tn, self.tn + self.fp)


@dataclass(frozen=True)
class Integration:
    """What exams were for and what they changed, as the experts rated it.

    indication: how many were rated 0, 1, 2. integration: the mean of 1-5. consequences: how many had each.
    """

    indication: tuple[int, int, int]
    integration: Mean
    consequences: Mapping[Consequence, int]


@dataclass(frozen=True)
class Read:
    """What the final readings of a period say in detail, by exam type."""

    components: Mapping[str, Mapping[Component, Graded]]
    answered: tuple[Answered, ...]
    integration: Integration
    causes: Mapping[str, int]
    adequate: Mapping[str, Estimate]
    """Estimated among all exams of the type, those that were not drawn for reading included; "" is all together."""


@dataclass(frozen=True)
class Reader:
    """One reviewer's share of the work. seconds: the median per reading. severity: None where no exam was shared."""

    person: int
    name: str
    readings: int
    seconds: float | None
    severity: Severity | None


@dataclass(frozen=True)
class Supervised:
    """How the period's exams were supervised.

    twice: exams with a second reading, within_one: those of them whose two ratings differ by 1 at most. arbitrated,
    appealed: of the exams with a final reading. turnaround: until feedback, by the code of the project too.
    """

    turnaround: Turnaround
    by_project: Mapping[str, Turnaround]
    twice: Share
    arbitrated: Share
    appealed: Share
    within_one: Share
    readers: tuple[Reader, ...]


@dataclass(frozen=True)
class Progress:
    """One trainee in one exam type: exams and outcomes of the period, where they stand now."""

    trainee: int
    name: str
    exam_type: str
    rung: Rung
    exams: int
    adequate: Share
    succeeded: Share
    proposed: bool
    alarm: bool


@dataclass(frozen=True)
class Pipeline:
    """Where the people who learn stand at the end of a period, per exam type, and what changed in it.

    learners: people who are registered to learn, or scanned. active: those of them who scanned. rungs: of the people
    who ever scanned a type, how many stand on each rung in it. signed, withdrawn: decisions of the period. proposed:
    wait for a signature.
    """

    learners: int
    active: int
    rungs: Mapping[str, Mapping[Rung, int]]
    signed: int
    refused: int
    withdrawn: int
    proposed: int
    plans_opened: int
    plans_closed: int
    plans_open: int
    alarms: int
    progress: tuple[Progress, ...] = ()


@dataclass(frozen=True)
class Telemedicine:
    """Questions to specialists that were asked in a period, and what came of them until the cut-off."""

    raised: int
    answered: int
    in_time: Share
    closed: int
    specialties: Mapping[str, int]
    outcomes: Mapping[str, int]
    done: Mapping[str, int]


@dataclass(frozen=True)
class Equipment:
    """Faults of devices: tickets opened in the period by kind; open at the cut-off."""

    opened: Mapping[Fault, int]
    by_software: int
    pending: int
    probes_changed: int


@dataclass(frozen=True)
class Handed:
    """How far the hand-over of one project is."""

    project: str
    name: str
    receiver: str
    stage: str
    since: datetime


@dataclass(frozen=True)
class Sustained:
    """What stays when the supporting organisation leaves.

    trainers: people who train others, in any exam type. autonomous: people who are autonomous in one. local_readings:
    final readings by people of the project itself, not by those of the whole organisation.
    """

    trainers: int
    autonomous: int
    local_readings: Share
    handed: tuple[Handed, ...]


@dataclass(frozen=True)
class Incidents:
    """What concerns the protection of data, in a period. identities_shown: approved requests to learn whose scan it is.

    released_by_hand: scans that a person released. sealed: events of the whole record up to the cut-off that are in
    the chain of hashes; head: the hash of the last of them.
    """

    withheld: Mapping[str, int]
    released_by_hand: int
    identities_asked: int
    identities_shown: int
    tokens_open: int
    sealed: int
    head: str


@dataclass(frozen=True)
class Detailed:
    """Everything that a report tells beyond its counts."""

    refusals: tuple[Refusal, ...]
    waiting: Waiting
    read: Read
    supervised: Supervised
    pipeline: Pipeline
    telemedicine: Telemedicine
    equipment: Equipment
    sustained: Sustained
    incidents: Incidents
    simulated: int = 0
