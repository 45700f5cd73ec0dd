"""Does every exam reach one reviewer, never its author, and is it read once?"""

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from pipeline.errors import Conflict
from storage.catalogue import queue, readings, reviewers, worksheets
from storage.catalogue.models import Event, Exam, Person, Review, ReviewItem, Scan
from storage.catalogue.programme import current
from storage.settings import settings
from supervision.exam_types import exam_types
from supervision.review_form import ReviewForm
from supervision.roles import Role
from supervision.skipping import SkipReason
from supervision.states import Stage, State
from supervision.worksheet import Worksheet
from tests.forms import rated
from tests.storage.conftest import NOON, World, next_for

FORM = rated(4, adequate=True, comment="Plus de gel.")
LEASE = timedelta(minutes=30)
EXPIRED = NOON + LEASE + timedelta(seconds=1)


def item_of(scan: Scan) -> ReviewItem:
    return ReviewItem.objects.get(exam__clips=scan)


def send(item_id: int, person: Person, submission: uuid.UUID, form: ReviewForm, now: datetime) -> Review:
    return readings.submit(item_id, person, submission, form, now, seen=form.views)


def scan_of(item: ReviewItem) -> Scan:
    return item.exam.clips.get()


@pytest.fixture(autouse=True)
def read_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let no exam be read twice by chance."""
    decide(monkeypatch, tmp_path, "[review]\nsecond_read_share = 0\n")


def decide(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, programme: str) -> None:
    (tmp_path / "programme.toml").write_text(programme)
    monkeypatch.setenv("SONORELAY_PROGRAMME", str(tmp_path / "programme.toml"))
    settings.cache_clear()
    current.cache_clear()


def test_the_most_urgent_comes_first(world: World) -> None:
    good = world.queued(score=90.0)
    poor = world.queued(score=20.0)
    old = world.queued(score=90.0, now=NOON - timedelta(days=2))
    order = []
    for name in ("a", "b", "c"):
        reviewer = world.person(name, Role.REVIEWER)
        order.append(scan_of(next_for(reviewer, NOON)))
    assert order == [old, poor, good]
    assert queue.next_item(world.people["rose"], NOON) is None


def test_of_equals_the_oldest_comes_first(world: World) -> None:
    first, second = world.queued(), world.queued()
    ReviewItem.objects.update(priority=5, queued_at=NOON)
    ReviewItem.objects.filter(exam__clips=second).update(queued_at=NOON - timedelta(minutes=1))
    assert [scan_of(item) for item in queue.open_queue(world.people["rose"])] == [second, first]


def test_one_keeps_the_scan_that_one_holds(world: World) -> None:
    world.queued(score=50.0)
    held = next_for(world.people["rose"], NOON)
    world.queued(score=0.0)
    for now in (NOON, EXPIRED):
        again = next_for(world.people["rose"], now)
        assert (again.pk, again.lease_until, again.claimed_at) == (held.pk, now + LEASE, NOON)


def test_two_reviewers_get_different_scans_until_a_lease_ends(world: World) -> None:
    scan = world.queued()
    assert scan_of(next_for(world.people["rose"], NOON)) == scan
    assert queue.next_item(world.people["luc"], NOON) is None
    with pytest.raises(Conflict, match="already_claimed"):
        queue.claim(item_of(scan).pk, world.people["luc"], NOON)
    assert scan_of(next_for(world.people["luc"], EXPIRED)) == scan


def test_nobody_reviews_their_own_scan(world: World) -> None:
    both = world.person("both", Role.TRAINEE, Role.REVIEWER, project=world.goma)
    item = item_of(world.queued(trainee="both"))
    assert queue.next_item(both, NOON) is None
    ReviewItem.objects.update(claimed_by=both, claimed_at=NOON, lease_until=EXPIRED)
    for use in (
        lambda: queue.claim(item.pk, both, NOON),
        lambda: queue.renew(item.pk, both, NOON),
        lambda: send(item.pk, both, uuid.uuid4(), FORM, NOON),
    ):
        with pytest.raises(Conflict, match="own_scan"):
            use()
    assert not Review.objects.exists()


def test_who_filled_in_a_worksheet_is_not_offered_the_exam(world: World) -> None:
    helper = world.person("helper", Role.FACILITATOR, Role.REVIEWER)
    exam, plain = world.queued(score=10.0).exam, world.queued(score=90.0)
    assert exam is not None
    for person in (helper, world.people["amina"]):  # what a person has seen stays known when another fills it in anew
        worksheets.complete(exam.pk, Worksheet(exam_types()["FAST"]), None, person, NOON)
        assert queue.upcoming(helper, NOON) == [item_of(plain)]
        assert len(queue.upcoming(world.people["rose"], NOON)) == 2
    assert scan_of(next_for(helper, NOON)) == plain
    by_hand = queue.claim(exam.items.get().pk, helper, NOON)
    assert by_hand.claimed_by == helper, "nothing stays unread because nobody else is there"


def test_out_of_scope_nothing_is_given(world: World) -> None:
    item = item_of(world.queued())
    outsiders = [
        world.person("far", Role.REVIEWER, project=world.elsewhere),
        world.person("near", Role.REVIEWER, project=world.bunia),
        world.person("boss", Role.SUPERVISOR),
        world.person("gone", Role.REVIEWER, is_active=False),
    ]

    uses: tuple[Callable[..., object], ...] = (
        queue.claim,
        queue.renew,
        lambda item_id, person, now: send(item_id, person, uuid.uuid4(), FORM, now),
    )
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
    decide(monkeypatch, tmp_path, "[review]\nlease_minutes = 10\n[clocks]\nP2 = 48\n")
    world.queued()
    item = next_for(world.people["rose"], NOON)
    assert item.lease_until == NOON + timedelta(minutes=10)
    assert item.due_at == NOON + timedelta(hours=48)


def test_what_is_given_back_is_free(world: World) -> None:
    world.queued()
    item = next_for(world.people["rose"], NOON)
    queue.give_back(item.pk, world.people["luc"], NOON)
    assert item_of(scan_of(item)).claimed_by == world.people["rose"]
    queue.give_back(item.pk, world.people["rose"], NOON)
    with pytest.raises(Conflict, match="lease_lost"):
        send(item.pk, world.people["rose"], uuid.uuid4(), FORM, NOON)
    assert next_for(world.people["luc"], NOON).pk == item.pk


def test_a_review_makes_the_scan_final(world: World) -> None:
    scan = world.queued()
    item = next_for(world.people["rose"], NOON)
    later = NOON + timedelta(minutes=2)
    review = send(item.pk, world.people["rose"], uuid.uuid4(), FORM, later)
    scan.refresh_from_db()
    assert scan.state == State.FINAL
    assert (review.overall, review.adequate, review.form["comment"]) == (4, True, "Plus de gel.")
    assert (review.opened_at, review.submitted_at, review.final) == (NOON, later, True)
    assert list(queue.open_queue(world.people["rose"])) == []
    assert Event.objects.filter(what="reviewed", scan=scan, person=world.people["rose"]).count() == 1


def test_a_form_that_is_sent_twice_is_one_review(world: World) -> None:
    world.queued()
    rose = world.people["rose"]
    item = next_for(rose, NOON)
    submission = uuid.uuid4()
    first = send(item.pk, rose, submission, FORM, NOON)
    again = send(item.pk, rose, submission, rated(1, adequate=False), EXPIRED)
    assert (first.pk, again.overall) == (again.pk, 4)
    with pytest.raises(Conflict, match="already_reviewed"):
        send(item.pk, rose, uuid.uuid4(), FORM, NOON)
    for use in (queue.claim, queue.renew):
        with pytest.raises(Conflict, match="already_reviewed"):
            use(item.pk, world.people["luc"], NOON)
    assert Review.objects.count() == 1


def test_a_submission_belongs_to_one_review(world: World) -> None:
    world.queued()
    world.queued()
    submission = uuid.uuid4()
    mine = next_for(world.people["rose"], NOON)
    send(mine.pk, world.people["rose"], submission, FORM, NOON)
    other = next_for(world.people["luc"], NOON)
    for item in (mine, other):
        with pytest.raises(Conflict, match="stale"):
            send(item.pk, world.people["luc"], submission, FORM, NOON)


def test_an_expired_lease_still_belongs_to_its_holder_until_it_is_taken(world: World) -> None:
    world.queued()
    world.queued()
    kept, lost = world.people["rose"], world.people["luc"]
    kept_item = next_for(kept, NOON)
    lost_item = next_for(lost, NOON)
    queue.claim(lost_item.pk, kept, EXPIRED)
    assert send(kept_item.pk, kept, uuid.uuid4(), FORM, EXPIRED).reviewer == kept
    with pytest.raises(Conflict, match="lease_lost"):
        send(lost_item.pk, lost, uuid.uuid4(), FORM, EXPIRED)


def test_a_scan_that_left_the_queue_is_not_given(world: World) -> None:
    scan = world.queued()
    item = next_for(world.people["rose"], NOON)
    Exam.objects.filter(clips=scan).update(stage=Stage.AWAITING_INFO)
    assert queue.next_item(world.people["luc"], EXPIRED) is None
    with pytest.raises(Conflict, match="stale"):
        send(item.pk, world.people["rose"], uuid.uuid4(), FORM, NOON)


def test_what_is_skipped_goes_to_somebody_else_and_comes_back_when_its_reason_says(world: World) -> None:
    scan = world.queued()
    rose, luc = world.people["rose"], world.people["luc"]
    item = next_for(rose)
    queue.skip(item.pk, rose, SkipReason.NO_TIME, NOON)
    assert queue.next_item(rose, NOON + timedelta(minutes=119)) is None
    assert scan_of(next_for(luc)) == scan
    queue.skip(item.pk, luc, SkipReason.UNSURE, NOON)
    assert queue.next_item(luc, NOON + timedelta(days=300)) is None
    assert next_for(rose, NOON + timedelta(minutes=121)).pk == item.pk
    assert Event.objects.filter(what="skipped").count() == 2


def test_a_conflict_of_interest_is_remembered_for_all_of_the_trainee(world: World) -> None:
    rose = world.people["rose"]
    world.person("joel", Role.TRAINEE, project=world.goma)
    world.queued(score=10.0)
    queue.skip(next_for(rose).pk, rose, SkipReason.CONFLICT_OF_INTEREST, NOON)
    later, other = world.queued(score=10.0), world.queued(trainee="joel", score=90.0)
    assert scan_of(next_for(rose)) == other
    with pytest.raises(Conflict, match="conflict_of_interest"):
        queue.claim(item_of(later).pk, rose, NOON)
    (noted,) = reviewers.conflicts_of(rose)
    reviewers.withdraw_conflict(noted.pk, world.people["luc"], NOON)
    assert reviewers.conflicts_of(rose) == [noted]
    reviewers.withdraw_conflict(noted.pk, rose, NOON)
    assert queue.claim(item_of(later).pk, rose, NOON).claimed_by == rose


def test_what_is_put_aside_comes_last_and_is_kept_for_a_lease(world: World) -> None:
    rose, luc = world.people["rose"], world.people["luc"]
    world.queued(score=10.0)
    aside = next_for(rose)
    queue.pause(aside.pk, rose, NOON)
    other = world.queued(score=90.0)
    assert scan_of(next_for(rose)) == other
    assert queue.next_item(luc, NOON) is None
    queue.give_back(item_of(other).pk, rose, NOON)
    queue.skip(item_of(other).pk, rose, SkipReason.UNSURE, NOON)
    again = next_for(rose)
    assert (again.pk, again.paused_at) == (aside.pk, None)
    queue.pause(aside.pk, rose, NOON)
    queue.give_back(next_for(luc).pk, luc, NOON)
    assert next_for(luc, EXPIRED).pk == aside.pk
    with pytest.raises(Conflict, match="lease_lost"):
        queue.renew(aside.pk, rose, EXPIRED)


def test_what_is_urgent_is_not_kept_for_who_puts_it_aside(world: World) -> None:
    rose, luc = world.people["rose"], world.people["luc"]
    world.queued()
    ReviewItem.objects.update(clock="P0")
    item = next_for(rose)
    queue.pause(item.pk, rose, NOON)
    assert next_for(luc, NOON + timedelta(seconds=1)).pk == item.pk


def test_what_comes_next_is_told_before_it_is_taken(world: World) -> None:
    rose = world.people["rose"]
    for score in (10.0, 30.0, 60.0, 90.0):
        world.queued(score=score)
    held = next_for(rose)
    ahead = queue.upcoming(rose, NOON)
    assert len(ahead) == 2
    assert held not in ahead
    send(held.pk, rose, uuid.uuid4(), FORM, NOON)
    assert next_for(rose).pk == ahead[0].pk
    assert ReviewItem.objects.filter(claimed_by=None).count() == 2


def test_what_is_urgent_and_of_nobodys_types_is_left_to_whoever_is_there(world: World) -> None:
    rose, luc = world.people["rose"], world.people["luc"]
    wants = {"languages": (), "most_a_day": None, "paused_until": None, "now": NOON}
    reviewers.save_profile(rose, exam_types=["CARD"], **wants)
    reviewers.save_profile(luc, exam_types=["FAST"], **wants)
    world.queued(exam_type="FAST")
    ReviewItem.objects.update(clock="P0")
    assert queue.next_item(rose, NOON) is None, "luc reads this type"
    assert [why.code for why in queue.why(ReviewItem.objects.get(), rose, NOON)].count("other_type") == 1
    reviewers.save_profile(luc, exam_types=["LUNG_AD"], **wants)
    assert [why.code for why in queue.why(ReviewItem.objects.get(), rose, NOON)].count("other_type") == 0
    assert queue.next_item(rose, NOON) is not None
    ReviewItem.objects.update(claimed_by=None, lease_until=None, clock="P2")
    assert queue.next_item(rose, NOON) is None, "what can wait waits for who chose the type"
