"""Does the trainee read what the expert said, in words, and does what comes back reach the expert?"""

import uuid
from dataclasses import replace
from datetime import datetime
from html import unescape

import pytest
from django.utils import timezone
from django.utils.translation import override

from qa_rules import rules_in
from storage.catalogue import feedback, queue, readings
from storage.catalogue.models import Exam, Feedback, ReviewItem
from supervision.exam_types import exam_types
from supervision.marks import Mark, Shape
from supervision.phrases import phrases
from supervision.rating import Answer, Cause, Component, Reference
from supervision.readings import Reading
from supervision.review_form import Advice, ReviewForm
from tests.forms import rated
from tests.web.playing import frame_shown
from tests.web.world import item_of
from web.media import picture_of
from web.reading_words import CAUSES, COMPONENTS


def told(world, form: ReviewForm, *, exam_type: str = "FAST", at: datetime | None = None) -> Feedback:
    """Let Rose read a new exam of Amina's with this form."""
    item, rose, now = item_of(world.scan(exam_type=exam_type)), world.people["rose"], at or timezone.now()
    queue.claim(item.pk, rose, now)
    return readings.submit(item.pk, rose, uuid.uuid4(), form, now, seen=form.views).feedback


def page_of(client, given: Feedback) -> str:
    return unescape(client.get(f"/my-exams/{given.review.exam_id}/").content.decode()).replace("\u00a0", " ")


def test_the_feedback_reaches_the_trainee_and_opening_it_marks_it_seen(world, signed_in) -> None:
    scan = world.scan()
    given = world.review(scan, overall=3).feedback
    amina = signed_in("amina")
    page = amina.get("/my-scans/").content.decode()
    assert "1 exam has new feedback" in page
    assert "My scans (1)" in page
    address = f"/my-exams/{scan.exam_id}/"
    amina.head(address)
    given.refresh_from_db()
    assert given.seen_at is None
    page = amina.get(address).content.decode()
    assert "Move the probe to the right" in page
    assert "minimum criteria met" in page
    assert "Rose Mwamba" in page
    given.refresh_from_db()
    assert given.seen_at is not None
    assert "No new feedback" in amina.get("/my-scans/").content.decode()


def test_whatever_the_reviewers_language_the_trainee_reads_in_theirs(world, signed_in) -> None:
    world.people["amina"].language = "fr"
    world.people["amina"].save()
    levels = {Component.PRESENT: 2, Component.LANDMARKS: 1, Component.AXIS: 1, Component.GAIN: 0}
    form = rated(3, cause=Cause.CONTACT)
    first = next(iter(form.views))
    form = replace(
        form,
        views={**form.views, first: {**form.views[first], **levels}},
        keep=Advice("keep_depth"),
        change=Advice("change_contact_gel", "Even in the corner."),
        next=Advice("next_contact_edges"),
    )
    page = page_of(signed_in("amina"), told(world, form))
    for code in ("keep_depth", "change_contact_gel", "next_contact_edges"):
        said = phrases()[code].text
        assert said.fr.replace("\u00a0", " ") in page
        assert said.en not in page
    assert "Even in the corner." in page
    assert "2 min" in page
    with override("fr"):
        assert str(CAUSES[Cause.CONTACT]) in page
        views = page.split('id="views"')[1]
        absent, flawed = views.split("inexploitable")[1].split("</p>")[0], views.split("imparfait")[1].split("</p>")[0]
        assert str(COMPONENTS[Component.GAIN]) in absent
        assert str(COMPONENTS[Component.AXIS]) in flawed
        assert str(COMPONENTS[Component.LANDMARKS]) in flawed


def test_the_trainees_answers_stand_beside_the_experts_with_what_these_rest_on(world, signed_in) -> None:
    first = exam_types()["FAST"].questions[0]
    form = rated(3, positive=[first.code], references={first.code: Reference.OTHER_IMAGING})
    given = told(world, form)
    Exam.objects.filter(pk=given.review.exam_id).update(answers={first.code: Answer.NEGATIVE})
    row = next(one for one in page_of(signed_in("amina"), given).split("<tr>") if first.label.en in one)
    assert "you missed a finding" in row
    assert "other imaging" in row
    assert row.index(">no<") < row.index(">yes ")


def test_a_trainee_acknowledges_replies_and_appeals_and_the_expert_answers(world, signed_in) -> None:
    given = told(world, rated(3))
    amina, rose, address = signed_in("amina"), signed_in("rose"), f"/my-exams/{given.review.exam_id}/"
    assert "Read and understood" in page_of(amina, given)
    for _ in range(2):
        amina.post(address + "acknowledge/", {"feedback": given.pk})
    assert "Read and understood" not in page_of(amina, given)
    assert "Nothing was sent" in amina.post(address + "reply/", {"feedback": given.pk}, follow=True).content.decode()
    amina.post(address + "reply/", {"feedback": given.pk, "text": "How <b>deep</b>?"})
    assert "How <b>deep</b>?" in page_of(amina, given)
    assert "Replies (1)" in rose.get("/queue/").content.decode()
    replies = rose.get("/replies/").content.decode()
    assert "How &lt;b&gt;deep&lt;/b&gt;?" in replies
    assert signed_in("luc").post(f"/replies/{given.pk}/answer/", {"text": "Eight"}).status_code == 404
    rose.post(f"/replies/{given.pk}/answer/", {"text": "Eight centimetres"})
    assert "Nothing to answer" in rose.get("/replies/").content.decode()
    assert "1 exam has new feedback" in amina.get("/my-scans/").content.decode()
    assert "Eight centimetres" in page_of(amina, given)
    answer = amina.post(address + "appeal/", {"feedback": given.pk, "text": "It is a rib."}, follow=True)
    assert "Your appeal is with an arbiter" in answer.content.decode()
    assert ReviewItem.objects.get(done_at=None).reading == Reading.APPEAL
    assert "I do not agree" not in page_of(amina, given)


def test_nobody_acts_on_or_reads_the_feedback_of_another(world, signed_in) -> None:
    given, joel = told(world, rated(3)), signed_in("joel")
    address = f"/my-exams/{given.review.exam_id}/"
    assert joel.get(address).status_code == 404
    for act in ("acknowledge", "reply", "appeal"):
        assert joel.post(f"{address}{act}/", {"feedback": given.pk, "text": "mine"}).status_code == 404
    own = item_of(world.scan(trainee="joel")).exam
    assert joel.post(f"/my-exams/{own.pk}/reply/", {"feedback": given.pk, "text": "mine"}).status_code == 404
    assert not given.steps.exists()
    assert joel.get(f"/my-exams/{own.pk}/").status_code == 200


def test_a_changed_reading_is_new_and_what_was_told_before_is_kept(world, signed_in) -> None:
    given = told(world, rated(3, change=Advice(text="Less gain.")))
    amina = signed_in("amina")
    page_of(amina, given)
    readings.amend(
        given.review_id,
        world.people["rose"],
        uuid.uuid4(),
        rated(4, change=Advice(text="More gel.")),
        timezone.now(),
    )
    assert "1 exam has new feedback" in amina.get("/my-scans/").content.decode()
    now, before = page_of(amina, given).split('id="earlier"')
    assert "This reading was changed on" in now
    assert "More gel." in now
    assert "Less gain." in before
    answer = amina.post(f"/my-exams/{given.review.exam_id}/reply/", {"feedback": given.pk, "text": "Why?"}, follow=True)
    assert "This feedback is closed" in answer.content.decode()


def test_somebody_else_looking_does_not_mark_it_seen(world, signed_in) -> None:
    scan = world.scan()
    given = world.review(scan).feedback
    page = signed_in("supervisor").get(f"/scans/{scan.pk}/").content.decode()
    given.refresh_from_db()
    assert given.seen_at is None
    assert "not yet seen by the trainee" in page
    assert "Amina Mwamba" in page


def test_unread_feedback_stands_first_and_leads_on(world, signed_in) -> None:
    old, new, third = world.scan(), world.scan(), world.scan()
    world.review(old)
    world.review(new)
    amina = signed_in("amina")
    page = amina.get("/my-scans/").content.decode()
    assert page.index(old.exam.name) < page.index(third.exam.name)
    address = f"/my-exams/{old.exam_id}/"
    amina.post(address + "acknowledge/", {"feedback": feedback.current_of(old.exam).pk})
    assert f'href="/my-exams/{new.exam_id}/"' in amina.get(address).content.decode().split('class="action"')[1]


def test_a_trainee_reads_why_a_file_was_refused_and_what_happens_to_one_held_back(world, signed_in) -> None:
    world.refused()
    world.withheld()
    page = signed_in("amina").get("/my-scans/").content.decode()
    assert "Copy it from the device again" in page
    assert "You need not do anything" in page


def test_held_back_and_refused_scans_show_reasons_in_both_languages_and_never_a_picture(world, signed_in) -> None:
    world.withheld()
    world.refused()
    client = signed_in("data_officer")
    held, refused = client.get("/held-back/").content.decode(), client.get("/held-back/?show=refused").content.decode()
    assert "Text was read inside the picture (places: 3)" in held
    assert "Du texte a été lu dans l&#x27;image (endroits : 3)" in held
    assert "The file ends too early" in refused
    assert "Le fichier s&#x27;arrête trop tôt" in refused
    for page in (held, refused):
        assert "/objects/" not in page
        assert "<img" not in page
        assert "<video" not in page
        assert "Held back (1)" in page
        assert "Refused (1)" in page


def test_a_hint_at_a_faulty_probe_is_no_remark_to_anybody_who_scans_or_reviews(world, signed_in) -> None:
    scan = world.scan()
    world.review(scan)
    titles = {rule.name: rule.title.en for rule in rules_in()}
    for who, address in (("amina", f"/my-scans/{scan.pk}/"), ("supervisor", f"/scans/{scan.pk}/")):
        page = signed_in(who).get(address).content.decode()
        assert titles["contact.coupling"] in page
        assert titles["device.dropout"] not in page


WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.chromium
def test_a_trainee_on_a_phone_reads_jumps_to_the_pinned_frame_replies_and_appeals(window, live_world) -> None:
    pinned = (
        Mark(0, 23, Shape.PIN, text="The edge is lost here."),
        Mark(0, 5, Shape.ARROW, ((0.2, 0.2), (0.5, 0.5)), "This is the rib."),
    )
    advice = {name: Advice(code) for name, code in (("keep", "keep_depth"), ("change", "change_contact_edge"))}
    scan = live_world.scan()
    form = rated(3, cause=Cause.CONTACT, next=Advice("next_contact_edges"), **advice)
    form = replace(form, marks=tuple(replace(mark, clip=scan.pk) for mark in pinned))
    item, rose = item_of(scan), live_world.people["rose"]
    queue.claim(item.pk, rose, timezone.now())
    given = readings.submit(item.pk, rose, uuid.uuid4(), form, timezone.now(), seen=form.views).feedback

    page = window("amina", "/my-scans/", width=360, height=740)
    page.get_by_role("link", name="Read the new feedback").click()
    page.wait_for_selector("[data-player][data-frame]")
    assert page.evaluate(WIDE) <= 0
    assert page.locator("#advice").bounding_box()["y"] < page.locator("[data-player]").bounding_box()["y"]
    [picture] = [one for one in [picture_of(scan)] if one]
    for name, frame in (("frame 24", 23), ("frame 6", 5)):
        page.get_by_role("link", name=name).click()
        assert frame_shown(page, picture, frame) == frame
    page.get_by_role("button", name="Read and understood").click()
    page.get_by_label("Reply or ask").fill("How deep should it be?")
    page.get_by_role("button", name="Send to the expert").click()
    page.get_by_text("How deep should it be?").wait_for()
    page.get_by_text("I do not agree").click()
    page.get_by_label("Why do you not agree?").fill("It is a rib.")
    page.get_by_role("button", name="Appeal", exact=True).click()
    page.get_by_text("Until it is decided, this reading counts").wait_for()
    assert page.evaluate(WIDE) <= 0
    assert [step.what for step in given.steps.order_by("pk")] == ["acknowledged", "replied", "appealed"]
