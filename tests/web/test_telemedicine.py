"""Can a question about a patient be asked, answered and followed in the browser, by the right people only?"""

import pytest
from django.utils.html import escape

from storage.catalogue.models import Escalation, Scan
from supervision.escalation import EscalationState, What
from tests.web.test_browser import SIDEWAYS
from tests.web.test_devices import text_of
from web.telemedicine import ACTS, LINES, STATES

ASKED = {"question": "operate", "specialty": "surgery", "consent": "on", "note": "Free fluid; pressure falls."}


@pytest.fixture
def scan(world) -> Scan:
    return world.scan()


def escalated(signed_in, scan: Scan, by: str = "amina") -> Escalation:
    signed_in(by).post(f"/exams/{scan.exam_id}/escalate/", ASKED)
    return Escalation.objects.get()


def test_every_state_line_and_act_has_its_words() -> None:
    assert set(STATES) == set(EscalationState)
    assert set(LINES) == set(What)
    assert set(ACTS) == set(What) - {What.RAISED}


def test_the_form_tells_what_a_specialist_would_ask_back_for(scan, signed_in) -> None:
    page = text_of(signed_in("amina").get(f"/exams/{scan.exam_id}/escalate/"))
    assert "A specialist would ask back for" in page
    assert "No clip is said to show" in page
    assert "You can ask all the same" in page


@pytest.mark.parametrize("gap", ["question", "specialty", "consent"])
def test_what_is_lacking_in_the_form_is_said_and_nothing_typed_is_lost(scan, signed_in, gap: str) -> None:
    answer = signed_in("amina").post(
        f"/exams/{scan.exam_id}/escalate/", {name: value for name, value in ASKED.items() if name != gap}
    )
    assert answer.status_code == 422
    assert ASKED["note"] in answer.content.decode()
    assert not Escalation.objects.exists()


def test_from_the_question_to_what_was_done_for_the_patient(scan, signed_in) -> None:
    raised = escalated(signed_in, scan)
    page, act = f"/escalations/{raised.pk}/", f"/escalations/{raised.pk}/act/"
    assert signed_in("amina").get(f"/exams/{scan.exam_id}/escalate/").headers["Location"] == page
    helen = signed_in("supervisor")
    assert "Should this patient be operated on?" in text_of(helen.get("/telemedicine/"))
    assert "Telemedicine (1)" in text_of(helen.get("/queue/"))
    helen.post(act, {"what": "taken"})
    refused = helen.post(act, {"what": "answered", "note": "Operate within the hour."})
    assert refused.status_code == 422
    assert "Operate within the hour." in refused.content.decode(), "what was typed is given back"
    helen.post(act, {"what": "answered", "outcome": "confirmed", "note": "Operate within the hour."})
    mine = text_of(signed_in("amina").get(page))
    assert "What was suspected is confirmed" in mine
    assert "Operate within the hour." in mine
    assert "Telemedicine (1)" in mine, "it waits for what was done"
    signed_in("amina").post(act, {"what": "done", "done": "procedure"})
    assert "Telemedicine (1)" not in text_of(signed_in("amina").get(page))
    assert "Operated on, drained or punctured here" in text_of(helen.get(page))
    raised.refresh_from_db()
    assert raised.state == EscalationState.CLOSED
    history = text_of(helen.get(f"/exams/{scan.exam_id}/"))
    assert all(words in history for words in ("asked telemedicine", "took it to a specialist"))


def test_nobody_else_acts_and_the_wrong_step_changes_nothing(scan, signed_in) -> None:
    raised = escalated(signed_in, scan)
    for name, status in (("joel", 404), ("foreign-owner", 404), ("biomed", 403), ("administrator", 403)):
        assert signed_in(name).get(f"/escalations/{raised.pk}/").status_code == status, name
        assert signed_in(name).post(f"/escalations/{raised.pk}/act/", {"what": "taken"}).status_code == status, name
    signed_in("amina").post(f"/escalations/{raised.pk}/act/", {"what": "taken"})
    raised.refresh_from_db()
    assert raised.state == EscalationState.OPEN


def test_a_reviewer_who_may_read_the_exam_learns_neither_site_nor_names(world, scan, signed_in) -> None:
    raised = escalated(signed_in, scan)
    signed_in("rose").get("/telemedicine/")
    reader = world.people["rose"]
    assert not Escalation.objects.filter(raised_by=reader).exists()
    signed_in("amina").post(f"/escalations/{raised.pk}/act/", {"what": "withdrawn"})
    signed_in("rose").post(f"/exams/{scan.exam_id}/escalate/", ASKED)
    own = Escalation.objects.get(raised_by=reader)
    signed_in("supervisor").post(f"/escalations/{own.pk}/act/", {"what": "taken"})
    page = signed_in("rose").get(f"/escalations/{own.pk}/").content.decode()
    for secret in ("Goma", world.people["amina"].display_name, world.people["supervisor"].display_name):
        assert secret not in page
    assert escape("a colleague (hidden until the exam is final)") in page


@pytest.mark.chromium
def test_asked_on_a_phone_in_french(live_world, window) -> None:
    live_world.people["amina"].language = "fr"
    live_world.people["amina"].save()
    scan = live_world.scan()
    page = window("amina", f"/exams/{scan.exam_id}/escalate/", width=360, height=700)
    assert page.evaluate(SIDEWAYS) == 0
    page.get_by_label("Que voulez-vous savoir").select_option("operate")
    page.get_by_label("Qui devrait répondre").select_option("surgery")
    page.get_by_label("accepte que ces images").check()
    page.get_by_role("button", name="Demander à la télémédecine").click()
    page.get_by_text("attend un coordinateur").first.wait_for()
    assert page.evaluate(SIDEWAYS) == 0
