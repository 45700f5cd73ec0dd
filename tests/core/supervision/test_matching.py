"""Does each exam find a reader whom it suits, without what is urgent waiting for it?"""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from supervision.matching import MOST_HOURS, Candidate, Fit, calibrated, fits, ranked
from supervision.priority import URGENT, Clock

candidates = st.lists(
    st.builds(
        Candidate,
        key=st.integers(),
        hours=st.floats(0, 1000),
        clock=st.sampled_from(Clock),
        speaks=st.booleans(),
        second=st.booleans(),
        others=st.integers(0, 30),
    ),
    max_size=20,
    unique_by=lambda one: one.key,
).map(lambda found: sorted(found, key=lambda one: (one.clock not in URGENT, -one.hours)))


@given(found=candidates, known=st.booleans())
def test_all_are_there_and_what_is_urgent_is_first_in_its_order(*, found: list[Candidate], known: bool) -> None:
    order = ranked(found, calibrated=known)
    assert sorted(one.key for one in order) == sorted(one.key for one in found)
    urgent = [one for one in found if one.clock in URGENT]
    assert order[: len(urgent)] == urgent


@given(found=candidates, known=st.booleans())
def test_nobody_is_passed_over_for_more_than_half_a_day(*, found: list[Candidate], known: bool) -> None:
    order = ranked(found, calibrated=known)
    for place, one in enumerate(order):
        if one.clock not in URGENT:
            assert all(later.hours - one.hours <= MOST_HOURS for later in order[place:])


def test_each_reason_decides_between_equals() -> None:
    plain = Candidate(1, 50, Clock.P2, speaks=False)
    for better in (replace(plain, key=2, speaks=True), replace(plain, key=2, others=0)):
        assert [one.key for one in ranked([plain, better], calibrated=False)] == [2, 1]
    second = replace(plain, key=2, second=True)
    assert [one.key for one in ranked([plain, second], calibrated=False)] == [1, 2]
    assert [one.key for one in ranked([plain, second], calibrated=True)] == [2, 1]
    assert set(fits(replace(second, speaks=True, others=1), calibrated=True)) == set(Fit)


def test_an_exam_of_few_readers_is_left_to_them() -> None:
    common, rare = Candidate(1, 54, Clock.P2), Candidate(2, 50, Clock.P2, others=0)
    assert ranked([common, rare], calibrated=False)[0] is rare
    assert ranked([replace(common, hours=57), rare], calibrated=False)[0].key == 1


def test_calibrated_takes_pairs_and_little_severity() -> None:
    assert calibrated(20, -0.5)
    assert not calibrated(19, 0.0)
    assert not calibrated(40, 0.6)
    assert not calibrated(40, None)
