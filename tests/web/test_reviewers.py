"""Who sees how whom reads, in which order, and do the numbers lead to their exams?"""

import re
from html import unescape

import pytest
from django.utils import timezone

from storage.catalogue.models import Exam, Membership, Review, ReviewItem
from supervision.readings import Reading
from supervision.roles import Role
from supervision.states import Stage
from tests.web.test_devices import text_of
from tests.web.test_figures import COUNT

LINK = re.compile(r'<td class="number" data-label="Exams read"><a href="(/scans/\?[^"]+)">(\d+)</a>')


@pytest.fixture
def readers(world):
    """Rose rates a point below Luc, on three exams that both read; Luc has read one more."""
    now = timezone.now()
    for mine in (2, 3, 4):
        scan = world.scan()
        world.review(scan, overall=mine)
        exam = Exam.objects.get(clips=scan)
        item = ReviewItem.objects.create(
            exam=exam, reading=Reading.SECOND, priority=0, queued_at=now, due_at=now, done_at=now
        )
        Review.objects.create(
            exam=exam,
            item=item,
            reviewer=world.people["luc"],
            reading=Reading.SECOND,
            overall=mine + 1,
            adequate=True,
            opened_at=now,
            submitted_at=now,
            seconds=75,
        )
    world.review(world.scan(), "luc", 5)
    return world


def test_whoever_sees_all_is_led_from_names_in_order_to_each_and_to_their_exams(readers, signed_in) -> None:
    client = signed_in("supervisor")
    page = client.get("/overview/reviewers/").content.decode()
    names = re.findall(r'<th scope="row"><a href="(/overview/reviewers/\d+/)', page)
    people = [readers.people[name] for name in ("luc", "rose")]
    assert names == [
        f"/overview/reviewers/{one.pk}/" for one in sorted(people, key=lambda one: one.display_name.casefold())
    ]
    found = [(unescape(to), int(number)) for to, number in LINK.findall(page)]
    assert sorted(number for _, number in found) == [3, 4]
    for address, number in found:
        told = COUNT.search(client.get(address).content.decode())
        assert told is not None
        assert int(told.group(1)) == number
    rose = text_of(client.get(names[people.index(readers.people["rose"])]))
    assert "−1.00" in rose
    assert "Gwet's AC2" in rose


def test_a_reviewer_sees_what_is_theirs_and_nobody_elses(readers, signed_in) -> None:
    client, luc = signed_in("rose"), readers.people["luc"]
    own = client.get("/overview/reviewers/").content.decode()
    assert "How I read" in own
    assert luc.display_name not in own
    assert "/scans/?" not in own, "a list that reviewers may not open"
    assert client.get(f"/overview/reviewers/{luc.pk}/").status_code == 404
    assert signed_in("supervisor").get("/overview/reviewers/999/").status_code == 404


def test_who_may_still_be_asked_to_read_an_exam_is_not_told_who_has(readers, signed_in) -> None:
    """A supervisor who also reviews: the first reading of an exam that waits for a second one is in no number."""
    both = readers.person("both", Role.SUPERVISOR)
    Membership.objects.create(person=both, role=Role.REVIEWER, organisation=readers.relief)
    waits = Exam.objects.filter(reviews__reviewer=readers.people["rose"]).first()
    Exam.objects.filter(pk=waits.pk).update(stage=Stage.SECOND_READ)
    waits.reviews.update(final=False)
    seen = dict(LINK.findall(signed_in(both.username).get("/overview/reviewers/").content.decode()))
    assert sorted(map(int, seen.values())) == [2, 3]
    for address, number in seen.items():
        assert f"{number} scan" in signed_in(both.username).get(unescape(address)).content.decode()
