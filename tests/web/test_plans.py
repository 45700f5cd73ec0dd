"""Does help come by the pages: a plan that only exams close, an observation, training with what it changed?"""

from datetime import timedelta

from django.utils import timezone

from storage.catalogue import sign_off
from storage.catalogue.models import Event, Observation, Plan, Proposal
from storage.catalogue.registers import training
from storage.catalogue.registers.training import SessionHeld
from supervision.competence.visit import Change, Effect
from supervision.figures import Share
from supervision.registers import Attended, SessionKind
from tests.courses import learned
from tests.web.test_api_acts import call  # noqa: F401 - a fixture
from web.visits import told

CODE = "BLADDER"
HOUR = timedelta(hours=1)


def course(world, *outcomes: bool, until=None, **more):
    readers = [world.people["rose"], world.people["luc"]]
    last = until or timezone.now() - HOUR
    return learned(world.goma, world.people["amina"], readers, outcomes, until=last, code=CODE, **more)


def test_a_plan_is_opened_agreed_on_and_closed_by_its_exams_alone(world, signed_in) -> None:
    amina, keeper = world.people["amina"], world.people["facilitator"]
    course(world, *[True, False] * 5, until=timezone.now() - timedelta(days=40))
    facilitator, learner = signed_in("facilitator"), signed_in("amina")
    page = f"/overview/trainees/{amina.pk}/"
    assert f"{page}plan/?exam_type={CODE}" in facilitator.get(page).content.decode()
    assert facilitator.post(f"{page}plan/", {"exam_type": CODE, "why": " "}).status_code == 422
    address = facilitator.post(f"{page}plan/", {"exam_type": CODE, "why": "The axis is lost."}).headers["Location"]
    assert "Plans (1)" in facilitator.get("/overview/").content.decode()
    shown = facilitator.get(address).content.decode()
    assert "The axis is lost." in shown
    assert "<strong>Axis</strong>" in shown
    today = timezone.now().date()
    said = {"exercise": "Ten axes.", "responsible": keeper.pk, "due_on": today - timedelta(days=1)}
    assert "This day is over." in facilitator.post(f"{address}agree/", said).content.decode()
    facilitator.post(f"{address}agree/", said | {"due_on": today})
    assert "Plans (1)" not in facilitator.get("/overview/").content.decode(), "it was agreed on, and is not late"
    for answer in (learner.get("/my-scans/"), learner.get(page + f"?exam_type={CODE}")):
        assert address in answer.content.decode()
        assert "Ten axes." in answer.content.decode()
    assert learner.post(f"{address}note/", {"note": "Six are done."}).status_code == 302
    assert learner.post(f"{address}agree/", said).status_code == learner.post(f"{address}close/").status_code == 403
    assert signed_in("joel").get(address).status_code == 404
    assert signed_in("auditor").post(f"{address}note/", {"note": "Seen."}).status_code == 404
    assert "Six are done." in signed_in("auditor").get(address).content.decode()
    assert facilitator.post(f"{address}close/").status_code == 409
    Plan.objects.update(opened_at=timezone.now() - timedelta(days=39))
    course(world, *[True] * 15, twice=0)
    assert "Close the plan" in facilitator.get(address).content.decode()
    facilitator.post(f"{address}close/")
    plan = Plan.objects.get()
    assert (plan.closed_at is not None, plan.finding["verdict"]) == (True, "fulfilled")
    closed = facilitator.get(address).content.decode()
    assert "closed: the exams show it" in closed
    assert closed.count('<a href="/exams/') == 15
    assert "closed: the exams show it" in facilitator.get("/plans/").content.decode()
    steps = Event.objects.filter(what__startswith="plan_").order_by("pk").values_list("what", flat=True)
    assert list(steps) == ["plan_opened", "plan_agreed", "plan_note", "plan_met"]


def test_an_observation_is_noted_read_by_the_trainee_and_taken_back(world, signed_in) -> None:
    amina = world.people["amina"]
    course(world, *[True] * 28, entrustment=None)
    facilitator = signed_in("facilitator")
    page, form = f"/overview/trainees/{amina.pk}/", f"/overview/trainees/{amina.pk}/observation/"
    tomorrow, today = timezone.now().date() + timedelta(days=1), timezone.now().date()
    said = {"exam_type": CODE, "on": tomorrow, "entrustment": 4, "note": "Safe, and slow."}
    assert "This day is still to come." in facilitator.post(form, said).content.decode()
    assert facilitator.post(form, said | {"on": today, "entrustment": 6}).status_code == 422
    assert not Observation.objects.exists()
    assert facilitator.post(form, said | {"on": today}).headers["Location"] == f"{page}?exam_type={CODE}"
    assert Proposal.objects.get(trainee=amina, exam_type=CODE).met
    assert "Safe, and slow." in signed_in("amina").get(page).content.decode()
    seen = Observation.objects.get()
    assert signed_in("supervisor").post(f"/observations/{seen.pk}/withdraw/").status_code == 404, "not theirs"
    assert facilitator.post(f"/observations/{seen.pk}/withdraw/").status_code == 302
    assert Proposal.objects.get(trainee=amina, exam_type=CODE).missing == ["trusted"]
    assert "taken back" in facilitator.get(page).content.decode()
    assert signed_in("amina").post(f"/overview/trainees/{amina.pk}/observation/", said).status_code == 403
    assert signed_in("foreign-owner").get(form).status_code == 404


def test_what_changed_at_a_training_is_the_same_on_both_its_pages(world, signed_in) -> None:
    amina, joel, keeper, now = world.people["amina"], world.people["joel"], world.people["facilitator"], timezone.now()
    course(world, *[False] * 12, *[True] * 12, every=timedelta(days=1))
    there = {amina.pk: Attended.PARTLY, joel.pk: Attended.ABSENT}
    day = (now - timedelta(days=12)).date()
    held = SessionHeld(day, 90, SessionKind.BEDSIDE, exam_types=(CODE,), attendance=there)
    session = training.log(world.goma.pk, held, keeper, now)
    pages = (f"/overview/trainees/{amina.pk}/", f"/registers/sessions/{session.pk}/")
    words = "Of the last exams before it 0 of 12 succeeded, of the first after it 12 of 12. Change: +100 points"
    for page in pages:
        assert words in signed_in("supervisor").get(page).content.decode(), page
    assert words not in signed_in("data_officer").get(pages[1]).content.decode(), "who may not see competence"
    training.cancel(session.pk, keeper, now)
    for page in pages:
        assert words not in signed_in("supervisor").get(page).content.decode()


def test_an_effect_is_called_one_only_where_its_interval_leaves_zero() -> None:
    before, after, apart = Share(8, 20), Share(15, 20), Change(0.35, 0.04, 0.58)

    def said(*beyond: float) -> str:
        return told(Effect(before, after, 1, apart, Change(*beyond))).verdict

    assert said(0.3, 0.02, 0.5) == (
        "More than practice alone explains: beyond it, +30 points (95% interval +2 to +50)."
    )
    assert said(0.3, -0.02, 0.5).startswith("Practice alone may explain it")
    assert said(-0.3, -0.5, -0.02).startswith(
        "Less than practice alone would have brought: beside it, \N{MINUS SIGN}30"
    )
    assert told(Effect(before, after, 1, apart, None)).few
    assert told(Effect(Share(0, 0), Share(0, 0), 0, None, None)).counts == ""


def test_the_api_does_what_the_pages_do(world, call) -> None:  # noqa: F811
    amina = world.people["amina"].pk
    course(world, *[True] * 28, entrustment=None)
    new = {"trainee": amina, "exam_type": CODE, "why": "Stopped asking."}
    made = call("supervisor", "POST plans", new)
    assert (made["cause"], made["keeps"], made["progress"]["exams"]) == ("person", True, [])
    assert call("facilitator", "POST plans", new)["number"] == made["number"], "one at a time"
    one = f"plans/{made['number']}"
    past = (timezone.now() - timedelta(days=2)).date().isoformat()
    assert call("supervisor", f"POST {one}/agree", {"exercise": "Ask.", "due_on": past}, 422)["code"] == "not_valid"
    call("supervisor", f"POST {one}/agree", {"exercise": "Ask.", "responsible": amina}, 404)
    call("supervisor", f"POST {one}/agree", {"exercise": "Ask."})
    call("amina", f"POST {one}/note", {"note": "I ask."})
    assert call("supervisor", f"POST {one}/close", code=409)["code"] == "plan_not_met"
    (mine,) = call("amina", "GET plans")["items"]
    assert [line["note"] for line in mine["lines"]] == ["Stopped asking.", "Ask.", "I ask."]
    assert not mine["keeps"]
    assert call("joel", "GET plans")["count"] == 0
    at = (timezone.now() - HOUR).isoformat()
    watched = {"trainee": amina, "exam_type": CODE, "at": at, "entrustment": 4}
    noted = call("facilitator", "POST observations", watched)
    call("supervisor", f"POST observations/{noted['number']}/withdraw", code=404)
    assert call("amina", "GET observations")["items"][0]["entrustment"] == 4
    assert call("facilitator", f"POST observations/{noted['number']}/withdraw")["withdrawn"]
    assert call("amina", f"GET trainees/{amina}/visits?exam_type={CODE}") == []
    call("joel", f"GET trainees/{amina}/visits?exam_type={CODE}", code=404)
    found = sign_off.proposed(world.relief, world.people["amina"], CODE, world.people["supervisor"], timezone.now())
    assert found is not None
    assert found.obstacle == "plan_open"
