"""Which reading of an exam counts where two installations read it without knowing of each other?

The answer follows from the set of readings and decisions alone, not from the order in which they became known, so that
both sides come to the same.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from supervision.readings import JUDGES, Reading


@dataclass(frozen=True)
class Given:
    """One version of one reading: by whom and when, as which reading it was asked for, what it amends.

    final: it counted, on one side at least.
    """

    submission: UUID
    reader: str
    asked: Reading
    at: datetime
    amends: UUID | None = None
    final: bool = False

    @property
    def place(self) -> tuple[datetime, UUID]:
        """Its place in the order in which readings were given."""
        return self.at, self.submission


@dataclass(frozen=True)
class Decision:
    """An arbiter's decision: as which reading it was asked for, what was chosen, when."""

    asked: Reading
    chosen: UUID
    at: datetime
    blind: UUID


@dataclass(frozen=True)
class Chain:
    """The versions of one reading, oldest first; the newest is what the reader says."""

    versions: tuple[Given, ...]

    @property
    def root(self) -> Given:
        """The first version."""
        return self.versions[0]

    @property
    def newest(self) -> Given:
        """The version that says it."""
        return self.versions[-1]

    @property
    def was_final(self) -> bool:
        """Whether a version of it counted."""
        return any(one.final for one in self.versions)


@dataclass(frozen=True)
class Standing:
    """How the readings of an exam stand: the one that is held against the others, these, and what was decided.

    `decided` is the reading that an arbiter's decision makes final, None where there is no decision.
    """

    first: Chain | None
    others: tuple[Chain, ...]
    judges: tuple[Chain, ...]
    decided: Chain | None


def chains(readings: Iterable[Given]) -> tuple[Chain, ...]:
    """Return the readings with their versions, in the order in which they were first given.

    What one reader gave of one exam is one reading, and so is what amends it, whoever did.
    """
    known = {one.submission: one for one in readings}
    group = {submission: submission for submission in known}

    def top(one: UUID) -> UUID:
        while group[one] != one:
            one = group[one]
        return one

    roots: dict[str, UUID] = {}
    for one in sorted(known.values(), key=lambda given: given.place):
        if one.amends in group:
            group[top(one.submission)] = top(one.amends)
        else:
            group[top(one.submission)] = top(roots.setdefault(one.reader, one.submission))
    members: dict[UUID, list[Given]] = defaultdict(list)
    for one in known.values():
        members[top(one.submission)].append(one)
    made = [Chain(tuple(sorted(several, key=lambda given: given.place))) for several in members.values()]
    return tuple(sorted(made, key=lambda chain: chain.root.place))


def standing(readings: Iterable[Given], decisions: Collection[Decision] = ()) -> Standing:
    """Return how the readings stand."""
    made = chains(readings)
    firsts = [chain for chain in made if chain.root.asked is Reading.FIRST]
    firsts.sort(key=lambda chain: (not chain.was_final, chain.root.place))
    judges = tuple(chain for chain in made if chain.root.asked in JUDGES)
    first = firsts[0] if firsts else None
    others = tuple(chain for chain in made if chain is not first and chain not in judges)
    return Standing(first, others, judges, _decided(made, decisions))


def _decided(made: tuple[Chain, ...], decisions: Collection[Decision]) -> Chain | None:
    """Return the reading that was chosen: by the appeal before the arbitration, of two the earlier decision."""
    for asked in (Reading.APPEAL, Reading.ARBITRATION):
        of_this = sorted((one for one in decisions if one.asked is asked), key=lambda one: (one.at, one.blind))
        for decision in of_this:
            for chain in made:
                if any(one.submission == decision.chosen for one in chain.versions):
                    return chain
    return None
