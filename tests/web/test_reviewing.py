"""Can an expert take, read and rate a scan, once, and lose nothing?"""

import uuid
from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone

from pipeline.finding import Finding, Verdict
from storage.catalogue.models import Review, ReviewItem, Scan
from supervision.states import State
from tests.web.world import inspection_of, numbered

FETCH = {"X-Requested-With": "fetch"}


def reading(**changed: object) -> dict[str, object]:
    said = {"submission": uuid.uuid4(), "overall": 4, "adequate": "yes", "comment": "Keep the depth."}
    return {**said, **changed}


def taken(client) -> int:
    """Take the next scan and return the item's number."""
    answer = client.post("/queue/next/")
    return int(answer.headers["Location"].strip("/").split("/")[-1])


def test_the_most_urgent_scan_comes_first_and_is_opened(world, signed_in) -> None:
    sound = replace(inspection_of([numbered(1)], (0.0,)), findings=(Finding("gain.under", 1, Verdict.GOOD, 90.0),))
    world.scan(pictures=[numbered(1)], times=(0.0,), inspection=sound)
    urgent = world.scan()
    client = signed_in("rose")
    page = client.get("/queue/").content.decode()
    assert page.index(urgent.short_id) < page.index(Scan.objects.exclude(pk=urgent.pk).get().short_id)
    assert taken(client) == urgent.review_item.pk
    assert urgent.short_id in client.get(f"/review/{urgent.review_item.pk}/").content.decode()


def test_what_one_holds_comes_first(world, signed_in) -> None:
    slow = world.scan(score=90.0)
    urgent = world.scan(score=10.0)
    client = signed_in("rose")
    client.post(f"/queue/{slow.review_item.pk}/take/")
    page = client.get("/queue/").content.decode()
    assert page.index(slow.short_id) < page.index(urgent.short_id)
    assert taken(client) == slow.review_item.pk


def test_two_reviewers_never_get_the_same_scan(world, signed_in) -> None:
    for _ in range(4):
        world.scan()
    rose, luc = signed_in("rose"), signed_in("luc")
    first, second = taken(rose), taken(luc)
    assert first != second
    assert luc.get(f"/review/{first}/").status_code == 409
    assert luc.post(f"/queue/{first}/take/").status_code == 409
    assert luc.post(f"/review/{first}/", reading()).status_code == 409
    assert not Review.objects.exists()


def test_a_review_that_is_sent_twice_is_one_review(world, signed_in) -> None:
    scan, client = world.scan(), signed_in("rose")
    item, form = taken(client), reading()
    assert client.post(f"/review/{item}/", form).headers["Location"] == "/queue/"
    assert client.post(f"/review/{item}/", form, headers=FETCH).json() == {"next": "/queue/"}
    review = Review.objects.get()
    assert (review.overall, review.adequate, review.comment) == (4, True, "Keep the depth.")
    scan.refresh_from_db()
    assert scan.state == State.FINAL
    another = client.post(f"/review/{item}/", reading(), headers=FETCH)
    assert another.status_code == 409
    assert "reviewed already" in another.json()["text"]


@pytest.mark.parametrize(
    "wrong", [{"overall": ""}, {"overall": "6"}, {"adequate": ""}, {"comment": "x" * 4001}, {"submission": "x"}]
)
def test_an_incomplete_form_is_shown_again_with_what_was_written(wrong, world, signed_in) -> None:
    world.scan()
    client = signed_in("rose")
    item = taken(client)
    form = reading(comment="one thing to change") | wrong
    answer = client.post(f"/review/{item}/", form)
    assert answer.status_code == 422
    assert str(form["comment"]) in answer.content.decode()
    assert client.post(f"/review/{item}/", form, headers=FETCH).json()["text"]
    assert not Review.objects.exists()


def test_the_lease_is_renewed_and_its_loss_is_told_without_losing_the_text(world, signed_in) -> None:
    world.scan()
    rose = signed_in("rose")
    item = taken(rose)
    ReviewItem.objects.update(lease_until=timezone.now() + timedelta(minutes=2))
    assert 29 <= rose.post(f"/review/{item}/renew/", headers=FETCH).json()["minutes"] <= 30
    ReviewItem.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    signed_in("luc").post("/queue/next/")
    lost = rose.post(f"/review/{item}/renew/", headers=FETCH)
    assert (lost.status_code, lost.json()["code"]) == (409, "lease_lost")
    page = rose.post(f"/review/{item}/", reading(comment="my precious text"))
    assert page.status_code == 409
    assert "my precious text" in page.content.decode()


def test_given_back_it_waits_again(world, signed_in) -> None:
    world.scan()
    rose = signed_in("rose")
    item = taken(rose)
    rose.post(f"/review/{item}/give-back/")
    assert rose.get(f"/review/{item}/").headers["Location"] == "/queue/"
    assert taken(signed_in("luc")) == item


def test_a_reviewer_never_reads_who_made_the_scan(world, signed_in) -> None:
    scan, client = world.scan(), signed_in("rose")
    queue = client.get("/queue/").content.decode()
    page = client.get(f"/review/{taken(client)}/").content.decode()
    for shown in (queue, page):
        assert scan.short_id in shown
        assert scan.trainee.first_name not in shown
        assert scan.trainee.username not in shown


def test_findings_stand_in_the_readers_language_with_their_side(world, signed_in) -> None:
    from pipeline.finding import Side
    from qa_rules import rules_in

    rule = next(rule for rule in rules_in() if rule.name == "contact.coupling")
    world.scan()
    client = signed_in("rose")
    item = taken(client)
    english = client.get(f"/review/{item}/").content.decode()
    world.people["rose"].language = "fr"
    world.people["rose"].save()
    french = client.get(f"/review/{item}/").content.decode()
    from django.utils.html import escape

    assert escape(rule.title.en) in english
    assert escape(rule.advice_for(Side.LEFT).en) in english
    assert "on the left of the picture" in english
    assert escape(rule.title.fr) in french
    assert escape(rule.advice_for(Side.LEFT).fr) in french
    assert "à gauche de l&#x27;image" in french


def test_an_empty_queue_says_what_to_do(world, signed_in) -> None:
    client = signed_in("rose")
    assert "New ones appear here by themselves" in client.get("/queue/").content.decode()
    assert "Nothing waits for you" in client.post("/queue/next/", follow=True).content.decode()


def test_somebody_signed_out_is_told_so_by_the_script(db) -> None:
    from django.test import Client

    assert Client().post("/review/1/renew/", headers=FETCH).status_code == 401
