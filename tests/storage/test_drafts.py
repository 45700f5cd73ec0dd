"""Is what a reviewer types kept, for them alone, whatever becomes of the lease?"""

import uuid
from datetime import timedelta
from typing import Any

import pytest

from pipeline.errors import Conflict
from storage.catalogue import drafts, queue, readings
from storage.catalogue.models import ReviewItem
from supervision.roles import Role
from tests.forms import rated
from tests.storage.conftest import NOON, World, item_of, next_for


def test_a_draft_outlives_the_lease_and_is_its_authors_alone(world: World) -> None:
    rose, luc = world.people["rose"], world.people["luc"]
    world.queued()
    item = next_for(rose)
    assert drafts.save(item.pk, rose, {"overall": "4"}, 30, 0, NOON).version == 1
    late = NOON + timedelta(hours=2)
    queue.claim(item.pk, luc, late)
    assert drafts.save(item.pk, rose, {"overall": "5"}, 20, 1, late).version == 2
    for version in (0, 1, 3):
        with pytest.raises(Conflict, match="stale"):
            drafts.save(item.pk, rose, {}, 40, version, late)
    assert drafts.draft_of(item.pk, luc) is None
    mine = drafts.draft_of(item.pk, rose)
    assert mine is not None
    assert (mine.content, mine.seconds) == ({"overall": "5"}, 30)
    drafts.save(item.pk, luc, {"overall": "1"}, 44, 0, late)
    review = readings.submit(item.pk, luc, uuid.uuid4(), rated(4), late, seen=rated(4).views)
    assert review.seconds == 44
    assert drafts.draft_of(item.pk, luc) is None
    assert drafts.draft_of(item.pk, rose) is not None, "what somebody else has typed is not thrown away"
    with pytest.raises(Conflict, match="already_reviewed"):
        drafts.save(item.pk, rose, {}, 50, 2, late)


def test_nobody_drafts_on_their_own_or_out_of_scope(world: World) -> None:
    both = world.person("both", Role.TRAINEE, Role.REVIEWER, project=world.goma)
    item = item_of(world.queued(trainee="both"))
    with pytest.raises(Conflict, match="own_scan"):
        drafts.save(item.pk, both, {}, 0, 0, NOON)
    for name, roles, place in (("boss", Role.SUPERVISOR, world.goma), ("far", Role.REVIEWER, world.elsewhere)):
        with pytest.raises(ReviewItem.DoesNotExist):
            drafts.save(item.pk, world.person(name, roles, project=place), {}, 0, 0, NOON)


@pytest.mark.parametrize(
    "content",
    [
        {"comment": "x" * 70_000},
        {"comment": "a\x00b"},
        {"a\x00": 1},
        {"x": float("nan")},
        {"x": "\ud800"},
        {"x": {1, 2}},
    ],
)
def test_a_draft_that_cannot_be_kept_is_refused(world: World, content: dict[str, Any]) -> None:
    item = item_of(world.queued())
    with pytest.raises(ValueError, match="draft"):
        drafts.save(item.pk, world.people["rose"], content, 0, 0, NOON)
