"""Are the figures those of a plain count, do the parts of any period add up, and is what calls for attention told?"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from benchmarks.reports_season import Season
from storage.catalogue.figures import Figure, behind
from storage.catalogue.models import Exam, Feedback, Plan, Project, Review, ReviewItem, Scan, Ticket
from storage.catalogue.reporting import (
    activity_of,
    alerts_of,
    counted_in,
    counted_of,
    parts_of,
    programme_scope,
    project_scope,
    reach_of,
)
from storage.catalogue.reporting.document import counted
from storage.catalogue.reporting.figures import figures_of
from supervision.exam_types import critical_codes, exam_types, non_clinical_codes
from supervision.period import DAY, Days, Period
from supervision.readings import Reading
from supervision.report.alerts import Alarm
from supervision.report.figures import Counted, together
from supervision.states import State
from tests.storage.conftest import runs
from tests.storage.hundred_days import NOW, QUARTER, hundred_days

FIRST, LAST = date(2026, 1, 1), date(2026, 4, 10)


@pytest.fixture
def season(db: None) -> Season:
    """Fill a hundred days with what makes counting hard."""
    return hundred_days()


@dataclass(frozen=True)
class Everything:
    """All that there is, to be counted in the simplest way: by looking at each."""

    scans: list[Scan]
    exams: list[Exam]

    def counted(self, days: Days, cut_off: datetime, project: Project | None = None) -> Counted:
        number: Counter[str] = Counter()
        name = {State.RECEIVED: "in_progress", State.QUEUED: "backlog", State.FINAL: "reviewed"}
        for scan in self.scans:
            if scan.received_at in days and scan.received_at <= cut_off and project in (None, scan.project):
                number["scans_in"] += 1
                number[name.get(State(scan.state), scan.state)] += 1
                if scan.exam_type not in non_clinical_codes() and scan.score is not None:
                    number["scored"] += 1
                    number["score_thousandths"] += int(scan.score * 1000 + 0.5)
        for exam in self.exams:
            arrived = min(exam.clips.all(), key=lambda clip: clip.pk).received_at
            here = arrived in days and arrived <= cut_off and project in (None, exam.project)
            if here and exam.exam_type not in non_clinical_codes():
                number.update(_of_exam(exam, cut_off))
        return Counted(**number)


def _of_exam(exam: Exam, cut_off: datetime) -> Iterable[str]:
    yield "exams"
    if exam.stage in ("queued", "second_read", "arbitration"):
        yield "exams_open"
    if exam.stage == "not_chosen":
        yield "exams_left_out"
    for item in exam.items.all():
        done = item.done_at is not None and item.done_at <= cut_off
        yield from ["asked"] if item.reading == Reading.FIRST else []
        if item.reading == Reading.FIRST and (done or item.due_at < cut_off):
            yield "due"
            yield from ["in_time"] if done and item.done_at is not None and item.done_at <= item.due_at else []
    for review in exam.reviews.all():
        if review.final and review.submitted_at <= cut_off:
            yield from _of_final(review, exam.exam_type, cut_off)


def _of_final(review: Review, exam_type: str, cut_off: datetime) -> Iterable[str]:
    asked = exam_type in critical_codes()
    yield from ("rated", f"overall_{review.overall}")
    yield from ["adequate"] if review.adequate else []
    if review.correct is not None:
        yield "answered"
        yield from ["correct"] if review.correct else []
    told = False if not review.adequate else (review.correct if asked or review.correct is not None else True)
    if told is not None:
        yield "judged"
        yield from ["succeeded"] if told else []
    feedback = getattr(review, "feedback", None)
    if isinstance(feedback, Feedback) and feedback.released_at <= cut_off:
        yield "released"
        yield from ["seen"] if feedback.seen_at and feedback.seen_at <= cut_off else []


def test_the_figures_are_those_of_a_plain_count(season: Season) -> None:
    scans = list(Scan.objects.select_related("project"))
    exams = Exam.objects.select_related("project").prefetch_related("clips", "items", "reviews__feedback")
    plain, goma = Everything(scans, list(exams)), season.projects[0]
    moments = (NOW, datetime(2026, 2, 3, 4, 5, tzinfo=UTC), datetime(2025, 12, 31, tzinfo=UTC))
    for cut_off in moments:
        for days in (Days(FIRST, LAST), QUARTER, Days(date(2026, 1, 4), date(2026, 1, 4))):
            assert counted_of(reach_of(programme_scope()), days, cut_off) == plain.counted(days, cut_off)
            assert counted_of(reach_of(project_scope(goma)), days, cut_off) == plain.counted(days, cut_off, goma)


partitions = st.lists(st.dates(FIRST, LAST), max_size=4, unique=True).map(sorted)


@settings(
    max_examples=runs(15),
    deadline=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(partitions)
def test_the_parts_of_any_partition_add_up(season: Season, cuts: list[date]) -> None:
    reach, whole = reach_of(programme_scope()), counted_of(reach_of(programme_scope()), Days(FIRST, LAST), NOW)
    ends = [*cuts, LAST]
    begins = [FIRST, *(cut + DAY for cut in cuts)]
    some = [Days(first, last) for first, last in zip(begins, ends, strict=True) if first <= last]
    apart = tuple(counted_of(reach, days, NOW) for days in some)
    assert together(apart) == whole
    assert counted_in(reach, some, NOW) == apart
    assert counted_in(reach, some[::2], NOW) == apart[::2]
    assert together(activity_of(reach, days, NOW).whole for days in some) == whole


@pytest.mark.parametrize("code", ["2026-01", "2026-Q1", "2026"])
def test_every_kind_of_part_adds_up_to_the_whole(season: Season, code: str) -> None:
    reach, period = reach_of(programme_scope()), Period.named(code)
    found = activity_of(reach, period, NOW, projects=programme_scope().projects)
    for some in (found.projects, found.exam_types, found.weeks, found.crossed):
        assert together(one.counted for one in some) == found.whole
    assert together(part.counted for part in parts_of(reach, period, NOW, "trainee")) == found.whole
    by_device = together(part.counted for part in parts_of(reach, period, NOW, "device"))
    assert (by_device.scans_in, by_device.reviewed) == (found.whole.scans_in, found.whole.reviewed)
    for week in found.weeks:
        assert week.counted == counted_of(reach, week.days, NOW)
    for part in found.projects:
        assert part.counted == counted_of(reach_of(project_scope(Project.objects.get(code=part.key))), period, NOW)


def test_every_number_leads_to_as_many_scans(season: Season) -> None:
    reach = reach_of(programme_scope())
    found = counted_of(reach, QUARTER, NOW)
    scans = reach.scans_in(QUARTER, NOW)
    for figure in Figure:
        if hasattr(found, figure.value) and figure.value not in ("due", "in_time"):  # these go by the clock of now
            assert behind(scans, figure).count() == getattr(found, figure.value), figure


def test_three_queries_count_everything(season: Season, django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    reach = reach_of(programme_scope())
    with django_assert_max_num_queries(5):
        activity_of(reach, QUARTER, NOW)
    with django_assert_max_num_queries(85):
        figures_of(programme_scope(), QUARTER, NOW)


def test_what_calls_for_attention_is_told_in_order(season: Season) -> None:
    silent, broken = season.projects[5], season.devices[6]
    Scan.objects.filter(project=silent).update(received_at=NOW - 60 * DAY)
    Ticket.objects.create(device=broken, kind="drift", opened_at=NOW - DAY, seen_at=NOW)
    trainee = Exam.objects.filter(exam_type="CARD", trainee__isnull=False).first()
    assert trainee is not None
    Plan.objects.create(
        organisation=season.organisation, trainee=trainee.trainee, exam_type="CARD", cause="alarm", opened_at=NOW - DAY
    )
    found = alerts_of(reach_of(programme_scope()), season.projects, NOW)
    assert [one.alarm for one in found] == sorted((one.alarm for one in found), key=list(Alarm).index)
    by = {alarm: [one for one in found if one.alarm is alarm] for alarm in Alarm}
    late = ReviewItem.objects.filter(done_at=None, due_at__lt=NOW)
    assert sum(one.count for one in by[Alarm.CLOCK]) == late.count() > 0
    assert min(one.since for one in by[Alarm.CLOCK] if one.since) == min(late.values_list("due_at", flat=True))
    assert [one.person for one in by[Alarm.QUALITY]] == [trainee.trainee_id]
    assert [one.device for one in by[Alarm.PROBE]] == [broken.pk]
    waits = Exam.objects.filter(stage="awaiting_info", arrived_at__lt=NOW - timedelta(days=3))
    assert sum(one.count for one in by[Alarm.INCOMPLETE]) == waits.count() > 0
    assert silent.code in [one.project for one in by[Alarm.SILENT]]
    mine = alerts_of(reach_of(project_scope(season.projects[0])), season.projects[:1], NOW)
    assert {one.project for one in mine} <= {season.projects[0].code}
    week = counted(programme_scope(), Period.named("2026-W16"), NOW, outside=False)
    assert len(week.table("alerts").rows) == len(found)
    (watched,) = by[Alarm.QUALITY]
    about = [row[2].value for row in week.table("alerts").rows]
    assert f"{watched.about}, {exam_types()['CARD'].label.en}" in [getattr(one, "en", one) for one in about]
