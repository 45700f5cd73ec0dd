"""Does every scan reach one reviewer, never its author, and is it reviewed once?"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import Conflict
from storage.catalogue import queue
from storage.catalogue.models import Event, Person, Review, ReviewItem, Scan
from storage.catalogue.programme import current
from storage.settings import settings
from supervision.roles import Role
from supervision.states import State
from tests.forms import rated
from tests.storage.conftest import NOON, World, next_for

FORM = rated(4, adequate=True, comment="Plus de gel.")
LEASE = timedelta(minutes=30)
EXPIRED = NOON + LEASE + timedelta(seconds=1)


def item_of(scan: Scan) -> ReviewItem:
    return ReviewItem.objects.get(scan=scan)


def test_the_most_urgent_comes_first(world: World) -> None:
    good = world.queued(score=90.0)
    poor = world.queued(score=20.0)
    old = world.queued(score=90.0, now=NOON - timedelta(days=2))
    order = []
    for name in ("a", "b", "c"):
        reviewer = world.person(name, Role.REVIEWER)
        order.append(next_for(reviewer, NOON).scan)
    assert order == [old, poor, good]
    assert queue.next_item(world.people["rose"], NOON) is None


def test_of_equals_the_oldest_comes_first(world: World) -> None:
    first, second = world.queued(), world.queued()
    ReviewItem.objects.update(priority=5, queued_at=NOON)
    ReviewItem.objects.filter(scan=second).update(queued_at=NOON - timedelta(minutes=1))
    assert [item.scan for item in queue.open_queue(world.people["rose"])] == [second, first]


def test_one_keeps_the_scan_that_one_holds(world: World) -> None:
    world.queued(score=50.0)
    held = next_for(world.people["rose"], NOON)
    world.queued(score=0.0)
    for now in (NOON, EXPIRED):
        again = next_for(world.people["rose"], now)
        assert (again.pk, again.lease_until, again.claimed_at) == (held.pk, now + LEASE, NOON)


def test_two_reviewers_get_different_scans_until_a_lease_ends(world: World) -> None:
    scan = world.queued()
    assert next_for(world.people["rose"], NOON).scan == scan
    assert queue.next_item(world.people["luc"], NOON) is None
    with pytest.raises(Conflict, match="already_claimed"):
        queue.claim(item_of(scan).pk, world.people["luc"], NOON)
    assert next_for(world.people["luc"], EXPIRED).scan == scan


def test_nobody_reviews_their_own_scan(world: World) -> None:
    both = world.person("both", Role.TRAINEE, Role.REVIEWER, project=world.goma)
    item = item_of(world.queued(trainee="both"))
    assert queue.next_item(both, NOON) is None
    ReviewItem.objects.update(claimed_by=both, claimed_at=NOON, lease_until=EXPIRED)
    for use in (
        lambda: queue.claim(item.pk, both, NOON),
        lambda: queue.renew(item.pk, both, NOON),
        lambda: queue.submit(item.pk, both, uuid.uuid4(), FORM, NOON),
    ):
        with pytest.raises(Conflict, match="own_scan"):
            use()
    assert not Review.objects.exists()


def test_out_of_scope_nothing_is_given(world: World) -> None:
    item = item_of(world.queued())
    outsiders = [
        world.person("far", Role.REVIEWER, project=world.elsewhere),
        world.person("near", Role.REVIEWER, project=world.bunia),
        world.person("boss", Role.SUPERVISOR),
        world.person("gone", Role.REVIEWER, is_active=False),
    ]

    def send(item_id: int, person: Person, now: datetime) -> Review:
        return queue.submit(item_id, person, uuid.uuid4(), FORM, now)

    uses: tuple[Callable[..., object], ...] = (queue.claim, queue.renew, send)
    for person in outsiders:
        assert queue.next_item(person, NOON) is None
        for use in uses:
            with pytest.raises(ReviewItem.DoesNotExist):
                use(item.pk, person, NOON)


def test_activity_renews_the_lease(world: World) -> None:
    item = item_of(world.queued())
    queue.claim(item.pk, world.people["rose"], NOON)
    later = NOON + timedelta(minutes=29)
    assert queue.renew(item.pk, world.people["rose"], later) == later + LEASE
    assert queue.next_item(world.people["luc"], EXPIRED) is None
    with pytest.raises(Conflict, match="lease_lost"):
        queue.renew(item.pk, world.people["luc"], later)


def test_the_programme_says_how_long_a_lease_is(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "programme.toml").write_text("[review]\nlease_minutes = 10\n[clocks]\nP2 = 48\n")
    monkeypatch.setenv("SONORELAY_PROGRAMME", str(tmp_path / "programme.toml"))
    settings.cache_clear()
    current.cache_clear()
    world.queued()
    item = next_for(world.people["rose"], NOON)
    assert item.lease_until == NOON + timedelta(minutes=10)
    assert item.due_at == NOON + timedelta(hours=48)


def test_what_is_given_back_is_free(world: World) -> None:
    world.queued()
    item = next_for(world.people["rose"], NOON)
    queue.give_back(item.pk, world.people["luc"], NOON)
    assert item_of(item.scan).claimed_by == world.people["rose"]
    queue.give_back(item.pk, world.people["rose"], NOON)
    with pytest.raises(Conflict, match="lease_lost"):
        queue.submit(item.pk, world.people["rose"], uuid.uuid4(), FORM, NOON)
    assert next_for(world.people["luc"], NOON).pk == item.pk


def test_a_review_makes_the_scan_final(world: World) -> None:
    scan = world.queued()
    item = next_for(world.people["rose"], NOON)
    later = NOON + timedelta(minutes=2)
    review = queue.submit(item.pk, world.people["rose"], uuid.uuid4(), FORM, later)
    scan.refresh_from_db()
    assert scan.state == State.FINAL
    assert (review.overall, review.adequate, review.comment) == (4, True, "Plus de gel.")
    assert (review.opened_at, review.submitted_at, review.seen_at) == (NOON, later, None)
    assert list(queue.open_queue(world.people["rose"])) == []
    assert Event.objects.filter(what="reviewed", scan=scan, person=world.people["rose"]).count() == 1


def test_a_form_that_is_sent_twice_is_one_review(world: World) -> None:
    world.queued()
    rose = world.people["rose"]
    item = next_for(rose, NOON)
    submission = uuid.uuid4()
    first = queue.submit(item.pk, rose, submission, FORM, NOON)
    again = queue.submit(item.pk, rose, submission, rated(1, adequate=False), EXPIRED)
    assert (first.pk, again.overall) == (again.pk, 4)
    with pytest.raises(Conflict, match="already_reviewed"):
        queue.submit(item.pk, rose, uuid.uuid4(), FORM, NOON)
    for use in (queue.claim, queue.renew):
        with pytest.raises(Conflict, match="already_reviewed"):
            use(item.pk, world.people["luc"], NOON)
    assert Review.objects.count() == 1


def test_a_submission_belongs_to_one_review(world: World) -> None:
    world.queued()
    world.queued()
    submission = uuid.uuid4()
    mine = next_for(world.people["rose"], NOON)
    queue.submit(mine.pk, world.people["rose"], submission, FORM, NOON)
    other = next_for(world.people["luc"], NOON)
    for item in (mine, other):
        with pytest.raises(Conflict, match="stale"):
            queue.submit(item.pk, world.people["luc"], submission, FORM, NOON)


def test_an_expired_lease_still_belongs_to_its_holder_until_it_is_taken(world: World) -> None:
    world.queued()
    world.queued()
    kept, lost = world.people["rose"], world.people["luc"]
    kept_item = next_for(kept, NOON)
    lost_item = next_for(lost, NOON)
    queue.claim(lost_item.pk, kept, EXPIRED)
    assert queue.submit(kept_item.pk, kept, uuid.uuid4(), FORM, EXPIRED).reviewer == kept
    with pytest.raises(Conflict, match="lease_lost"):
        queue.submit(lost_item.pk, lost, uuid.uuid4(), FORM, EXPIRED)


def test_only_the_trainee_marks_feedback_as_seen_and_once(world: World) -> None:
    world.queued()
    item = next_for(world.people["rose"], NOON)
    review = queue.submit(item.pk, world.people["rose"], uuid.uuid4(), FORM, NOON)
    for person, now in ((world.people["rose"], NOON), (world.people["amina"], NOON), (world.people["amina"], EXPIRED)):
        queue.mark_seen(review.pk, person, now)
    review.refresh_from_db()
    assert review.seen_at == NOON
    assert Event.objects.filter(what="seen").count() == 1


def test_a_scan_that_left_the_queue_is_not_given(world: World) -> None:
    scan = world.queued()
    item = next_for(world.people["rose"], NOON)
    Scan.objects.filter(pk=scan.pk).update(state=State.AWAITING_INFO)
    assert queue.next_item(world.people["luc"], EXPIRED) is None
    with pytest.raises(Conflict, match="stale"):
        queue.submit(item.pk, world.people["rose"], uuid.uuid4(), FORM, NOON)
