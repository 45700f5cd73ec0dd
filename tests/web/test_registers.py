"""Can a facilitator write down a session on a phone, does a trainee see their own, do requests come to their end?"""

import re
from datetime import timedelta

from django.utils import timezone

from storage.catalogue.exam_catalogue import save
from storage.catalogue.models import Attendance, Event, Membership, ServicePeriod, SupportRequest, TrainingSession
from supervision.exam_types import exam_types
from supervision.exam_types.table import table_of
from supervision.registers import Attended, RequestState
from supervision.roles import Role
from tests.web.aging_probes import with_ticket
from tests.web.test_browser import SIDEWAYS
from web.api.addresses import PREFIX


def test_a_session_is_written_down_on_a_phone(window, live_world) -> None:
    page = window("facilitator", "/registers/", width=360, height=740)
    page.get_by_role("link", name="Write down a session").click()
    page.get_by_role("link", name="Goma").click()
    page.get_by_label("Length in minutes").fill("90")
    page.get_by_label("How").select_option("bedside")
    page.locator("summary", has_text="Exam types").click()
    page.get_by_label("FAST trauma", exact=True).check()
    page.get_by_label("Amina Mwamba").select_option("present")
    page.get_by_label("Joel Mwamba").select_option("absent")
    assert not page.evaluate(SIDEWAYS)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("The session is in the register.").wait_for()
    assert not page.evaluate(SIDEWAYS)
    kept = TrainingSession.objects.get()
    assert (kept.minutes, kept.kind, kept.exam_types) == (90, "bedside", ["FAST"])
    assert list(kept.facilitators.all()) == [live_world.people["facilitator"]]
    there = dict(Attendance.objects.values_list("person__username", "attended"))
    assert there == {"amina": Attended.PRESENT, "joel": Attended.ABSENT}
    mine = window("amina", f"/registers/sessions/{kept.pk}/", width=360, height=740)
    assert mine.get_by_text("1 of 2").is_visible()
    assert "Joel" not in mine.content()
    assert mine.get_by_role("button", name="Save").count() == 0


def test_what_is_wrong_is_said_and_nothing_is_kept(world, signed_in) -> None:
    tomorrow = timezone.now().date() + timedelta(days=1)
    sent = {"held_on": tomorrow.isoformat(), "minutes": 0, "kind": "course", "guests": 0}
    answer = signed_in("facilitator").post("/registers/sessions/new/?project=goma", sent)
    assert answer.status_code == 422
    assert "This day is still to come." in answer.content.decode()
    assert not TrainingSession.objects.exists()


def test_a_request_goes_from_who_asks_to_who_decides(world, signed_in) -> None:
    amina, supervisor = signed_in("amina"), signed_in("supervisor")
    asked = {
        "project": world.goma.pk,
        "kind": "training",
        "text": "Lung, for the night team",
        "exam_types": ["LUNG_AD"],
    }
    address = amina.post("/registers/requests/new/", asked).headers["Location"]
    page = supervisor.get("/registers/").content.decode()
    assert "Lung, for the night team" in page
    assert "Registers (1)" in re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))
    assert signed_in("joel").get(address).status_code == 404
    amina.post(address + "act/", {"what": "accepted"})
    assert SupportRequest.objects.get().state == RequestState.OPEN  # not hers to accept
    supervisor.post(address + "act/", {"what": "accepted", "note": "In March"})
    assert "In March" in amina.get(address).content.decode()
    supervisor.post(address + "act/", {"what": "met"})
    assert SupportRequest.objects.get().state == RequestState.MET
    told = list(Event.objects.filter(what__startswith="request_").order_by("pk").values_list("what", flat=True))
    assert told == ["request_made", "request_accepted", "request_met"]


def test_an_exam_type_of_another_organisation_is_refused_where_it_stands(world, signed_in) -> None:
    amina = world.people["amina"]
    Membership.objects.create(
        person=amina, role=Role.TRAINEE, organisation=world.elsewhere.organisation, project=world.elsewhere
    )
    there, keeper = world.elsewhere.organisation, world.people["foreign-owner"]
    Membership.objects.create(person=keeper, role=Role.PARTNER_OWNER, organisation=there)
    save(there, "OWN_FAST", table_of(exam_types()["FAST"]) | {"code": "OWN_FAST"}, keeper, "ours", timezone.now())
    asked = {"project": world.goma.pk, "kind": "training", "text": "Lung", "exam_types": ["OWN_FAST"]}
    answer = signed_in("amina").post("/registers/requests/new/", asked)
    assert answer.status_code == 422
    assert "OWN_FAST is not one of the available choices" in answer.content.decode()
    assert not SupportRequest.objects.exists()
    assert (
        signed_in("amina").post("/registers/requests/new/", asked | {"project": world.elsewhere.pk}).status_code == 302
    )


def test_programs_are_told_what_they_can_do_with_each_request(world, signed_in, django_assert_max_num_queries) -> None:
    amina, supervisor = signed_in("amina"), signed_in("supervisor")
    sent = {"project": world.goma.pk, "kind": "training", "text": "Lung"}
    for _ in range(8):
        assert amina.post(f"{PREFIX}registers/requests", sent, content_type="application/json").status_code == 200
    for client, acts in (
        (amina, ["withdrawn", "note"]),
        (supervisor, ["accepted", "met", "declined", "withdrawn", "note"]),
    ):
        with django_assert_max_num_queries(18):
            told = client.get(f"{PREFIX}registers/requests").json()["items"]
        assert [one["acts"] for one in told] == [acts] * 8


def test_a_device_goes_into_service_and_out_of_it(world, signed_in) -> None:
    device, biomed = with_ticket(world).device, signed_in("biomed")
    today = timezone.now().date()
    began = {"day": (today - timedelta(days=9)).isoformat(), "place": "Maternity"}
    assert biomed.post(f"/devices/{device.pk}/service/", began).status_code == 302
    early = {"day": (today - timedelta(days=10)).isoformat(), "why": "moved"}
    assert biomed.post(f"/devices/{device.pk}/service/", early).status_code == 422
    assert "Maternity" in biomed.get(f"/devices/{device.pk}/").content.decode()
    shown = biomed.get("/registers/").content.decode()
    assert any(f">{days} days<" in shown for days in (9, 10))  # as much of today as there was
    assert biomed.post(f"/devices/{device.pk}/service/", {"day": today.isoformat(), "why": "moved"}).status_code == 302
    assert ServicePeriod.objects.get().ended == "moved"
