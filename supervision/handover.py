"""Who may do what with a project while it passes to another organisation, and what must be shown before the next step?

Dry run, shadow, switched, read only, revoked (docs/decisions/0024). The giving side is everybody of today; the
receiving side are those who go with the project. Along the way the giving side's rights only shrink.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from pipeline.text import Text
from supervision.readings import JUDGES, Reading
from supervision.roles import Action


class HandoverStage(StrEnum):
    """How far a hand-over is."""

    DRY_RUN = "dry_run"
    SHADOW = "shadow"
    SWITCHED = "switched"
    READ_ONLY = "read_only"
    REVOKED = "revoked"
    ABANDONED = "abandoned"


class Side(StrEnum):
    """To whom a person belongs."""

    GIVING = "giving"
    RECEIVING = "receiving"


class Kind(StrEnum):
    """What sort of thing an action is, as far as a hand-over is concerned."""

    LOOK = "look"
    WORK = "work"
    OWN = "own"
    HAND = "hand"  # take the next step, and take the project along
    PROVE = "prove"  # what the hand-over says of itself


PATH = (
    HandoverStage.DRY_RUN,
    HandoverStage.SHADOW,
    HandoverStage.SWITCHED,
    HandoverStage.READ_ONLY,
    HandoverStage.REVOKED,
)
MAY_ABANDON = frozenset({HandoverStage.DRY_RUN, HandoverStage.SHADOW})
FROZEN = frozenset({HandoverStage.READ_ONLY, HandoverStage.REVOKED})
"""The stages in which nobody changes anything here, and no program takes anything in."""
ALL = frozenset(Kind)

WORKING = frozenset(
    {
        Action.COMPLETE_INFO,
        Action.REVIEW,
        Action.ARBITRATE,
        Action.GROUP_CLIPS,
        Action.READ_ANYWAY,
        Action.ESCALATE,
        Action.COORDINATE,
        Action.ANSWER_QUESTIONS,
        Action.REPORT_DEVICES,
        Action.TEND_DEVICES,
        Action.MATCH_AUTHORS,
        Action.SEND_SCANS,
    }
)
HANDING = frozenset({Action.HAND_OVER, Action.EXPORT_PROJECT})
PROVING = frozenset({Action.SEE_HANDOVER})

_MAY: Mapping[HandoverStage, Mapping[Side, frozenset[Kind]]] = {
    HandoverStage.DRY_RUN: {Side.GIVING: ALL, Side.RECEIVING: frozenset({Kind.LOOK, Kind.WORK, Kind.PROVE})},
    HandoverStage.SHADOW: {Side.GIVING: ALL, Side.RECEIVING: frozenset({Kind.LOOK, Kind.WORK, Kind.PROVE})},
    HandoverStage.SWITCHED: {Side.GIVING: ALL - {Kind.OWN}, Side.RECEIVING: ALL},
    HandoverStage.READ_ONLY: {Side.GIVING: ALL - {Kind.OWN, Kind.WORK}, Side.RECEIVING: ALL - {Kind.OWN, Kind.WORK}},
    HandoverStage.REVOKED: {Side.GIVING: frozenset({Kind.PROVE}), Side.RECEIVING: ALL - {Kind.OWN, Kind.WORK}},
    HandoverStage.ABANDONED: {Side.GIVING: ALL, Side.RECEIVING: ALL},
}
_CONFIRMING = frozenset({Reading.SECOND}) | JUDGES
_READS: Mapping[HandoverStage, Mapping[Side, frozenset[Reading]]] = {
    HandoverStage.SHADOW: {Side.GIVING: _CONFIRMING, Side.RECEIVING: frozenset({Reading.FIRST})},
    HandoverStage.SWITCHED: {
        Side.GIVING: frozenset({Reading.SECOND}),
        Side.RECEIVING: frozenset({Reading.FIRST}) | JUDGES,
    },
}


def kind_of(action: Action) -> Kind:
    """Return what sort of thing an action is; what is said nowhere belongs to the owner."""
    if action in PROVING:
        return Kind.PROVE
    if action in HANDING:
        return Kind.HAND
    if action in WORKING:
        return Kind.WORK
    return Kind.LOOK if action.value.startswith("see_") else Kind.OWN


def may(stage: HandoverStage, side: Side, action: Action) -> bool:
    """Tell whether somebody of this side, whose role allows the action, may do it in this stage."""
    return kind_of(action) in _MAY[stage][side]


@cache
def allowed_in(side: Side, action: Action) -> frozenset[HandoverStage]:
    """Return the stages in which somebody of this side may do the action, if their role allows it."""
    return frozenset(stage for stage in HandoverStage if may(stage, side, action))


def reads(stage: HandoverStage, side: Side) -> frozenset[Reading]:
    """Return which readings somebody of this side is asked for: in the shadow the receiver reads, we read second."""
    return _READS.get(stage, {}).get(side, frozenset(Reading))


def second_share(stage: HandoverStage | None, share: float) -> float:
    """Return which share (0-1) of exams is read twice: all in the shadow, else what the programme says."""
    return 1.0 if stage is HandoverStage.SHADOW else share


class Unmet(StrEnum):
    """Why the next step cannot be taken yet."""

    NOT_NEXT = "not_next"
    NOT_RESTORED = "not_restored"
    NO_READERS = "no_readers"
    NO_OWNER = "no_owner"
    NEVER_SHADOWED = "never_shadowed"
    UNDER_WAY = "under_way"


WORDS: Mapping[Unmet, Text] = {
    Unmet.NOT_NEXT: Text("This is not the next step.", "Ce n'est pas l'étape suivante."),
    Unmet.NOT_RESTORED: Text(
        "No receipt yet that says, without a difference, that a bundle of this stage was restored elsewhere.",
        "Il manque un accusé de restauration sans écart pour un paquet de cette étape.",
    ),
    Unmet.NO_READERS: Text(
        "Nobody of the receiving side reviews in this project yet.",
        "Personne du côté du repreneur ne relit encore dans ce projet.",
    ),
    Unmet.NO_OWNER: Text(
        "Nobody of the receiving side is owner in this project yet.",
        "Personne du côté du repreneur n'est encore propriétaire de ce projet.",
    ),
    Unmet.NEVER_SHADOWED: Text(
        "No exam yet was read first by the receiving side and second by the giving side.",
        "Aucun examen n'a encore été lu d'abord par le repreneur, puis relu par le cédant.",
    ),
    Unmet.UNDER_WAY: Text(
        "Scans are still being worked on; wait until none is.",
        "Des examens sont encore en cours de traitement ; attendez qu'il n'y en ait plus.",
    ),
}
NEEDED: Mapping[Unmet, Text] = {
    Unmet.NOT_RESTORED: Text(
        "A bundle made in this stage was restored elsewhere, and its receipt shows no difference.",
        "Un paquet produit à cette étape a été restauré ailleurs, et son accusé ne montre aucun écart.",
    ),
    Unmet.NO_READERS: Text(
        "Somebody who goes along is reviewer or arbiter in this project.",
        "Une personne qui part avec le projet y est relecteur ou arbitre.",
    ),
    Unmet.NO_OWNER: Text(
        "Somebody who goes along is owner in this project.",
        "Une personne qui part avec le projet en est propriétaire.",
    ),
    Unmet.NEVER_SHADOWED: Text(
        "An exam was read first by the receiving side and then by the giving side.",
        "Un examen a été lu d'abord par le repreneur, puis relu par le cédant.",
    ),
    Unmet.UNDER_WAY: Text("No scan is being worked on.", "Aucun examen n'est en cours de traitement."),
}
"""The same as it is said where it is met."""
STAGES: Mapping[HandoverStage, Text] = {
    HandoverStage.DRY_RUN: Text("Dry run", "Essai à blanc"),
    HandoverStage.SHADOW: Text("Shadow period", "Période en double"),
    HandoverStage.SWITCHED: Text("Owner switched", "Propriétaire changé"),
    HandoverStage.READ_ONLY: Text("Read only", "Lecture seule"),
    HandoverStage.REVOKED: Text("Access revoked", "Accès retiré"),
    HandoverStage.ABANDONED: Text("Abandoned", "Abandonnée"),
}
MEANS: Mapping[HandoverStage, Text] = {
    HandoverStage.DRY_RUN: Text(
        "The bundle is made and restored elsewhere; every difference is reported. Nothing changes here.",
        "Le paquet est produit et restauré ailleurs ; tout écart est signalé. Rien ne change ici.",
    ),
    HandoverStage.SHADOW: Text(
        "The receiving side reads first; the giving side reads every exam a second time.",
        "Le repreneur lit en premier ; le cédant relit chaque examen.",
    ),
    HandoverStage.SWITCHED: Text(
        "The receiving side owns the project; the giving side may still read second.",
        "Le repreneur est propriétaire ; le cédant peut encore faire la seconde lecture.",
    ),
    HandoverStage.READ_ONLY: Text(
        "Nobody changes anything here any more, and nothing is taken in. The last bundle is made.",
        "Plus personne ne modifie rien ici, et plus rien n'est reçu. Le dernier paquet est produit.",
    ),
    HandoverStage.REVOKED: Text(
        "The giving side sees nothing of the project any more. The certificate is the proof.",
        "Le cédant ne voit plus rien du projet. L'attestation en fait foi.",
    ),
    HandoverStage.ABANDONED: Text("Everything is as it was before.", "Tout est comme avant."),
}


@dataclass(frozen=True)
class Shown:
    """What is known when a step is asked for.

    restored: a bundle made in this stage was restored elsewhere, and the receipt has no difference. readers, owners: of
    the receiving side, in this project. shadowed: exams read first there and second here. under_way: scans on which a
    program works, or will.
    """

    restored: bool = False
    readers: int = 0
    owners: int = 0
    shadowed: int = 0
    under_way: int = 0


def next_of(stage: HandoverStage) -> HandoverStage | None:
    """Return the step that follows, None after the last and where it was abandoned."""
    place = PATH.index(stage) + 1 if stage in PATH else len(PATH)
    return PATH[place] if place < len(PATH) else None


def needs(to: HandoverStage, shown: Shown) -> tuple[tuple[Unmet, bool], ...]:
    """Return what has to be shown before a step, and whether it is."""
    wanted: Mapping[HandoverStage, tuple[tuple[Unmet, bool], ...]] = {
        HandoverStage.SHADOW: ((Unmet.NOT_RESTORED, shown.restored), (Unmet.NO_READERS, shown.readers > 0)),
        HandoverStage.SWITCHED: ((Unmet.NO_OWNER, shown.owners > 0), (Unmet.NEVER_SHADOWED, shown.shadowed > 0)),
        HandoverStage.READ_ONLY: ((Unmet.UNDER_WAY, shown.under_way == 0),),
        HandoverStage.REVOKED: ((Unmet.NOT_RESTORED, shown.restored),),
    }
    return wanted.get(to, ())


def unmet(stage: HandoverStage, to: HandoverStage, shown: Shown) -> tuple[Unmet, ...]:
    """Return what keeps a hand-over from going to a stage; nothing where it may go."""
    if to is HandoverStage.ABANDONED:
        return () if stage in MAY_ABANDON else (Unmet.NOT_NEXT,)
    if to is not next_of(stage):
        return (Unmet.NOT_NEXT,)
    return tuple(why for why, met in needs(to, shown) if not met)
