"""Does a scanner tell what was seen in three taps, on a phone, with and without scripts?"""

from datetime import timedelta

import pytest
from django.utils import timezone

from storage.catalogue import queue, worksheets
from storage.catalogue.models import Exam, ReviewItem
from supervision.exam_types import exam_types
from supervision.rating import Answer
from supervision.states import Stage
from tests.web.world import item_of

CARD = exam_types()["CARD"]
FLAGGED = next(
    (known, question) for known in exam_types().values() for question in known.questions if question.red_flag
)


def sent(client, exam: Exam, **fields: object):
    known = exam_types()[str(fields.pop("exam_type", exam.exam_type or "CARD"))]
    return client.post(f"/worksheet/{exam.pk}/", {"exam_type": known.code, **fields}, follow=True)


@pytest.mark.chromium
@pytest.mark.service
def test_three_taps_on_a_phone(window, live_world) -> None:
    """Of an exam whose type nobody said: the type, nothing found, send; of the next: open it, nothing found, send."""
    live_world.scan(exam_type="CARD", at=timezone.now() - timedelta(days=2))
    exams = [live_world.scan(exam_type=None, patient="SR-ONE").exam, live_world.scan(exam_type=None).exam]
    clip = live_world.scan(exam_type=None, patient="SR-ONE")
    assert clip.exam == exams[0], "two clips of one patient are one worksheet"
    page = window("amina", "/missing-details/", width=360, height=740, has_touch=True, java_script_enabled=False)
    assert page.locator(".posters img").count() == 3
    taps = 0

    def tap(target) -> None:
        nonlocal taps
        box = target.bounding_box()
        assert box["height"] >= 40
        target.tap()
        taps += 1

    page.goto(page.url.replace("/missing-details/", f"/worksheet/{exams[0].pk}/"))
    assert page.locator("h1").inner_text() == "What was examined?"
    tap(page.locator("section").first.get_by_role("link", name=CARD.label.en))
    page.wait_for_url("**/?type=CARD")
    tap(page.get_by_text("Nothing found: no to every question"))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    tap(page.get_by_role("button", name="Send to the experts"))
    page.wait_for_url("**/?sent=1")
    assert "The exam waits for an expert." in page.locator("main").inner_text()
    assert taps == 3
    exams[0].refresh_from_db()
    assert (exams[0].stage, set(exams[0].answers.values())) == (Stage.QUEUED, {Answer.NEGATIVE})
    page.get_by_role("link", name="Next exam").tap()
    page.wait_for_url(f"**/worksheet/{exams[1].pk}/")


def test_answers_age_sex_and_views_are_kept_and_can_be_changed_until_somebody_reads(world, signed_in) -> None:
    scan = world.scan(exam_type="CARD")
    exam, amina = scan.exam, signed_in("amina")
    answers = {f"q.{question.code}": "positive" for question in CARD.questions}
    view = {f"view.{scan.pk}": CARD.views[0].code}
    page = sent(amina, exam, age="adult_15_44", sex="female", question=CARD.questions[0].code, **answers, **view)
    assert page.redirect_chain[-1][0].endswith("?sent=1")
    exam.refresh_from_db()
    scan.refresh_from_db()
    assert set(exam.answers.values()) == {"positive"}
    assert (exam.age, exam.sex, exam.question, scan.view) == (
        "adult_15_44",
        "female",
        CARD.questions[0].code,
        CARD.views[0].code,
    )
    assert exam.worksheet_by == world.people["amina"]
    form = amina.get(f"/worksheet/{exam.pk}/").content.decode()
    assert form.count(" checked") == len(CARD.questions) + 2
    sent(amina, exam, nothing="1")
    exam.refresh_from_db()
    assert set(exam.answers.values()) == {"negative"}
    queue.claim(item_of(scan).pk, world.people["rose"], timezone.now())
    sent(amina, exam, **answers)
    page = amina.get(f"/worksheet/{exam.pk}/").content.decode()
    assert 'name="nothing"' not in page
    assert "can no longer be changed" in page
    exam.refresh_from_db()
    assert set(exam.answers.values()) == {"negative"}


def test_what_is_left_out_or_contradicts_is_said_and_nothing_is_kept(world, signed_in) -> None:
    exam, amina = world.scan(exam_type=None).exam, signed_in("amina")
    first = CARD.questions[0].code
    for fields, words in (
        ({}, "Answer every question"),
        ({"nothing": "1", f"q.{first}": "positive"}, "You ticked that nothing was found"),
    ):
        page = sent(amina, exam, sex="male", **fields).content.decode()
        assert words in page
        assert 'value="male" checked' in page
        exam.refresh_from_db()
        assert (exam.stage, exam.worksheet_at, exam.exam_type) == (Stage.AWAITING_INFO, None, "")


def test_critical_is_asked_once_more_and_goes_ahead(world, signed_in) -> None:
    exam, amina = world.scan(exam_type="CARD").exam, signed_in("amina")
    assert ReviewItem.objects.get(exam=exam).clock == "P2"
    page = sent(amina, exam, nothing="1", critical="on").content.decode()
    assert "Is the patient critical now?" in page
    assert ReviewItem.objects.get(exam=exam).clock == "P2"
    page = sent(amina, exam, nothing="1", critical="on", sure="1").content.decode()
    assert "An expert is asked now" in page
    assert ReviewItem.objects.get(exam=exam).clock == "P0"


def test_a_red_flag_sets_the_clock(world, signed_in) -> None:
    known, flag = FLAGGED
    exam = world.scan(exam_type=known.code).exam
    answers = {f"q.{one.code}": "positive" if one == flag else "negative" for one in known.questions}
    page = sent(signed_in("amina"), exam, **answers).content.decode()
    assert "You found a red flag" in page
    assert ReviewItem.objects.get(exam=exam).clock == "P1"


def test_clips_are_joined_and_set_apart_by_tick(world, signed_in) -> None:
    one, two = (world.scan(exam_type=None, patient="") for _ in range(2))
    amina = signed_in("amina")
    assert one.exam != two.exam, "a video names no patient: nobody guesses"
    page = amina.get(f"/worksheet/{one.exam.pk}/?type=CARD").content.decode()
    assert f'name="join" value="{two.exam.pk}"' in page
    sent(amina, one.exam, nothing="1", join=str(two.exam.pk))
    assert set(one.exam.clips.values_list("pk", "exam_type")) == {(one.pk, "CARD"), (two.pk, "CARD")}
    sent(amina, one.exam, nothing="1", **{f"view.{two.pk}": "apart"})
    two.refresh_from_db()
    assert two.exam != one.exam
    assert (two.exam.stage, two.exam.exam_type, two.exam.trainee) == (Stage.AWAITING_INFO, "", world.people["amina"])


def test_a_trainee_tells_of_own_exams_a_facilitator_of_all_and_says_who_scanned(world, signed_in) -> None:
    exam = world.scan(trainee=None, exam_type="CARD").exam
    others = world.scan(trainee="joel", exam_type=None).exam
    for one in (exam, others):
        assert signed_in("amina").get(f"/worksheet/{one.pk}/").status_code == 404
        assert sent(signed_in("amina"), one, nothing="1").status_code == 404
    helper = signed_in("facilitator")
    assert "Choose who scanned." in sent(helper, exam, nothing="1").content.decode()
    sent(helper, exam, nothing="1", trainee=world.people["rose"].pk)
    exam.refresh_from_db()
    assert exam.trainee is None, "a reviewer does not learn here"
    sent(helper, exam, nothing="1", trainee=world.people["joel"].pk)
    exam.refresh_from_db()
    assert (exam.trainee, exam.worksheet_by, exam.stage) == (
        world.people["joel"],
        world.people["facilitator"],
        Stage.QUEUED,
    )


def test_a_helper_who_also_reads_is_not_told_whose_queued_exam_it_is(world, signed_in) -> None:
    from storage.catalogue.models import Membership
    from supervision.roles import Role

    Membership.objects.create(person=world.people["facilitator"], role=Role.REVIEWER, organisation=world.relief)
    exam = world.scan(exam_type="CARD").exam
    page = signed_in("facilitator").get(f"/worksheet/{exam.pk}/").content.decode()
    assert "Amina" not in page
    assert "Goma" not in page


def test_the_worksheet_speaks_french(world, signed_in) -> None:
    world.people["amina"].language = "fr"
    world.people["amina"].save()
    exam = world.scan(exam_type="CARD").exam
    page = signed_in("amina").get(f"/worksheet/{exam.pk}/", headers={"Accept-Language": "fr"}).content.decode()
    assert "Rien trouvé" in page
    assert "Nothing found" not in page


def test_the_codes_of_another_type_are_forgotten(world) -> None:
    scan = world.scan(exam_type="CARD")
    sheet = worksheets.Worksheet(
        CARD, answers={CARD.questions[0].code: Answer.POSITIVE}, views={scan.pk: CARD.views[0].code}
    )
    amina = world.people["amina"]
    worksheets.complete(scan.exam.pk, sheet, None, amina, timezone.now())
    other = exam_types()["PHANTOM"]
    worksheets.complete(scan.exam.pk, worksheets.Worksheet(other), None, amina, timezone.now())
    scan.refresh_from_db()
    assert (scan.exam_type, scan.view, scan.exam.exam_type, scan.exam.answers) == ("PHANTOM", "", "PHANTOM", {})
