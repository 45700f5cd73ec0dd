"""Why is each exam where it is in the queue, and is it for this person?"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from storage.catalogue import blinding, readership
from storage.catalogue.models import Person, Review, ReviewItem, Skip
from storage.catalogue.offers import Reader
from supervision import matching
from supervision.blinding import Hidden
from supervision.priority import URGENT, Clock, Counts, reasons, waiting
from supervision.readings import JUDGES, Reading
from supervision.sampling import Chosen, Phase

DRAWN = frozenset({Chosen.RISK, Chosen.UNIFORM})
NOT_FOR_ONE = frozenset(
    {
        "elsewhere",
        "arbiters_only",
        "own",
        "conflict",
        "read_before",
        "skipped",
        "other_type",
        "other_language",
        "away",
        "day_full",
        "taken",
    }
)
"""Codes that say why it is not offered to this person."""


@dataclass(frozen=True)
class Why:
    """One reason: its code, for how many hours of priority it counts (None: it decides otherwise), and its facts.

    What it is made of: clock (clock, due_at, late), waiting, score (score), phase (phase), reading (reading), chosen
    (because, probability). For this person: yours (until, paused), offered, language, calibrated, few (others), or one
    of NOT_FOR_ONE; nobody: no one else could be given it today either.
    """

    code: str
    hours: float | None = None
    facts: Mapping[str, object] = field(default_factory=dict)


def why(item: ReviewItem, person: Person, now: datetime) -> tuple[Why, ...]:
    """Return why an item is where it is; nothing of what `person` must not know of the exam."""
    return whys([item], person, now)[item.pk]


def whys(items: Sequence[ReviewItem], person: Person, now: datetime) -> dict[int, tuple[Why, ...]]:
    """Return the reasons of many items by their keys, with the same few queries for all."""
    reader = Reader(person, now)
    hidden = blinding.hidden_in(person, [item.exam for item in items])
    exams = {item.exam_id for item in items}
    read = set(Review.objects.filter(reviewer=person, exam__in=exams).values_list("exam", "item"))
    skips = Skip.objects.filter(readership.not_back(now), person=person, item__in=[item.pk for item in items])
    skipped = {row.item_id: row for row in skips}
    candidates = {one.key: one for one in reader.candidates(items)}
    told: dict[int, tuple[Why, ...]] = {}
    for item in items:
        before = any(exam == item.exam_id and other != item.pk for exam, other in read)
        against = tuple(_against(item, reader, skipped.get(item.pk), before=before))
        others = candidates[item.pk].others
        here = (*_made_of(item, hidden[item.exam_id], now), *against)
        if against:
            told[item.pk] = here if others or against[0].code == "taken" else (*here, Why("nobody"))
        elif item.claimed_by_id == person.pk:
            told[item.pk] = (*here, Why("yours", facts={"until": item.lease_until, "paused": bool(item.paused_at)}))
        else:
            fits = matching.fits(candidates[item.pk], calibrated=reader.calibrated)
            facts = {matching.Fit.FEW: {"others": others}}
            known = (Why(fit.value, hours, facts.get(fit, {})) for fit, hours in fits.items())
            told[item.pk] = (*here, Why("offered"), *known)
    return told


def _made_of(item: ReviewItem, hidden: frozenset[Hidden], now: datetime) -> Iterator[Why]:
    exam, clock = item.exam, Clock(item.clock)
    phase = Phase(exam.phase or Phase.LEARNING)
    hours = item.reasons or reasons(clock, exam.score, phase)
    ahead = None if clock in URGENT else hours[Counts.CLOCK]
    yield Why("clock", ahead, {"clock": clock, "due_at": item.due_at, "late": item.due_at < now})
    yield Why("waiting", waiting(item.queued_at, now))
    if Hidden.SCORE not in hidden:
        yield Why("score", hours[Counts.SCORE], {"score": exam.score})
    yield Why("phase", hours[Counts.PHASE], {"phase": phase})
    if item.reading in JUDGES or (item.reading != Reading.FIRST and Hidden.FIRST_READ not in hidden):
        yield Why("reading", facts={"reading": Reading(item.reading)})
    if exam.chosen_because:
        # by its risk would tell that the score is low
        blind = Hidden.SCORE in hidden and exam.chosen_because in DRAWN
        facts: dict[str, object] = {"because": "drawn" if blind else exam.chosen_because}
        if not blind and exam.inclusion is not None:
            facts["probability"] = exam.inclusion
        yield Why("chosen", facts=facts)


def _against(item: ReviewItem, reader: Reader, skip: Skip | None, *, before: bool) -> Iterator[Why]:
    """Tell the first reason why an item is not offered to the reader, nothing where it is or where they hold it."""
    exam, person = item.exam, reader.person
    trainees, projects = reader.avoids
    if exam.project_id not in reader.projects:
        yield Why("elsewhere")
    elif item.reading in JUDGES and exam.project_id not in reader.judges_in:
        yield Why("arbiters_only")
    elif exam.trainee_id == person.pk:
        yield Why("own")
    elif exam.trainee_id in trainees or exam.project_id in projects:
        yield Why("conflict")
    elif before:
        yield Why("read_before")
    elif item.claimed_by_id == person.pk:
        return
    elif item.claimed_by_id is not None and item.lease_until is not None and item.lease_until >= reader.now:
        yield Why("taken", facts={"until": item.lease_until})
    elif skip is not None:
        yield Why("skipped", facts={"reason": skip.reason, "back_at": readership.comes_back(skip)})
    else:
        yield from _unsuited(item, reader)


def _unsuited(item: ReviewItem, reader: Reader) -> Iterator[Why]:
    trainee = item.exam.trainee
    types = reader.profile.exam_types
    if types and item.exam.exam_type not in types and item not in reader.left_to_them:
        yield Why("other_type")
    elif trainee and not readership.soon(item, reader.now) and not reader.speaks(trainee.language):
        yield Why("other_language")
    elif reader.away:
        yield Why("away", facts={"until": reader.profile.paused_until})
    elif reader.full:
        yield Why("day_full", facts={"most": reader.profile.most_a_day})
