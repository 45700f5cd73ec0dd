"""Can an expert take, read and rate an exam, once, and lose nothing?"""

import json
import uuid
from collections.abc import Iterable
from datetime import timedelta
from html import unescape

import pytest
from django.utils import timezone, translation
from django.utils.html import escape

from storage.catalogue import queue, readings
from storage.catalogue.models import Draft, Event, Exam, Review, ReviewItem, Skip
from supervision.exam_types import exam_types
from supervision.rating import Answer, Cause, Component, Consequence, Reference
from supervision.readings import Decided
from supervision.review_form import Advice, form_of
from supervision.states import Stage
from tests.forms import rated
from tests.web.world import World, item_of, numbered
from web.reading_form import fields_of, form_from
from web.reading_words import SENTENCES

FETCH = {"X-Requested-With": "fetch"}
FAST = exam_types()["FAST"]
VIEWS = [view.code for view in FAST.views]
QUESTIONS = [question.code for question in FAST.questions]


def sent(overall: int = 4, *, leave: Iterable[str] = (), **changed: object) -> dict[str, object]:
    """Return a whole form as the browser sends it, without the fields of `leave`."""
    fields = fields_of(rated(overall, comment="Keep the depth."))
    whole = {"submission": str(uuid.uuid4()), "seconds": "41", "seen": VIEWS, **fields, **changed}
    return {name: value for name, value in whole.items() if name not in set(leave)}


def taken(client) -> int:
    """Take the next exam and return the item's number."""
    answer = client.post("/queue/next/")
    return int(answer.headers["Location"].strip("/").split("/")[-1])


def test_what_one_holds_comes_first(world, signed_in) -> None:
    slow, urgent = world.scan(score=90.0), world.scan(score=10.0)
    client = signed_in("rose")
    client.post(f"/queue/{item_of(slow).pk}/take/")
    page = client.get("/queue/").content.decode()
    assert page.index(slow.exam.name) < page.index(urgent.exam.name)
    assert taken(client) == item_of(slow).pk


def test_two_reviewers_never_get_the_same_exam(world, signed_in) -> None:
    for _ in range(2):
        world.scan()
    rose, luc = signed_in("rose"), signed_in("luc")
    first, second = taken(rose), taken(luc)
    assert first != second
    assert luc.get(f"/review/{first}/").status_code == 409
    assert luc.post(f"/queue/{first}/take/").status_code == 409
    assert luc.post(f"/review/{first}/", sent()).status_code == 409
    assert not Review.objects.exists()


def test_a_reading_that_is_sent_twice_is_one_reading(world, signed_in) -> None:
    scan, client = world.scan(), signed_in("rose")
    item, form = taken(client), sent()
    assert client.post(f"/review/{item}/", form).headers["Location"] == "/queue/"
    assert client.post(f"/review/{item}/", form, headers=FETCH).json() == {"next": "/queue/"}
    review = Review.objects.get()
    assert (review.overall, review.adequate, review.seconds, review.final) == (4, True, 41, True)
    assert form_of(review.form).comment == "Keep the depth."
    scan.exam.refresh_from_db()
    assert scan.exam.stage == Stage.FINAL
    another = client.post(f"/review/{item}/", sent(), headers=FETCH)
    assert another.status_code == 409
    assert "reviewed already" in another.json()["text"]


def test_every_field_comes_back_from_the_browser_as_it_went() -> None:
    form = rated(
        2,
        references={QUESTIONS[0]: Reference.OTHER_IMAGING, **dict.fromkeys(QUESTIONS[1:], Reference.EXPERT_READING)},
        indication=0,
        consequence=Consequence.MEANINGFUL,
        integration=3,
        entrustment=2,
        cause=Cause.GAIN,
        confidence=1,
        keep=Advice(text="the depth"),
        change=Advice("change_contact_gel", "and slower"),
        exemplar=True,
        told=True,
        comment="two\nlines",
    )
    assert form_from(fields_of(form), FAST) == form


@pytest.mark.parametrize(
    ("changed", "row"),
    [
        ({"overall": ""}, "overall"),
        ({"overall": "6"}, "overall"),
        ({f"v.{VIEWS[0]}.gain": ""}, f"v.{VIEWS[0]}"),
        ({f"v.{VIEWS[0]}.axis": "na"}, f"v.{VIEWS[0]}"),
        ({f"v.{VIEWS[0]}.gain": "3"}, f"v.{VIEWS[0]}.gain"),
        ({f"q.{QUESTIONS[0]}": ""}, f"q.{QUESTIONS[0]}"),
        ({"seen": VIEWS[1:]}, f"v.{VIEWS[0]}"),
        ({"comment": "x" * 4001}, "comment"),
        ({"cause": "fate"}, "cause"),
        ({"keep": "no_such_phrase"}, "keep"),
        ({"marks": "[1]"}, "marks"),
        ({"marks": json.dumps([{"clip": 10**6, "frame": 0, "shape": "pin", "text": "here"}])}, "marks"),
        ({"submission": "x"}, "submission"),
    ],
)
def test_a_form_that_is_not_whole_comes_back_with_the_reason_beside_its_row(changed, row, world, signed_in) -> None:
    world.scan()
    client = signed_in("rose")
    item = taken(client)
    form = sent(keep_text="the very words") | changed
    answer = client.post(f"/review/{item}/", form)
    assert answer.status_code == 422
    assert "the very words" in answer.content.decode()
    assert list(client.post(f"/review/{item}/", form, headers=FETCH).json()["errors"]) == [row]
    assert not Review.objects.exists()


def test_without_a_script_the_page_is_a_form_that_can_be_sent_as_it_stands(world, signed_in) -> None:
    """Every field of the page, with the measurement prefilled and a draft in it, posted as a browser would."""
    import re

    world.scan()
    client = signed_in("rose")
    item = taken(client)
    page = client.get(f"/review/{item}/").content.decode()
    form = page[page.index('<form method="post" id="reading"') :]
    form = form[: form.index("</form>")]
    names = set(re.findall(r'name="([^"]+)"', form))
    assert {f"v.{view}.{part}" for view in VIEWS for part in Component} <= names
    assert {f"q.{code}" for code in QUESTIONS} | {f"r.{code}" for code in QUESTIONS} <= names
    assert {*fields_of(rated(3)), "seen", "seconds", "submission", "told"} <= names
    assert form.count("data-measured") == 2 * len(VIEWS)  # gain and contact have rules
    submission = re.search(r'name="submission" value="([^"]+)"', form)
    assert client.post(f"/review/{item}/", sent(submission=submission[1])).status_code == 302


def test_the_draft_is_kept_on_the_server_and_put_back_and_dropped_when_sent(world, signed_in) -> None:
    world.scan()
    client = signed_in("rose")
    item = taken(client)

    def save(version: int, **fields: object) -> object:
        content = json.dumps({name: [value, at] for name, (value, at) in fields.items()})
        body = {"content": content, "seconds": "12", "version": version}
        return client.post(f"/review/{item}/draft/", body, headers=FETCH)

    assert save(0, overall=("4", 1), comment=("typed at home", 2)).json() == {"version": 1}
    stale = save(0, comment=("typed at work", 3))
    assert (stale.status_code, stale.json()["version"]) == (409, 1)
    assert stale.json()["content"]["comment"] == ["typed at home", 2]
    page = client.get(f"/review/{item}/").content.decode()
    assert "typed at home</textarea>" in page
    assert 'value="4" checked' in page
    for broken in (
        {"content": "[", "seconds": "1", "version": "0"},
        {},
        {"content": "{}", "seconds": "nan", "version": 1},
    ):
        assert client.post(f"/review/{item}/draft/", broken, headers=FETCH).status_code == 422
    assert client.post(f"/review/{item}/", sent(leave=["seconds"])).status_code == 302
    assert Review.objects.get().seconds == 12
    assert not Draft.objects.exists()


def test_a_lost_lease_is_told_and_what_was_written_stays(world, signed_in) -> None:
    world.scan()
    rose = signed_in("rose")
    item = taken(rose)
    ReviewItem.objects.update(lease_until=timezone.now() + timedelta(minutes=2))
    assert 29 <= rose.post(f"/review/{item}/renew/", headers=FETCH).json()["minutes"] <= 30
    ReviewItem.objects.update(lease_until=timezone.now() - timedelta(minutes=1))
    assert taken(signed_in("luc")) == item
    lost = rose.post(f"/review/{item}/renew/", headers=FETCH)
    assert (lost.status_code, lost.json()["code"]) == (409, "lease_lost")
    content = json.dumps({"comment": ["my precious text", 1]})
    kept = rose.post(f"/review/{item}/draft/", {"content": content, "seconds": 3, "version": 0}, headers=FETCH)
    assert kept.status_code == 200
    for page in (rose.post(f"/review/{item}/", sent(comment="my precious text")), rose.get(f"/review/{item}/")):
        assert page.status_code == 409
        assert "my precious text" in page.content.decode()
    assert "my precious text" not in signed_in("luc").get(f"/review/{item}/").content.decode()


def test_given_back_paused_and_skipped(world, signed_in) -> None:
    world.scan()
    rose = signed_in("rose")
    item = taken(rose)
    rose.post(f"/review/{item}/give-back/")
    assert rose.get(f"/review/{item}/").headers["Location"] == "/queue/"
    assert taken(rose) == item
    assert rose.post(f"/review/{item}/pause/").headers["Location"] == "/queue/"
    assert taken(rose) == item  # what was put aside is still theirs
    assert rose.post(f"/review/{item}/skip/", {"reason": "bored"}).headers["Location"] == f"/review/{item}/"
    assert not Skip.objects.exists()
    assert rose.post(f"/review/{item}/skip/", {"reason": "unsure"}).headers["Location"] == "/queue/"
    assert rose.post("/queue/next/").headers["Location"] == "/queue/"
    assert taken(signed_in("luc")) == item


def test_the_clips_that_come_next_are_fetched_ahead_and_not_claimed(world, signed_in) -> None:
    for _ in range(4):
        world.scan()
    client = signed_in("rose")
    page = client.get(f"/review/{taken(client)}/").content.decode()
    ahead = json.loads(unescape(page.split('data-ahead="')[1].split('"')[0]))
    assert len(ahead) == 4  # poster and small preview of two exams
    assert ReviewItem.objects.exclude(claimed_by=None).count() == 1


def test_what_is_hidden_is_not_on_the_page_and_the_page_says_so(world, signed_in) -> None:
    scan, client = world.scan(), signed_in("rose")
    page = client.get(f"/review/{taken(client)}/").content.decode()
    assert scan.exam.name in page
    for secret in (scan.trainee.first_name, scan.trainee.username, scan.project.name, "What the software measured"):
        assert secret not in page.replace("Rose Mwamba", "")
    assert "hidden until the exam is final" in page


def test_the_worksheet_is_shown_and_opening_the_answers_first_is_noted(world, signed_in) -> None:
    scan, client = world.scan(), signed_in("rose")
    Exam.objects.update(
        question=QUESTIONS[0], answers={QUESTIONS[0]: Answer.POSITIVE}, age="adult_65", worksheet_at=timezone.now()
    )
    item = taken(client)
    page = client.get(f"/review/{item}/").content.decode()
    assert escape(FAST.questions[0].label.en) in page[: page.index("<table")]
    assert "65 years or more" in page
    assert "data-told><summary>What the scanner answered" in page.replace("\n", "")
    client.post(f"/review/{item}/", sent(told="yes"))
    assert form_of(Review.objects.get().form).told
    assert Review.objects.get().correct is False  # the expert saw nothing, the scanner did
    assert scan.exam_id == Review.objects.get().exam_id


def discordant(world: World) -> ReviewItem:
    """Let two readers differ over an exam and return what an arbiter is asked."""
    scan = world.scan()
    for name, form in (("rose", rated(4, consequence=Consequence.CONTACT_NOW)), ("luc", rated(2))):
        item = item_of(scan)
        queue.claim(item.pk, world.people[name], timezone.now())
        readings.submit(item.pk, world.people[name], uuid.uuid4(), form, timezone.now(), seen=VIEWS)
    return item_of(scan)


def test_an_arbiter_reads_blind_then_sees_both_and_decides(world, signed_in) -> None:
    item = discordant(world)
    arbiter = signed_in("arbiter")
    arbiter.post(f"/queue/{item.pk}/take/")
    assert arbiter.get(f"/review/{item.pk}/decide/").headers["Location"] == f"/review/{item.pk}/"
    blind = arbiter.get(f"/review/{item.pk}/").content.decode()
    assert "two points or more apart" not in blind
    assert arbiter.post(f"/review/{item.pk}/", sent(3)).headers["Location"] == f"/review/{item.pk}/decide/"
    page = arbiter.get(f"/review/{item.pk}/decide/").content.decode()
    assert "two points or more apart" in page
    for person in ("rose", "luc"):
        assert world.people[person].display_name not in page
    for wrong in ({}, {"chosen": "first"}, {"chosen": "third", "reasons": "slip"}, {"reasons": "slip"}):
        again = arbiter.post(f"/review/{item.pk}/decide/", {**wrong, "note": "because of this"})
        assert again.status_code == 422
        assert "because of this" in again.content.decode()
    decision = {"chosen": "first", "reasons": ["slip", "artefact"], "note": "seen at 0.4 s"}
    assert arbiter.post(f"/review/{item.pk}/decide/", decision).headers["Location"] == "/queue/"
    final = Review.objects.get(final=True)
    assert (final.reviewer.username, final.overall) == ("rose", 4)
    assert sorted(item.arbitration.reasons) == sorted([Decided.ARTEFACT, Decided.SLIP])
    assert arbiter.get(f"/review/{item.pk}/decide/").status_code == 409


def test_a_final_reading_is_amended_by_a_new_version(world, signed_in) -> None:
    review = world.review(world.scan())
    rose = signed_in("rose")
    page = rose.get(f"/reviews/{review.pk}/amend/").content.decode()
    assert "Move the probe to the right" in page
    assert signed_in("luc").get(f"/reviews/{review.pk}/amend/").status_code == 404
    listed = {name: signed_in(name).get("/replies/").content.decode() for name in ("rose", "luc")}
    assert [name for name, page in listed.items() if f"/reviews/{review.pk}/amend/" in page] == ["rose"]
    why = ["slip", "artefact"]
    for broken in (sent(why=why, leave=["overall"]), sent(5)):
        assert rose.post(f"/reviews/{review.pk}/amend/", broken).status_code == 422
    assert rose.post(f"/reviews/{review.pk}/amend/", sent(5, why=why)).headers["Location"] == "/queue/"
    assert Event.objects.get(what="amended").facts["why"] == sorted(why)
    final = Review.objects.get(final=True)
    assert (final.amends_id, final.overall) == (review.pk, 5)
    assert rose.get(f"/reviews/{review.pk}/amend/").status_code == 409
    now = rose.get("/replies/").content.decode()
    assert f"/reviews/{final.pk}/amend/" in now
    assert f"/reviews/{review.pk}/amend/" not in now
    assert Review.objects.count() == 2


def test_the_page_and_its_scripts_speak_the_readers_language(world, signed_in) -> None:
    world.scan(pictures=[numbered(3)], times=(0.0,))
    world.people["rose"].language = "fr"
    world.people["rose"].save()
    client = signed_in("rose")
    page = client.get(f"/review/{taken(client)}/").content.decode()
    assert escape(FAST.views[0].label.fr) in page
    assert "Qualité globale de l" in page
    words = json.loads(page.split('id="reading-words" type="application/json">')[1].split("</script>")[0])
    with translation.override("en"):
        english = {name: str(said) for name, said in SENTENCES.items()}
    assert words.keys() == english.keys()
    assert [name for name, said in words.items() if said == english[name]] == []


def test_an_empty_queue_says_what_to_do(world, signed_in) -> None:
    client = signed_in("rose")
    assert "New ones appear here by themselves" in client.get("/queue/").content.decode()
    assert "Nothing waits for you" in client.post("/queue/next/", follow=True).content.decode()


def test_somebody_signed_out_is_told_so_by_the_script(db) -> None:
    from django.test import Client

    assert Client().post("/review/1/renew/", headers=FETCH).status_code == 401
