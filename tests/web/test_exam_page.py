"""Does the page of an exam tell all that is known of it, and nothing that a reader must not know yet?"""

import re

from django.utils import timezone

from storage.catalogue import worksheets
from storage.catalogue.models import Exam, Membership, Scan
from supervision.exam_types import exam_types
from supervision.rating import Answer
from supervision.roles import Role
from supervision.states import Stage
from supervision.worksheet import Sex, Worksheet

CARD = exam_types()["CARD"]
HIDDEN = "You may still be asked to read this exam"


def page_of(client, exam: Exam, after: str = "") -> str:
    return client.get(f"/exams/{exam.pk}/{after}").content.decode()


def test_clips_worksheet_readings_and_history_stand_on_one_page(world, signed_in) -> None:
    clips = [world.scan(exam_type="CARD", patient="SR-ONE", score=score) for score in (80.0, 41.0)]
    exam = clips[0].exam
    sheet = Worksheet(CARD, answers={CARD.questions[0].code: Answer.POSITIVE}, sex=Sex.FEMALE)
    worksheets.complete(exam.pk, sheet, None, world.people["amina"], timezone.now())
    world.review(clips[0], overall=4)
    page = page_of(signed_in("supervisor"), exam)
    for words in (
        *(f"/scans/{clip.pk}/" for clip in clips),
        '41<span class="of">/100</span>',
        "the lowest of its clips",
        CARD.questions[0].label.en,
        "female",
        "4<span",
        "final</strong>",
        "Rose Mwamba",
        "Amina Mwamba",
        "worksheet filled in",
        "every exam of a learning trainee is read",
    ):
        assert words in page, words
    assert "100% of exams like this one are read" in page
    assert HIDDEN not in page
    assert re.search(r"put into the review queue", page)


def test_who_may_still_read_it_is_not_told_whose_it_is_on_any_of_its_pages(world, signed_in) -> None:
    Membership.objects.create(person=world.people["supervisor"], role=Role.REVIEWER, organisation=world.relief)
    scan = world.scan(score=41.0)
    client = signed_in("supervisor")
    for address in (f"/exams/{scan.exam.pk}/", f"/scans/{scan.pk}/", "/scans/"):
        page = client.get(address).content.decode()
        assert "Amina" not in page, address
        assert '41<span class="of">/100' not in page, address
    assert HIDDEN in page_of(client, scan.exam)
    assert scan.short_id in client.get("/scans/").content.decode()
    assert scan.short_id not in client.get(f"/scans/?trainee={world.people['amina'].pk}").content.decode()
    assert "leave out 1 scan" in client.get("/overview/").content.decode()
    world.review(scan)
    assert "Amina Mwamba" in page_of(client, scan.exam)


def test_an_exam_that_was_not_drawn_is_read_all_the_same_when_a_supervisor_wants_it(world, signed_in) -> None:
    scan = world.scan()
    Scan.objects.filter(pk=scan.pk).update(state="not_chosen")
    scan.exam.items.all().delete()
    Exam.objects.filter(pk=scan.exam.pk).update(stage=Stage.NOT_CHOSEN, inclusion=0.05, chosen_because="uniform")
    page = page_of(signed_in("supervisor"), scan.exam)
    assert "5% of exams like this one are read: by chance alone" in page
    assert "Have it read anyway" in page
    assert "Have it read anyway" not in page_of(signed_in("facilitator"), scan.exam)
    assert signed_in("facilitator").post(f"/exams/{scan.exam.pk}/read-anyway/").status_code == 403
    page = signed_in("supervisor").post(f"/exams/{scan.exam.pk}/read-anyway/", follow=True).content.decode()
    assert "to be read though it was not drawn" in page
    scan.exam.refresh_from_db()
    assert scan.exam.stage == Stage.QUEUED


def test_a_facilitator_joins_and_splits(world, signed_in) -> None:
    one, two, strange = (
        world.scan(patient=""),
        world.scan(patient=""),
        world.scan(project=world.elsewhere, trainee=None),
    )
    helper = signed_in("facilitator")
    assert f'<option value="{two.exam.pk}">' in page_of(helper, one.exam)
    for other in ("", "x", strange.exam.pk):
        said = helper.post(f"/exams/{one.exam.pk}/join/", {"other": other}, follow=True).content.decode()
        assert "nothing was changed" in said
    assert (
        "one exam now"
        in helper.post(f"/exams/{one.exam.pk}/join/", {"other": two.exam.pk}, follow=True).content.decode()
    )
    assert one.exam.clips.count() == 2
    said = helper.post(f"/exams/{one.exam.pk}/split/", {"clip": [one.pk, two.pk]}, follow=True).content.decode()
    assert "nothing was changed" in said
    assert (
        "an exam of their own"
        in helper.post(f"/exams/{one.exam.pk}/split/", {"clip": two.pk}, follow=True).content.decode()
    )
    two.refresh_from_db()
    assert two.exam != one.exam
    for what in ("join", "split"):
        assert helper.post(f"/exams/{strange.exam.pk}/{what}/", {"clip": strange.pk}).status_code == 404
        assert signed_in("data_officer").post(f"/exams/{one.exam.pk}/{what}/").status_code == 403
