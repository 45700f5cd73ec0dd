"""Are load, severity and agreement of a reviewer those of what they and the others sent?"""

import uuid
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from storage.catalogue import arbitration, queue, readings
from storage.catalogue.figures import Figure, Slice, behind
from storage.catalogue.models import Exam, Scan
from storage.catalogue.reviewer_calibration import pairs_of
from storage.catalogue.reviewer_figures import ReviewerFigures, team_in
from supervision.figures import Share
from supervision.period import Days
from supervision.readings import Decided, Reading
from supervision.roles import Role
from tests.forms import rated
from tests.storage.conftest import NOON, World
from tests.storage.test_readings import ask_twice

MARCH = Days(date(2026, 3, 1), date(2026, 3, 31))
APRIL = Days(date(2026, 4, 1), date(2026, 4, 30))
YEARS_LATER = Days(date(2028, 4, 1), date(2028, 4, 30))
NOW = NOON + timedelta(days=90)


@pytest.fixture
def team(world: World, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> World:
    """Rose and Luc read six exams both, two of which go to an arbiter; one more is Rose's alone so far."""
    ask_twice(monkeypatch, tmp_path)
    ada = world.person("ada", Role.ARBITER)
    for mine, his in ((3, 4), (4, 5), (3, 4), (4, 5), (1, 4), (2, 4)):
        exam = world.queued().exam
        for person, overall in ((world.people["rose"], mine), (world.people["luc"], his)):
            late = timedelta(days=4) if overall == 5 else timedelta(minutes=5)
            send(exam, person, overall, late)
        if exam.items.filter(done_at=None).exists():
            send(exam, ada, 4, timedelta(minutes=9))
            item = exam.items.get(reading=Reading.ARBITRATION)
            arbitration.decide(item.pk, ada, "first", [Decided.ARTEFACT], "", NOON + timedelta(minutes=9))
    send(world.queued().exam, world.people["rose"], 4, timedelta(minutes=5))
    queue.claim(world.queued().exam.items.get().pk, world.people["luc"], NOON)
    return world


def send(exam: Exam, person, overall: int, after: timedelta) -> None:
    item = queue.claim(exam.items.get(done_at=None).pk, person, NOON)
    form = rated(overall)
    readings.submit(item.pk, person, uuid.uuid4(), form, NOON + after, seen=form.views, seconds=40.0 + 10 * overall)


def by_name(days: Days) -> dict[str, ReviewerFigures]:
    told = team_in(Exam.objects.all(), days, NOW)
    names = [one.person.display_name for one in told.reviewers]
    assert names == sorted(names)
    return {one.person.username: one for one in told.reviewers}


def test_what_each_read_and_how_they_compare(team: World) -> None:
    found = by_name(MARCH)
    rose, luc = found["rose"], found["luc"]
    assert (rose.load.exams, luc.load.exams, luc.load.holds, rose.load.holds) == (7, 6, 1, 0)
    assert (rose.ratings, luc.ratings) == ((1, 1, 2, 3, 0), (0, 0, 0, 4, 2))
    assert luc.load.in_time == Share(4, 6)
    assert rose.load.arbitrated == luc.load.arbitrated == Share(2, 6)
    assert luc.load.median == timedelta(seconds=80)
    for one in (rose, luc):
        assert one.reliability.pairs == len(pairs_of(one.person)) == 6
        assert one.severity is not None
        assert one.severity.shared == 6
    assert rose.severity.value < 0 < luc.severity.value
    assert rose.adjusted.adjusted.value > rose.adjusted.raw.value
    assert luc.adjusted.adjusted.value < luc.adjusted.raw.value
    assert not rose.calibrated, "six exams are too few"
    part = Slice(since=MARCH.first, until=MARCH.last, reviewer=rose.person.pk).of(Scan.objects.all())
    assert behind(part, Figure.EXAMS).count() == rose.load.exams
    with CaptureQueriesContext(
        connection,
    ) as few:
        team_in(Exam.objects.all(), MARCH, NOW)
    assert len(few) <= 7


def test_load_is_of_the_period_and_comparison_of_the_year(team: World) -> None:
    later = by_name(APRIL)
    assert (later["rose"].load.exams, later["rose"].reliability.pairs) == (0, 6)
    assert later["rose"].adjusted.raw.total == 0
    assert set(by_name(YEARS_LATER)) == {"luc"}, "who has one in hand"
    team_told = team_in(Exam.objects.all(), MARCH, NOW)
    assert team_told.agreement.exams == 6
    assert team_told.ratings == tuple(map(sum, zip(*(one.ratings for one in team_told.reviewers), strict=True)))
    elsewhere = team_in(Exam.objects.filter(project=team.elsewhere), MARCH, NOW)
    assert elsewhere.reviewers == ()
