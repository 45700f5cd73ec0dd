"""Do the drawings show the figures that they are given, each in its place and leading where it should?"""

import re
from datetime import date, timedelta

import pytest
from django.http import QueryDict

from storage.catalogue.figures import Figure
from supervision.figures import Share
from supervision.period import Days
from supervision.report.figures import Counted, Stretch
from web.asked import Asked, asked_in
from web.charts.severity_scale import FARTHEST, severity_scale
from web.charts.trend import HALF, HIGH, WIDE, Past, counts, shares
from web.dashboards.weeks import HEIGHT, weeks

MARK = re.compile(r'<a href="([^"]+)" tabindex="-1"><title>([^<]*)</title><path d="([^"]+)"( fill="[^"]+")?/></a>')
NUMBER = re.compile(r"-?[\d.]+")
GROUND, ROOM = HIGH - 2, HIGH - 6


def marks(svg: str) -> list[tuple[str, str, list[float], bool]]:
    """Return address, words and numbers of each mark, and whether it is the full one."""
    found = MARK.findall(svg)
    return [(to, said, [float(one) for one in NUMBER.findall(shape)], bool(fill)) for to, said, shape, fill in found]


def test_columns_are_as_tall_as_their_counts() -> None:
    numbers = [0, 3, 12, 6]
    found = marks(counts([Past(one, f"{one} scans", f"/to/{one}") for one in numbers], "Scans in"))
    assert [(to, said) for to, said, *_ in found] == [(f"/to/{one}", f"{one} scans") for one in numbers]
    for (_, _, (left, ground, up, wide, down), _), one in zip(found, numbers, strict=True):
        assert (ground, down, wide) == (GROUND, GROUND, 2 * HALF)
        assert -up == pytest.approx(ROOM * one / 12, abs=0.1)
        assert 0 <= left <= WIDE - wide
    assert [full for *_, full in found] == [False, False, False, True]


def test_dots_lie_at_their_shares_and_lines_end_at_their_intervals() -> None:
    told = [Share(0, 4), Share(3, 4), Share(40, 40)]
    past = [Past(one.value, "", "/", *one.interval) for one in told]
    found = marks(shares([past[0], Past(None, "–", "/"), *past[1:]], "Adequate"))
    assert len(found) == len(told)  # of a period without anything no mark, but its place
    places = []
    for (_, _, (x, high, _below, _six, _gap, low, left, y, *_arcs), _), one in zip(found, told, strict=True):
        places.append(x)
        assert left == x - 3
        for drawn, value in ((y, one.value), (high, one.interval[1]), (low, one.interval[0])):
            assert drawn == pytest.approx(GROUND - ROOM * (value or 0.0), abs=0.1)
    assert places[1] - places[0] == pytest.approx(2 * (places[2] - places[1]), abs=0.2)


def test_weeks_are_as_tall_as_what_came_and_lead_to_it() -> None:
    first = date(2026, 3, 30)
    counted = [
        Stretch(Days(first + timedelta(7 * n), first + timedelta(7 * n + 6)), Counted(scans_in=came, reviewed=read))
        for n, (came, read) in enumerate(((8, 2), (0, 0), (4, 4)))
    ]
    bars = weeks(counted, Asked())["bars"]
    assert isinstance(bars, list)
    for bar, week in zip(bars, counted, strict=True):
        assert (bar.tall, bar.reviewed) == (HEIGHT * week.counted.scans_in / 8, HEIGHT * week.counted.reviewed / 8)
        asked = asked_in(QueryDict(bar.week.links[Figure.SCANS_IN].split("?")[1]))
        assert (asked.part.since, asked.part.until, asked.figure) == (week.days.first, week.days.last, Figure.SCANS_IN)


@pytest.mark.parametrize(("low", "value", "high"), [(-0.5, 0.25, 1.0), (-9.0, -8.0, 0.0)])
def test_a_severity_lies_on_its_scale_and_never_beyond_it(low: float, value: float, high: float) -> None:
    svg = severity_scale(value, low, high, "")
    (left, right), (dot,) = re.findall(r'M([\d.-]+) 11H([\d.]+)"', svg)[0], re.findall(r"M([\d.-]+) 11a4", svg)
    for drawn, one in ((left, low), (right, high), (str(float(dot) + 4), value)):
        share = (min(FARTHEST, max(-FARTHEST, one)) + FARTHEST) / (2 * FARTHEST)
        assert float(drawn) == pytest.approx(5 + share * 158, abs=0.1)
