"""Does the queue say why each exam is where it is, nothing that its reader must not know, and in few bytes?"""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from storage.catalogue import queue, reviewers
from storage.catalogue.models import Event, Exam, Person, ReviewItem, Scan
from supervision.priority import Clock, reasons, standing
from supervision.roles import Role
from supervision.skipping import SkipReason
from supervision.states import Stage, State
from tests.web.world import World

MOST_BYTES = 60_000


def many(world: World, number: int) -> list[ReviewItem]:
    """Write exams that wait, without their files; each an hour older than the one before."""
    now = timezone.now()
    known = {"project": world.goma, "trainee": world.people["amina"], "exam_type": "FAST", "score": 62.0}
    exams = Exam.objects.bulk_create(
        Exam(
            **known,
            name=f"exam{place:06d}",
            began_at=now,
            stage=Stage.QUEUED,
            phase="learning",
            inclusion=1.0,
            chosen_because="learning",
        )
        for place in range(number)
    )
    Scan.objects.bulk_create(
        Scan(**known, exam=exam, digest=f"{place:064x}", state=State.QUEUED, received_at=now, size=1)
        for place, exam in enumerate(exams)
    )
    made_of = reasons(Clock.P2, 62.0)
    return ReviewItem.objects.bulk_create(
        ReviewItem(
            exam=exam,
            reasons=made_of,
            queued_at=now - timedelta(hours=place),
            due_at=now + timedelta(hours=72 - place),
            priority=standing(made_of, now - timedelta(hours=place)),
        )
        for place, exam in enumerate(exams)
    )


def text_of(client: Client, language: str = "en") -> str:
    answer = client.get("/queue/", headers={"Accept-Language": language})
    assert answer.status_code == 200
    return answer.content.decode()


def test_fifty_lines_are_light_and_take_few_queries(world: World, signed_in, django_assert_max_num_queries) -> None:
    many(world, 120)
    client = signed_in("rose")
    with django_assert_max_num_queries(45):
        page = text_of(client)
    assert page.count("<details>") >= 50
    assert "120 exams wait" in page
    assert len(page.encode()) < MOST_BYTES
    first, last = page.index("exam000119"), page.index("exam000070")
    assert first < last
    assert "exam000069" not in page


def test_who_may_read_is_told_neither_site_nor_score_and_others_both(world: World, signed_in) -> None:
    many(world, 3)
    blind, open_to = text_of(signed_in("rose")), text_of(signed_in("supervisor"))
    for shown in ("Goma", "quality score 62", "/100"):
        assert shown not in blind, shown
        assert shown in open_to, shown
    for page in (blind, open_to):
        assert "amina" not in page.lower()
        assert "its trainee is learning" in page
        assert "before sign-off: answer within 72 h" in page
        assert re.search(r"waiting: \+\d h", page)
    assert "you may be given it" in blind
    assert "you may be given it" not in open_to
    assert 'action="/queue/next/"' not in open_to


def test_what_one_holds_and_what_one_put_aside_come_first(world: World, signed_in) -> None:
    rose, items, now = world.people["rose"], many(world, 60), timezone.now()
    held, aside = items[0], items[1]  # the least urgent, far below the lines that are shown
    for item in (held, aside):
        queue.claim(item.pk, rose, now)
    queue.pause(aside.pk, rose, now)
    page = text_of(signed_in("rose"))
    assert page.index(held.exam.name) < page.index(items[59].exam.name)
    assert page.index(aside.exam.name) < page.index(items[59].exam.name)
    assert f"You hold exam {held.exam.name}" in page
    assert "you put it aside" in page


def test_each_reason_against_is_said_in_both_languages(world: World, signed_in) -> None:
    rose, luc, now = world.people["rose"], world.people["luc"], timezone.now()
    items = many(world, 4)
    queue.claim(items[0].pk, luc, now)
    queue.skip(items[1].pk, rose, SkipReason.NO_TIME, now)
    joel = world.people["joel"]
    Exam.objects.filter(pk=items[2].exam_id).update(trainee=joel)
    reviewers.add_conflict(rose, now, trainee=joel)
    reviewers.save_profile(rose, languages=["fr"], exam_types=[], most_a_day=None, paused_until=None, now=now)
    client = signed_in("rose")
    english = text_of(client)
    for said in (
        "being read by somebody else",
        "no time now",
        "you noted a conflict of interest",
        "its trainee does not speak your languages",
    ):
        assert said in english, said
    Person.objects.filter(pk=rose.pk).update(language="fr")
    french = text_of(signed_in("rose"))
    for said in ("en cours de lecture", "conflit d&#x27;intérêts", "ne parle pas vos langues", "4 examens attendent"):
        assert said in french, said


def test_a_reviewer_says_what_suits_them_and_the_queue_follows(world: World, signed_in) -> None:
    rose = world.people["rose"]
    (item,) = many(world, 1)
    client = signed_in("rose")
    assert "FAST" in client.get("/account/reviewing/").content.decode()
    sent = {"languages": ["en", "fr"], "exam_types": ["CARD"], "most_a_day": "20", "not_before": ""}
    assert client.post("/account/reviewing/", sent).status_code == 302
    profile = reviewers.profile_of(rose)
    assert (profile.languages, profile.exam_types, profile.most_a_day) == (["en", "fr"], ["CARD"], 20)
    assert "not one of your exam types" in text_of(client)
    assert client.post("/queue/next/").url == "/queue/"
    assert client.post(f"/queue/{item.pk}/take/").url == f"/review/{item.pk}/"
    for wrong in ({"languages": ["xx"]}, {"exam_types": ["NO"]}, {"most_a_day": "0"}, {"not_before": "2099-01-01"}):
        assert client.post("/account/reviewing/", wrong).status_code == 422
    assert reviewers.profile_of(rose).exam_types == ["CARD"]


def test_conflicts_of_interest_are_noted_and_withdrawn(world: World, signed_in) -> None:
    rose, amina = world.people["rose"], world.people["amina"]
    client = signed_in("rose")
    for about in (f"trainee:{amina.pk}", f"project:{world.bunia.pk}", f"project:{world.elsewhere.pk}", "trainee:x", ""):
        client.post("/account/reviewing/conflicts/", {"about": about})
    noted = reviewers.conflicts_of(rose)
    assert {(one.trainee, one.project) for one in noted} == {(amina, None), (None, world.bunia)}
    page = client.get("/account/reviewing/").content.decode()
    assert amina.display_name in page
    client.post(f"/account/reviewing/conflicts/{noted[0].pk}/")
    signed_in("luc").post(f"/account/reviewing/conflicts/{noted[1].pk}/")
    assert len(reviewers.conflicts_of(rose)) == 1
    assert Event.objects.filter(what="conflict_noted", person=rose).count() == 2


@pytest.mark.parametrize("name", ["rose", "arbiter"])
def test_a_judgement_is_for_arbiters(world: World, signed_in, name: str) -> None:
    (item,) = many(world, 1)
    ReviewItem.objects.filter(pk=item.pk).update(reading="arbitration")
    Exam.objects.filter(pk=item.exam_id).update(stage=Stage.ARBITRATION)
    assert world.people["arbiter"].memberships.get().role == Role.ARBITER
    client = signed_in(name)
    judges = name == "arbiter"
    assert ("for arbiters only" in text_of(client)) is not judges
    assert client.post(f"/queue/{item.pk}/take/").url == (f"/review/{item.pk}/" if judges else "/queue/")
