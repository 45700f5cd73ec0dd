"""Is every number the count of the scans behind it, in the whole and in every part?"""

import uuid
from datetime import date, timedelta
from typing import Any, cast, get_args

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from pipeline.errors import Undecodable, Withheld
from storage.catalogue import figures, intake, queue, readings
from storage.catalogue.figures import Dimension, Figure, Overview, Slice
from storage.catalogue.models import Exam, Feedback, Review, Scan
from storage.catalogue.reporting.activity import activity_of, counted_of, parts_of
from storage.catalogue.reporting.reach import Reach
from storage.catalogue.reporting.supervised import turnaround_in
from supervision.figures import Ages, Mean, Share
from supervision.period import Days
from supervision.report.figures import without
from supervision.roles import Role
from supervision.states import Stage, State
from tests.forms import rated
from tests.storage.conftest import NOON, World, inspection, item_of

WEEK = timedelta(days=7)

DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)


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


def test_the_numbers_are_those_of_the_season(season: World) -> None:
    found = figures.overview(Scan.objects.all(), NOON)
    assert found == Overview(
        scans_in=11,
        in_progress=1,
        rejected=1,
        withheld=1,
        failed=1,
        awaiting_info=1,
        not_chosen=0,
        backlog=Ages(2, timedelta(hours=6), timedelta(hours=10)),
        reviewed=4,
        mean_score=about((90 + 60 + 50 + 50 + 70 + 30) / 6, 6),
        mean_overall=about(11 / 3, 3),
        adequate=Share(2, 3),
    )


def counts(found: Overview) -> dict[Figure, int]:
    return {
        Figure.SCANS_IN: found.scans_in,
        Figure.IN_PROGRESS: found.in_progress,
        Figure.REJECTED: found.rejected,
        Figure.WITHHELD: found.withheld,
        Figure.FAILED: found.failed,
        Figure.AWAITING_INFO: found.awaiting_info,
        Figure.NOT_CHOSEN: found.not_chosen,
        Figure.BACKLOG: found.backlog.total,
        Figure.REVIEWED: found.reviewed,
        Figure.SCORED: found.mean_score.total,
        Figure.RATED: found.mean_overall.total,
        Figure.ADEQUATE: found.adequate.count,
    }


def test_every_number_leads_to_its_scans(season: World) -> None:
    scans = Scan.objects.all()
    for figure, count in counts(figures.overview(scans, NOON)).items():
        assert figures.behind(scans, figure).count() == count, figure
    with pytest.raises(ValueError, match="nothing"):
        figures.behind(scans, "nothing")


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_the_parts_add_up_and_lead_to_their_scans(season: World, dimension: figures.Dimension) -> None:
    scans = Scan.objects.all()
    rows = figures.by(scans, dimension, NOON)
    whole = counts(figures.overview(scans, NOON))
    assert {figure: sum(counts(row.figures)[figure] for row in rows) for figure in whole} == whole
    assert len({row.key for row in rows}) == len(rows) > 1
    for row in rows:
        if row.key is not None:
            part = Slice(**cast(dict[str, Any], {dimension: row.key})).of(scans)
            assert figures.overview(part, NOON) == row.figures
            assert row.label


def test_every_state_is_counted_once(season: World) -> None:
    found = counts(figures.overview(Scan.objects.all(), NOON))
    total = found.pop(Figure.SCANS_IN)
    assert (
        sum(found[figure] for figure in found if figure not in (Figure.SCORED, Figure.RATED, Figure.ADEQUATE)) == total
    )


def test_rows_are_named_for_people(season: World) -> None:
    labels = {
        dimension: [row.label for row in figures.by(Scan.objects.all(), dimension, NOON)] for dimension in DIMENSIONS
    }
    assert labels["project"] == ["Bunia", "Goma"]
    assert labels["trainee"] == ["amina", "Béa Baluku", ""]
    assert labels["exam_type"] == ["CARD", "FAST", "PHANTOM"]
    assert labels["device"][0] == labels["device"][1] == "CX50 SR-DEVICE1"


def test_weeks_begin_on_monday_and_add_up(season: World) -> None:
    first = Scan.objects.values_list("pk", flat=True).order_by("pk")[0]
    Scan.objects.filter(pk=first).update(received_at=NOON - timedelta(hours=12, minutes=1))
    rows = figures.by_week(Scan.objects.all(), NOON)
    assert [row.key for row in rows] == ["2026-02-23", "2026-03-02"]
    assert [row.figures.scans_in for row in rows] == [1, 10]
    for row in rows:
        monday = date.fromisoformat(str(row.key))
        week = Slice(since=monday, until=monday + timedelta(days=6)).of(Scan.objects.all())
        assert figures.overview(week, NOON) == row.figures


def test_only_the_final_reading_counts(season: World) -> None:
    before = figures.overview(Scan.objects.all(), NOON)
    first = Review.objects.get(overall=2)
    second = {"reviewer": season.people["luc"], "reading": "second", "overall": 5, "adequate": True}
    row = Review.objects.create(exam=first.exam, item=first.item, opened_at=NOON, submitted_at=NOON + WEEK, **second)
    assert figures.overview(Scan.objects.all(), NOON) == before
    Review.objects.filter(pk=first.pk).update(final=False)
    Review.objects.filter(pk=row.pk).update(final=True)
    after = figures.overview(Scan.objects.all(), NOON)
    assert (after.scans_in, after.reviewed, after.mean_score) == (before.scans_in, before.reviewed, before.mean_score)
    assert after.adequate == Share(3, 3)
    assert after.mean_overall == about(14 / 3, 3)


def test_one_reading_of_several_clips_counts_once(season: World) -> None:
    before = figures.overview(Scan.objects.all(), NOON)
    clips = [season.queued(score=80.0, patient="SR-ONE", exam_type="CARD") for _ in range(3)]
    item = queue.claim(item_of(clips[0]).pk, season.people["rose"], NOON)
    form = rated(5, exam_type="CARD")
    readings.submit(item.pk, season.people["rose"], uuid.uuid4(), form, NOON, seen=form.views)
    after = figures.overview(Scan.objects.all(), NOON)
    assert (after.scans_in, after.reviewed) == (before.scans_in + 3, before.reviewed + 3)
    assert after.adequate == Share(3, 4)
    assert after.mean_overall == about((11 + 5) / 4, 4)
    assert after.mean_score.total == before.mean_score.total + 3
    for dimension in DIMENSIONS:
        rows = figures.by(Scan.objects.all(), dimension, NOON)
        assert sum(row.figures.adequate.total for row in rows) == 4
    assert figures.behind(Scan.objects.all(), Figure.RATED).filter(exam=clips[0].exam).get() == clips[0]


def test_nothing_gives_no_numbers(world: World) -> None:
    empty = figures.overview(Scan.objects.all(), NOON)
    assert empty.scans_in == 0
    assert (empty.mean_score, empty.adequate, empty.backlog) == (Mean(None, 0), Share(0, 0), Ages(0, None, None))
    assert figures.by(Scan.objects.all(), "project", NOON) == figures.by_week(Scan.objects.all(), NOON) == []


def test_a_slice_narrows_by_state_and_days(season: World) -> None:
    scans = Scan.objects.all()
    assert Slice(state=State.FINAL).of(scans).count() == 4
    assert Slice(since=date(2026, 3, 2), until=date(2026, 3, 2)).of(scans).count() == 11
    assert Slice(since=date(2026, 3, 3)).of(scans).count() == Slice(until=date(2026, 3, 1)).of(scans).count() == 0


def test_the_number_of_queries_does_not_grow(
    season: World, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(2):
        figures.overview(Scan.objects.all(), NOON)
    with django_assert_max_num_queries(3):
        figures.by(Scan.objects.all(), "trainee", NOON)


def test_what_is_reported_leads_to_its_scans(season: World) -> None:
    """The figures of reports and dashboards are the lists that their links open, an appealed exam among them."""
    clips = season.queued(now=NOON - timedelta(days=30))
    Feedback.objects.filter(review__final=True).update(seen_at=NOON)
    Review.objects.filter(final=True, adequate=True).update(correct=True)
    appealed = Review.objects.filter(final=True).exclude(exam__clips=clips).earliest("pk").exam
    Exam.objects.filter(pk=appealed.pk).update(stage=Stage.APPEALED)
    appealed.clips.update(state=State.QUEUED)
    days = Days(date(2020, 1, 1), date(2090, 1, 1))
    told = counted_of(Reach(Scan.objects.all(), Exam.objects.all()), days, timezone.now())
    for figure in Figure:
        assert figures.behind(Scan.objects.all(), figure).count() == getattr(told, figure), figure
    assert turnaround_in(Reach(Scan.objects.all(), Exam.objects.all()), days, timezone.now())[0].total == told.asked > 0
    assert min(told.due, told.in_time, told.judged, told.succeeded, told.released, told.seen, told.answered) > 0
    assert told.due > told.in_time


def test_what_may_not_be_told_apart_is_counted_by_itself_and_taken_off(season: World) -> None:
    days = Days(NOON.date() - WEEK, NOON.date())
    exams = Exam.objects.exclude(stage=Stage.FINAL)
    every = Reach(Scan.objects.all(), Exam.objects.all())
    hidden = Reach(Scan.objects.filter(exam__in=exams), exams)
    rest = Reach(Scan.objects.exclude(exam__in=exams), Exam.objects.exclude(pk__in=exams))
    left = activity_of(rest, days, NOON)
    assert 0 < left.whole.scans_in < activity_of(every, days, NOON).whole.scans_in
    assert activity_of(every, days, NOON) - activity_of(hidden, days, NOON) == left
    for dimension in DIMENSIONS:
        taken = (parts_of(reach, days, NOON, dimension) for reach in (every, hidden))
        assert without(*taken) == parts_of(rest, days, NOON, dimension)
