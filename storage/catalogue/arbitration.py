"""How does an arbiter decide between readings, after a blind reading of their own?

An arbiter who loses the exam after the blind reading loses nothing: whoever takes it reads blind too, and the reading
of the first stays with the exam without counting.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from pipeline.errors import Conflict
from storage.catalogue import finals, meeting
from storage.catalogue.exam_catalogue import type_at
from storage.catalogue.models import Arbitration, Event, Exam, FeedbackStep, Person, Review, ReviewItem
from storage.catalogue.queue import held, locked_item
from storage.catalogue.transaction import one_transaction
from supervision.feedback import Step
from supervision.readings import Decided, Difference, Reading, differences
from supervision.review_form import form_of

Chosen = Literal["first", "second", "own"]
LONGEST_NOTE = 500


@dataclass(frozen=True)
class Both:
    """What the arbiter sees after the blind reading: theirs, what was read before, and where these differ.

    An appeal has no `second`: `first` is the reading that is appealed, and `differences` are those to `blind`.
    """

    blind: Review
    first: Review
    second: Review | None
    differences: tuple[Difference, ...]


def both(item_id: int, person: Person) -> Both:
    """Return the readings to decide between; Conflict("read_blind_first") before one's own is in.

    ReviewItem.DoesNotExist for a reading that is not an arbiter's.
    """
    item = ReviewItem.objects.select_related("exam__project").get(
        pk=item_id, reading__in=(Reading.ARBITRATION, Reading.APPEAL)
    )
    blind = Review.objects.filter(item=item, reviewer=person, amends=None).first()
    if blind is None:
        raise Conflict("read_blind_first")
    if item.reading == Reading.APPEAL:
        first = _appealed(item)
        return Both(blind, first, None, _differences(first, blind, item.exam))
    first = finals.newest(item.exam, Reading.FIRST)
    second = _second_beside(first, item.exam)
    return Both(blind, first, second, _differences(first, second, item.exam))


def decide(
    item_id: int, person: Person, chosen: Chosen, reasons: Collection[Decided], note: str, now: datetime
) -> Review:
    """Make the chosen reading final and return it; deciding the same twice is deciding once.

    ValueError without a reason, for a note that is too long, or for a reading that is not there. Conflict:
    read_blind_first, and those of `readings.submit`.
    """
    codes = sorted({Decided(one).value for one in reasons})
    if not codes:
        raise ValueError("reasons: at least one is needed")
    if len(note) > LONGEST_NOTE or "\x00" in note:
        raise ValueError(f"note must be text of at most {LONGEST_NOTE} characters")
    with one_transaction():
        item = locked_item(item_id)
        if before := Arbitration.objects.filter(item=item_id, blind__reviewer=person).select_related("chosen").first():
            if before.chosen is not None and before.chosen == _named(chosen, both(item_id, person)):
                return before.chosen
            raise Conflict("stale")
        item = held(item_id, person)
        told = both(item_id, person)
        review = _named(chosen, told)
        Arbitration.objects.create(
            item=item,
            blind=told.blind,
            differences=[one.value for one in told.differences],
            chosen=review,
            reasons=codes,
            note=note.strip(),
            decided_at=now,
        )
        finals.close(item, now)
        facts = {"reading": item.reading, "chosen": chosen, "reasons": codes}
        Event.objects.create(at=now, what="arbitrated", scan=finals.clip_of(item.exam), person=person, facts=facts)
        if meeting.expected(item.exam, item):
            return finals.make_final(item.exam, review, now)
        meeting.settle(item.exam, now)
        return finals.final_of(item.exam) or review


def _named(chosen: Chosen, told: Both) -> Review:
    found = {"first": told.first, "second": told.second, "own": told.blind}.get(chosen)
    if found is None:
        raise ValueError("chosen must be a reading of this exam: first, second or own")
    return found


def _appealed(item: ReviewItem) -> Review:
    """Return the reading that the appeal is made against."""
    against = FeedbackStep.objects.filter(feedback__review__exam=item.exam_id, what=Step.APPEALED)
    return against.filter(at__lte=item.queued_at).select_related("feedback__review").latest("at", "pk").feedback.review


def _second_beside(first: Review, exam: Exam) -> Review:
    """Return the newest second reading, of several (given on two sides) the newest that differs from the first."""
    seconds = Review.objects.filter(exam=exam, reading=Reading.SECOND, amended_by=None)
    found = list(seconds.order_by("-submitted_at", "-pk"))
    return next((one for one in found if _differences(first, one, exam)), None) or finals.newest(exam, Reading.SECOND)


def _differences(one: Review, other: Review, exam: Exam) -> tuple[Difference, ...]:
    exam_type = type_at(exam.project.organisation_id, exam.exam_type, one.exam_type_version)
    return differences(form_of(one.form), form_of(other.form), exam_type)
