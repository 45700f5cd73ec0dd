"""Is every number the count of the scans behind it, in the whole and in every part?"""

import uuid
from datetime import date, timedelta
from typing import Any, cast, get_args

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pipeline.errors import Undecodable, Withheld
from storage.catalogue import figures, intake, queue, readings
from storage.catalogue.figures import BY_STATE, Dimension, Figure, Slice
from storage.catalogue.models import Exam, Feedback, Review, Scan
from storage.catalogue.reporting.activity import activity_of, counted_of, parts_of
from storage.catalogue.reporting.reach import Reach
from storage.catalogue.reporting.supervised import turnaround_in
from supervision.exam_types import exam_types
from supervision.figures import Mean, Share
from supervision.period import Days
from supervision.report.figures import Counted, without
from supervision.roles import Role
from supervision.states import Stage, State
from tests.forms import rated
from tests.storage.conftest import NOON, World, inspection, item_of

WEEK = timedelta(days=7)

DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
EVER = Days(date(2020, 1, 1), date(2090, 1, 1))
OF_SCANS = tuple(Figure)[: tuple(Figure).index(Figure.SCORED) + 1]
"""Those of scans: an exam is not of a device."""


def about(value: float, total: int) -> Mean:
    return Mean(cast(float, pytest.approx(value)), total)


@pytest.fixture
def season(world: World) -> World:
    """Scans in every state: four reviewed (one of a phantom), two queued, and one each of the others."""
    world.person("bea", Role.TRAINEE, project=world.bunia, first_name="Béa", last_name="Baluku")
    reviewed = [
        (world.queued(score=90.0), rated(5, adequate=True)),
        (world.queued(score=60.0), rated(2, adequate=False)),
        (world.queued(score=None, project="bunia", trainee="bea", exam_type="CARD"), rated(4, exam_type="CARD")),
        (world.queued(score=10.0, exam_type="PHANTOM"), rated(1, exam_type="PHANTOM")),
    ]
    for scan, form in reviewed:
        item = queue.claim(item_of(scan).pk, world.people["rose"], NOON)
        readings.submit(item.pk, world.people["rose"], uuid.uuid4(), form, NOON, seen=form.views)
    world.queued(score=50.0, now=NOON - timedelta(hours=10))
    world.queued(score=50.0, now=NOON - timedelta(hours=2))
    world.queued(trainee=None)
    refused, held_back = world.received("rejected"), world.received("withheld")
    intake.take("goma", 2, "t", NOON)
    intake.record_rejected(refused.digest, "t", Undecodable("damaged"), NOON)
    intake.record_withheld(held_back.digest, "t", Withheld("no_sector"), inspection(30.0), None, {}, NOON)
    Scan.objects.filter(pk=world.received("failed").pk).update(state=State.FAILED)
    world.received("new")
    return world


def everything() -> Reach:
    return Reach(Scan.objects.all(), Exam.objects.all())


def whole() -> Counted:
    return counted_of(everything(), EVER, timezone.now())


def test_the_numbers_are_those_of_the_season(season: World) -> None:
    found = whole()
    assert (found.scans_in, found.in_progress, found.rejected, found.withheld, found.failed) == (11, 1, 1, 1, 1)
    assert (found.awaiting_info, found.not_chosen, found.backlog, found.reviewed) == (1, 0, 2, 4)
    assert found.mean_score == about((90 + 60 + 50 + 50 + 70 + 30) / 6, 6)
    assert (found.overall, found.mean_overall) == ((0, 1, 0, 1, 1), about(11 / 3, 3))
    assert found.adequate_share == Share(2, 3)


def test_no_other_name_is_a_figure(season: World) -> None:
    with pytest.raises(ValueError, match="nothing"):
        figures.behind(Scan.objects.all(), "nothing")


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_the_parts_add_up_and_lead_to_their_scans(season: World, dimension: Dimension) -> None:
    parts = parts_of(everything(), EVER, timezone.now(), dimension)
    together = whole()
    counted = OF_SCANS if dimension == "device" else tuple(Figure)
    for figure in counted:
        assert sum(getattr(part.counted, figure) for part in parts) == getattr(together, figure), figure
    assert len({part.key for part in parts}) == len(parts) > 1
    for part in parts:
        if part.key is not None:
            scans = Slice(**cast(dict[str, Any], {dimension: part.key})).of(Scan.objects.all())
            assert {one: figures.behind(scans, one).count() for one in counted} == {
                one: getattr(part.counted, one) for one in counted
            }


def test_every_state_is_counted_once(season: World) -> None:
    found = whole()
    assert found.scans_in == sum(getattr(found, name) for name in BY_STATE.values()) == Scan.objects.count()


def test_parts_are_named_for_people(season: World) -> None:
    labels = {
        dimension: [part.label.en for part in parts_of(everything(), EVER, NOON, dimension)] for dimension in DIMENSIONS
    }
    assert labels["project"] == ["Bunia", "Goma"]
    assert labels["trainee"] == ["amina", "Béa Baluku", "not known"]
    assert labels["exam_type"] == [exam_types()[code].label.en for code in ("FAST", "CARD", "PHANTOM")]
    assert labels["device"][0] == labels["device"][1] == "CX50 SR-DEVICE1"


def test_weeks_begin_on_monday_and_add_up(season: World) -> None:
    first = Scan.objects.values_list("pk", flat=True).order_by("pk")[0]
    Scan.objects.filter(pk=first).update(received_at=NOON - timedelta(hours=12, minutes=1))
    weeks = activity_of(everything(), Days(date(2026, 2, 23), date(2026, 3, 8)), NOON).weeks
    assert [week.days.first for week in weeks] == [date(2026, 2, 23), date(2026, 3, 2)]
    assert [week.counted.scans_in for week in weeks] == [1, 10]
    for week in weeks:
        assert counted_of(everything(), week.days, NOON) == week.counted


def test_only_the_final_reading_counts(season: World) -> None:
    before = whole()
    first = Review.objects.get(overall=2)
    second = {"reviewer": season.people["luc"], "reading": "second", "overall": 5, "adequate": True}
    row = Review.objects.create(exam=first.exam, item=first.item, opened_at=NOON, submitted_at=NOON + WEEK, **second)
    assert whole() == before
    Review.objects.filter(pk=first.pk).update(final=False)
    Review.objects.filter(pk=row.pk).update(final=True)
    after = whole()
    assert (after.scans_in, after.reviewed, after.mean_score) == (before.scans_in, before.reviewed, before.mean_score)
    assert after.adequate_share == Share(3, 3)
    assert after.mean_overall == about(14 / 3, 3)


def test_one_reading_of_several_clips_counts_once(season: World) -> None:
    before = whole()
    clips = [season.queued(score=80.0, patient="SR-ONE", exam_type="CARD") for _ in range(3)]
    item = queue.claim(item_of(clips[0]).pk, season.people["rose"], NOON)
    form = rated(5, exam_type="CARD")
    readings.submit(item.pk, season.people["rose"], uuid.uuid4(), form, NOON, seen=form.views)
    after = whole()
    assert (after.scans_in, after.reviewed) == (before.scans_in + 3, before.reviewed + 3)
    assert after.adequate_share == Share(3, 4)
    assert after.mean_overall == about((11 + 5) / 4, 4)
    assert after.mean_score.total == before.mean_score.total + 3
    for dimension in ("project", "trainee", "exam_type"):
        assert sum(part.counted.rated for part in parts_of(everything(), EVER, timezone.now(), dimension)) == 4
    assert figures.behind(Scan.objects.all(), Figure.RATED).filter(exam=clips[0].exam).get() == clips[0]


def test_nothing_gives_no_numbers(world: World) -> None:
    empty = whole()
    assert empty == Counted()
    assert (empty.mean_score, empty.adequate_share) == (Mean(None, 0), Share(0, 0))
    assert parts_of(everything(), EVER, NOON, "project") == ()


def test_a_slice_narrows_by_state_and_days(season: World) -> None:
    scans = Scan.objects.all()
    assert Slice(state=State.FINAL).of(scans).count() == 4
    assert Slice(since=date(2026, 3, 2), until=date(2026, 3, 2)).of(scans).count() == 11
    assert Slice(since=date(2026, 3, 3)).of(scans).count() == Slice(until=date(2026, 3, 1)).of(scans).count() == 0


def test_the_number_of_queries_does_not_grow(
    season: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(3):
        whole()
    with django_assert_max_num_queries(4):
        parts_of(everything(), EVER, NOON, "trainee")


def test_what_is_reported_leads_to_its_scans(season: World) -> None:
    """The figures of reports and dashboards are the lists that their links open, an appealed exam among them."""
    clips = season.queued(now=NOON - timedelta(days=30))
    Feedback.objects.filter(review__final=True).update(seen_at=NOON)
    Review.objects.filter(final=True, adequate=True).update(correct=True)
    appealed = Review.objects.filter(final=True).exclude(exam__clips=clips).earliest("pk").exam
    Exam.objects.filter(pk=appealed.pk).update(stage=Stage.APPEALED)
    appealed.clips.update(state=State.QUEUED)
    told = whole()
    for figure in Figure:
        assert figures.behind(Scan.objects.all(), figure).count() == getattr(told, figure), figure
    assert turnaround_in(everything(), EVER, timezone.now())[0].total == told.asked > 0
    assert min(told.due, told.in_time, told.judged, told.succeeded, told.released, told.seen, told.answered) > 0
    assert told.due > told.in_time


def test_what_may_not_be_told_apart_is_counted_by_itself_and_taken_off(season: World) -> None:
    days = Days(NOON.date() - WEEK, NOON.date())
    exams = Exam.objects.exclude(stage=Stage.FINAL)
    hidden = Reach(Scan.objects.filter(exam__in=exams), exams)
    rest = Reach(Scan.objects.exclude(exam__in=exams), Exam.objects.exclude(pk__in=exams))
    left = activity_of(rest, days, NOON)
    assert 0 < left.whole.scans_in < activity_of(everything(), days, NOON).whole.scans_in
    assert activity_of(everything(), days, NOON) - activity_of(hidden, days, NOON) == left
    for dimension in DIMENSIONS:
        taken = (parts_of(reach, days, NOON, dimension) for reach in (everything(), hidden))
        assert without(*taken) == parts_of(rest, days, NOON, dimension)
