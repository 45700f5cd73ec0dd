"""What has a reviewer typed so far? A lost link, a lost lease or another device loses nothing of it."""

import json
import math
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from pipeline.errors import Conflict
from storage.catalogue import scope
from storage.catalogue.models import Draft, Person, ReviewItem
from storage.catalogue.transaction import one_transaction
from supervision.roles import Action

LARGEST = 64 * 1024
LONGEST_SECONDS = 24 * 3600.0


def save(
    item_id: int, person: Person, content: Mapping[str, Any], seconds: float, version: int, now: datetime
) -> Draft:
    """Keep what `person` has typed, also without a lease; `version` is the one they typed on, 0 for the first.

    content: JSON, at most 64 kB; seconds spent so far. ValueError for anything else. Conflict: stale (another tab or
    device has saved since), already_reviewed, own_scan. ReviewItem.DoesNotExist outside the person's projects.
    """
    kept = _checked(content)
    if not (math.isfinite(seconds) and 0 <= seconds <= LONGEST_SECONDS):
        raise ValueError("seconds must lie between 0 and a day")
    with one_transaction():
        item = _readable(item_id, person)
        if item.done_at is not None:
            raise Conflict("already_reviewed")
        draft = Draft.objects.select_for_update().filter(item=item, person=person).first()
        if draft is None:
            return _first(item, person, kept, seconds, version, now)
        if draft.version != version:
            raise Conflict("stale")
        draft.content, draft.saved_at = kept, now
        draft.seconds = max(draft.seconds, seconds)
        draft.version += 1
        draft.save(update_fields=["content", "saved_at", "seconds", "version"])
        return draft


def draft_of(item_id: int, person: Person) -> Draft | None:
    """Return what this person has typed of this reading; never what somebody else has."""
    return Draft.objects.filter(item=item_id, person=person).first()


def drop(item_id: int, person: Person) -> None:
    """Forget what this person has typed of this reading."""
    Draft.objects.filter(item=item_id, person=person).delete()


def _readable(item_id: int, person: Person) -> ReviewItem:
    readable = ReviewItem.objects.filter(exam__project__in=scope.projects_for(person, Action.REVIEW))
    item = readable.select_related("exam").get(pk=item_id)
    if item.exam.trainee_id == person.pk:
        raise Conflict("own_scan")
    return item


def _first(
    item: ReviewItem, person: Person, content: dict[str, Any], seconds: float, version: int, now: datetime
) -> Draft:
    if version != 0:
        raise Conflict("stale")
    try:
        with transaction.atomic():
            return Draft.objects.create(item=item, person=person, content=content, seconds=seconds, saved_at=now)
    except IntegrityError:  # another tab was faster
        raise Conflict("stale") from None


def _checked(content: Mapping[str, Any]) -> dict[str, Any]:
    """Return the content if both databases can keep it."""
    try:
        kept = dict(content)
        size = len(json.dumps(kept, ensure_ascii=False, allow_nan=False).encode("utf-8"))
    except (TypeError, ValueError, RecursionError):  # not JSON, or half of a surrogate pair
        raise ValueError("a draft must be JSON") from None
    if size > LARGEST:
        raise ValueError(f"a draft has at most {LARGEST} bytes")
    if _has_code_0(kept):
        raise ValueError("a draft must be text without control code 0")
    return kept


def _has_code_0(value: object) -> bool:
    if isinstance(value, str):
        return "\x00" in value
    if isinstance(value, dict):
        return any(_has_code_0(part) for pair in value.items() for part in pair)
    return isinstance(value, list | tuple) and any(_has_code_0(part) for part in value)
