"""Does the page of a step show every piece of evidence, and does what a person decides there count?"""

import io
import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pypdf import PdfReader

from storage.catalogue import competence, phases
from storage.catalogue.models import Event, SignOff
from supervision.certificate import verify
from supervision.ladder import Rung
from tests.courses import learned
from tests.web.world import World

CODE = "BLADDER"


@pytest.fixture
def proposed(world: World) -> World:
    """Let Amina have shown what the standard asks for, and be on the list."""
    people, now = [world.people["rose"], world.people["luc"]], timezone.now()
    learned(world.goma, world.people["amina"], people, [True] * 28, until=now - timedelta(days=1), code=CODE)
    competence.propose(world.relief, world.people["amina"], CODE, now)
    return world


def page_of(client: Client, world: World) -> str:
    return client.get(address(world)).content.decode()


def address(world: World, name: str = "sign-off") -> str:
    return reverse(name, args=[world.people["amina"].pk, CODE])


def seen_on(page: str) -> str:
    found = re.search(r'name="seen" value="([0-9a-f]+)"', page)
    assert found
    return found[1]


def decide(client: Client, world: World, what: str, **fields: str) -> str:
    told = {"to": "audited", "what": what, "seen": seen_on(page_of(client, world))} | fields
    return client.post(address(world, "sign-off-decide"), told, follow=True).content.decode()


@pytest.mark.django_db(transaction=True)
def test_a_supervisor_signs_what_is_shown_and_the_trainee_takes_the_certificate(proposed: World, signed_in) -> None:
    client, amina = signed_in("supervisor"), proposed.people["amina"]
    listed = client.get("/sign-off/").content.decode()
    assert listed.count(f'href="{address(proposed)}"') == 2, "it waits for the signature, and stands in the list"
    assert "Waits for your signature" in listed
    page = page_of(client, proposed)
    assert page.count("verdict-good") == 7
    assert "/exams/" in page, "evidence leads to its exams"
    stale = decide(client, proposed, "sign", seen="0" * 16)
    assert "out of date" in stale
    assert not SignOff.objects.exists()
    assert "The certificate stands below" in decide(client, proposed, "sign")
    assert phases.rung_of(amina.pk, CODE) is Rung.AUDITED
    row = SignOff.objects.get()
    own = signed_in("amina")
    mine = own.get("/sign-off/").content.decode()
    assert "Your certificates" in mine
    assert "sign-off-decide" not in mine
    file = own.get(reverse("certificate-file", args=[row.pk, "json"]))
    assert verify(file.content).document["says"]["number"] == str(row.number)
    assert amina.last_name not in file.headers["Content-Disposition"]
    for form in ("en.pdf", "fr.pdf"):
        assert own.get(reverse("certificate-file", args=[row.pk, form])).content.startswith(b"%PDF")
    assert Event.objects.filter(what="certificate_taken", person=amina).count() == 3
    assert own.get(reverse("certificate-file", args=[row.pk, "csv"])).status_code == 404
    assert signed_in("joel").get(reverse("certificate-file", args=[row.pk, "json"])).status_code == 404
    assert signed_in("joel").get(address(proposed)).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_not_signing_and_stepping_down_need_words_that_the_trainee_reads(proposed: World, signed_in) -> None:
    client, amina = signed_in("supervisor"), proposed.people["amina"]
    assert "say why" in decide(client, proposed, "refuse")
    decide(client, proposed, "refuse", reason="Scan with me once more.")
    assert "Waits for your signature" not in client.get("/sign-off/").content.decode(), "nothing is new since then"
    assert "Scan with me once more." in page_of(signed_in("amina"), proposed)
    decide(client, proposed, "sign")
    down = {"to": "supervised", "reason": ""}
    assert "say why" in client.post(address(proposed, "sign-off-lower"), down, follow=True).content.decode()
    down["reason"] = "Away for a year."
    client.post(address(proposed, "sign-off-lower"), down)
    assert phases.rung_of(amina.pk, CODE) is Rung.SUPERVISED
    own = signed_in("amina")
    assert "Away for a year." in page_of(own, proposed)
    row = SignOff.objects.get(withdrawn_at__isnull=False)
    pages = own.get(reverse("certificate-file", args=[row.pk, "fr.pdf"])).content
    assert "Retiré le" in PdfReader(io.BytesIO(pages)).pages[0].extract_text()
    unknown = reverse("sign-off-lower", args=[amina.pk, "NOTHING"])
    client.post(unknown, down)
    assert phases.standing_of(amina.pk, "NOTHING") is None


def test_nobody_decides_on_themselves_or_outside_their_projects(proposed: World, signed_in) -> None:
    told = {"to": "audited", "what": "sign", "seen": "0" * 16}
    assert signed_in("foreign-owner").post(address(proposed, "sign-off-decide"), told).status_code == 404
    assert "sign-off-decide" not in page_of(signed_in("auditor"), proposed)
    facilitator = signed_in("facilitator")
    assert "What you decide" not in page_of(facilitator, proposed)
    assert facilitator.post(address(proposed, "sign-off-decide"), told).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_a_program_does_the_same(proposed: World, signed_in) -> None:
    client, amina = signed_in("supervisor"), proposed.people["amina"]
    (waiting,) = client.get("/api/v1/sign-off?waiting=true").json()["items"]
    assert (waiting["person"], waiting["next_level"], waiting["missing"]) == (amina.pk, "audited", [])
    at = f"/api/v1/sign-off/{amina.pk}/{CODE}"
    step = client.get(at).json()["step"]
    assert [one["met"] for one in step["evidence"]] == [True] * 7
    told = {"decision": "refused", "level": step["level"], "seen": step["seen"]}
    assert client.post(at, told, content_type="application/json").status_code == 422
    told |= {"decision": "signed", "seen": "another"}
    assert client.post(at, told, content_type="application/json").json()["code"] == "stale"
    made = client.post(at, told | {"seen": step["seen"]}, content_type="application/json").json()
    own = signed_in("amina")
    file = own.get(f"/api/v1/certificates/{made['number']}").content
    assert verify(file).document["says"]["number"] == made["certificate"]
    assert verify(file).as_json() == file
    assert own.get(f"/api/v1/certificates/{made['number']}/pdf?language=fr").content.startswith(b"%PDF")
    down = {"level": "observe", "reason": "Away for a year."}
    assert client.post(f"{at}/lower", down, content_type="application/json").json() == {"withdrawn": 1}
    (listed,) = own.get("/api/v1/certificates").json()["items"]
    assert own.get(f"/api/v1/certificates?number={made['certificate'][:10]}").json()["count"] == 1
    assert "Withdrawn on" in client.get(f"/sign-off/decisions/?number={made['certificate']}").content.decode()
    assert "No certificate" in client.get("/sign-off/decisions/?number=0000zz").content.decode()
    assert (listed["withdrawn_why"], own.get(at).json()["level"]) == ("Away for a year.", "observe")
