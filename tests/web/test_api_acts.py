"""Does the API do what the pages of telemedicine, library, re-identification and people do, for nobody else?"""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from pydicom import dcmwrite

from pipeline.received import Kind, Received
from storage.catalogue import intake, tokens
from storage.catalogue.models import Event, Exam, Membership, Person, Scan
from storage.objects import Area
from storage.objects.chosen import object_store
from supervision.roles import Role
from supervision.states import Stage
from tests.core.deidentify.scenes import frames
from tests.core.reading.written import cine
from tests.web.world import World, item_of
from web.api.addresses import PREFIX

Call = Callable[..., Any]
ASKED = {"question": "operate", "specialty": "surgery", "consent": True, "note": "Free fluid."}


@pytest.fixture
def call(world: World) -> Call:
    """Give a function that calls an operation as somebody, by a token, and checks the status."""
    secrets: dict[str, str] = {}

    def called(name: str, operation: str, body: object = None, code: int = 200) -> Any:
        if name not in secrets:
            person, now = world.people[name], timezone.now()
            secrets[name] = tokens.make(person, "all", tokens.grantable(person), None, now + timedelta(days=1), now)[1]
        method, address = operation.split(" ", 1)
        answer = Client(headers={"authorization": f"Bearer {secrets[name]}"}).generic(
            method, PREFIX + address, "" if body is None else json.dumps(body), content_type="application/json"
        )
        assert answer.status_code == code, answer.content
        return answer.json()

    return called


def test_a_question_about_a_patient_goes_to_the_specialist_and_its_outcome_comes_back(world: World, call: Call) -> None:
    exam = world.scan().exam_id
    unsaid = call("amina", f"POST exams/{exam}/escalate", ASKED | {"consent": False}, 422)
    assert unsaid["code"] == "not_valid"
    call("joel", f"POST exams/{exam}/escalate", ASKED, 404)
    raised = call("amina", f"POST exams/{exam}/escalate", ASKED)
    assert (raised["state"], raised["acts"], raised["lines"][0]["note"]) == ("open", ["withdrawn"], "Free fluid.")
    assert call("amina", f"POST exams/{exam}/escalate", ASKED, 409)["code"] == "already_escalated"
    (waiting,) = call("supervisor", "GET telemedicine")["items"]
    address = f"telemedicine/{waiting['number']}"
    call("amina", f"POST {address}", {"what": "taken"}, 404)
    assert call("supervisor", f"POST {address}", {"what": "done", "code": "treated"}, 409)["code"] == "stale"
    taken = call("supervisor", f"POST {address}", {"what": "taken"})
    assert {"answered", "asked", "given_back"} <= set(taken["acts"])
    call("supervisor", f"POST {address}", {"what": "answered", "code": "nonsense"}, 422)
    call("supervisor", f"POST {address}", {"what": "answered", "code": "confirmed", "note": "Operate."})
    (mine,) = call("amina", "GET telemedicine/mine")["items"]
    assert (mine["outcome"], mine["state"]) == ("confirmed", "answered")
    closed = call("amina", f"POST {address}", {"what": "done", "code": "procedure"})
    assert [line["what"] for line in closed["lines"]] == ["raised", "taken", "answered", "done"]
    assert call("supervisor", "GET telemedicine")["count"] == 0


def test_a_reader_of_the_exam_learns_neither_site_nor_names_from_telemedicine(world: World, call: Call) -> None:
    scan = world.scan()
    raised = call("rose", f"POST exams/{scan.exam_id}/escalate", ASKED)
    call("supervisor", f"POST telemedicine/{raised['number']}", {"what": "taken"})
    shown = call("rose", f"GET telemedicine/{raised['number']}")
    assert shown["site"] is None
    assert [line["who"] for line in shown["lines"]] == [
        world.people["rose"].display_name,
        "a colleague (hidden until the exam is final)",
    ]
    call("luc", f"GET telemedicine/{raised['number']}", code=404)
    Membership.objects.create(person=world.people["supervisor"], role=Role.REVIEWER, organisation=world.relief)
    (waiting,) = call("supervisor", "GET telemedicine")["items"]
    assert waiting["site"] is None


def test_a_clip_is_proposed_let_in_learned_from_and_taken_out(world: World, call: Call) -> None:
    scan = world.scan()
    world.review(scan)
    scan.refresh_from_db()
    assert scan.state == "final", item_of(scan).reading
    code = call("rose", "GET exam-types")[0]["exam_types"]
    question = next(one for one in code if one["code"] == "FAST")["questions"][0]["code"]
    proposal = {"scan": scan.pk, "defect": "gain", "answers": {question: "positive"}}
    call("rose", "POST nominations", proposal | {"answers": {"NONSENSE": "positive"}}, 422)
    clip = call("rose", "POST nominations", proposal)["number"]
    assert call("supervisor", "GET nominations")["count"] == 1
    for who in ("joel", "rose"):
        call(who, f"GET library/{clip}", code=404)
    call("supervisor", f"POST library/{clip}/decide", {"state": "approved"}, 422)
    call("supervisor", f"POST library/{clip}/decide", {"state": "approved", "consent": True})
    (found,) = call("joel", f"GET library?finding={question}")["items"]
    assert (found["number"], found["defect"], found["answers"]) == (clip, "gain", {question: "positive"})
    assert call("joel", "GET library?defect=depth")["count"] == 0
    asked = call("joel", "GET self-test/next/FAST")
    assert set(asked) == {"number", "exam_type", "questions", "picture"}, "the truth comes after the answer"
    call("joel", f"POST self-test/{clip}", {"answers": {}}, 422)
    told = call("joel", f"POST self-test/{clip}", {"answers": {question: "negative"}})
    assert told == {question: {"said": "negative", "truth": "positive"}}
    whole, fast = call("joel", "GET self-test")
    assert (whole["exam_type"], fast["exam_type"]) == ("", "FAST")
    assert (fast["clips"], fast["new"], fast["sensitivity"]["count"], fast["sensitivity"]["total"]) == (1, 0, 0, 1)
    assert call("amina", "GET self-test/next/FAST") is None  # her own
    call("supervisor", f"POST library/{clip}/decide", {"state": "withdrawn"})
    call("joel", f"GET library/{clip}", code=404)


def test_two_people_learn_whose_scan_it_is_and_nobody_alone(world: World, call: Call, tmp_path: Path) -> None:
    path = tmp_path / "in.dcm"
    dcmwrite(path, cine(frames(2), PatientName="MBEKI^THANDI", PatientID="DEMO-0042"), enforce_file_format=False)
    raw = object_store("relief").put(Area.RAW, path)
    known = Received(raw.digest, raw.size, Kind.DICOM, "goma", "amina", "FAST")
    scan = intake.register(known, raw, "watched_folder", timezone.now()).scan
    call("data_officer", f"POST scans/{scan.pk}/re-identify", {"purpose": "curiosity"}, 422)
    asked = call("data_officer", f"POST scans/{scan.pk}/re-identify", {"purpose": "recall_patient"})
    address = f"re-identification/{asked['number']}"
    for who, act in (("data_officer", "show"), ("data_officer", "approve"), ("partner_owner", "show")):
        assert call(who, f"POST {address}/{act}", code=409)["code"] == "second_person"
    call("foreign-owner", f"POST {address}/approve", code=404)
    approved = call("partner_owner", f"POST {address}/approve")
    assert approved["approved_by"] == world.people["partner_owner"].display_name
    patient = call("data_officer", f"POST {address}/show")
    assert (patient["patient_name"], patient["patient_id"]) == ("MBEKI^THANDI", "DEMO-0042")
    assert Event.objects.filter(what="reidentified", person=world.people["data_officer"]).count() == 1
    assert "MBEKI" not in str(call("data_officer", "GET re-identification"))


def test_a_conflict_of_interest_keeps_the_exam_away_until_it_is_withdrawn(world: World, call: Call) -> None:
    world.scan()
    about = call("rose", "GET conflicts/about")
    (amina,) = [one for one in about["trainees"] if one["name"] == world.people["amina"].display_name]
    call("rose", "POST conflicts", {}, 422)
    call("rose", "POST conflicts", {"project": world.elsewhere.pk}, 404)
    noted = call("rose", "POST conflicts", {"trainee": amina["number"]})
    assert [one["number"] for one in call("rose", "GET conflicts")] == [noted["number"]]
    assert call("rose", "POST queue/next") is None
    call("luc", f"DELETE conflicts/{noted['number']}")
    assert call("rose", "POST queue/next") is None
    call("rose", f"DELETE conflicts/{noted['number']}")
    assert call("rose", "POST queue/next") is not None


def test_an_account_is_made_given_roles_and_closed_and_every_act_is_noted(world: World, call: Call) -> None:
    new = {"username": "zawadi", "first_name": "Zawadi", "last_name": "Kabila", "language": "fr", "role": "trainee"}
    here = {"place": f"project:{world.goma.pk}"}
    call("administrator", "POST people", new | {"place": f"project:{world.elsewhere.pk}"}, 422)
    call("partner_owner", "POST people", new | here | {"role": "administrator"}, 422)
    made = call("administrator", "POST people", new | here)
    zawadi = Person.objects.get(username="zawadi")
    assert zawadi.check_password(made["password"])
    call("administrator", "POST people", new | here, 422)
    address = f"people/{zawadi.pk}"
    only = call("administrator", f"GET {address}")["roles"][0]["number"]
    assert call("administrator", f"DELETE {address}/roles/{only}", code=409)["code"] == "last_role"
    roles = call("administrator", f"POST {address}/roles", {"role": "facilitator"} | here)["roles"]
    assert [one["role"] for one in roles] == ["trainee", "facilitator"]
    call("administrator", f"POST {address}/roles", {"role": "facilitator"} | here)
    call("administrator", f"DELETE {address}/roles/{only}")
    again = call("administrator", f"POST {address}/password")["password"]
    assert not call("administrator", f"PUT {address}/active", {"active": False})["active"]
    call("administrator", f"PUT people/{world.people['administrator'].pk}/active", {"active": False}, 404)
    call("foreign-owner", f"POST {address}/password", code=404)
    zawadi.refresh_from_db()
    assert zawadi.check_password(again)
    acts = Event.objects.filter(facts__about=zawadi.pk, person=world.people["administrator"]).order_by("pk")
    assert list(acts.values_list("what", flat=True)) == [
        *("account_made", "role_given", "role_given", "role_removed", "password_reset", "account_closed"),
    ]


def test_an_exam_that_was_not_drawn_is_read_anyway_and_clips_are_grouped_by_who_may(world: World, call: Call) -> None:
    scan, other = world.scan(patient="one"), world.scan(patient="two")
    Exam.objects.filter(pk=scan.exam_id).update(stage=Stage.NOT_CHOSEN)
    Scan.objects.filter(pk=scan.pk).update(state="not_chosen")
    call("facilitator", f"POST exams/{scan.exam_id}/read-anyway", code=403)
    assert call("supervisor", f"POST exams/{scan.exam_id}/read-anyway")["stage"] == "queued"
    call("amina", f"POST exams/{scan.exam_id}/join", {"exam": other.exam_id}, 403)
    call("supervisor", f"POST exams/{scan.exam_id}/join", {"exam": other.exam_id}, 422)  # of another patient
    Exam.objects.filter(pk=other.exam_id).update(patient="one")
    Exam.objects.filter(pk=scan.exam_id).update(patient="one")
    joined = call("supervisor", f"POST exams/{scan.exam_id}/join", {"exam": other.exam_id})
    assert len(joined["clips"]) == 2
    apart = call("supervisor", f"POST exams/{joined['number']}/split", {"clips": [other.pk]})
    assert [one["number"] for one in apart["clips"]] == [other.pk]
    # whoever may read an exam does not learn by trying whether two are of one trainee
    Membership.objects.create(person=world.people["supervisor"], role=Role.REVIEWER, organisation=world.relief)
    call("supervisor", f"POST exams/{joined['number']}/join", {"exam": apart["number"]}, 404)
