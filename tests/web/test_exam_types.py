"""Can a supervisor change an exam type in the browser, and does everything else stay as it was?"""

import html
import re
from typing import Any

from django.test import Client
from django.utils import timezone

from storage.catalogue import exam_catalogue
from storage.catalogue.models import Event, ExamTypeVersion
from supervision.exam_types import MOST_SHIPPED, exam_types

CARD = "/exam-types/CARD/"


def fields_of(client: Client, address: str) -> dict[str, str]:
    """Return what a browser would send from the form of this page, untouched."""
    page = client.get(address).content.decode()
    form = page[page.index('id="exam-type"') :]
    sent: dict[str, str] = {}
    for tag in re.findall(r"<input[^>]*>", form):
        found = dict(re.findall(r'(\w+)="([^"]*)"', tag))
        box = found.get("type") == "checkbox"
        if not box or " checked" in tag:
            sent[found["name"]] = "on" if box else html.unescape(found.get("value", ""))
    for name, options in re.findall(r'<select name="([^"]+)".*?>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)" selected', options)
        sent[name] = chosen[1] if chosen else ""
    return sent


def in_force(world: Any, code: str = "CARD") -> Any:
    return exam_catalogue.type_named(world.relief.pk, code)


def test_a_supervisor_changes_an_exam_type_and_only_this_organisation_has_it(world, signed_in) -> None:
    client = signed_in("supervisor")
    sent = fields_of(client, CARD + "edit/")
    sent |= {
        "views-0-seconds": "5",
        "views-1-DELETE": "on",
        "views-5-code": "suprasternal",
        "views-5-en": "Suprasternal notch",
        "views-5-fr": "Suprasternale",
        "views-5-seconds": "2",
        "views-5-ORDER": "1",
        "questions-5-red_flag": "on",
        "limits-0-good": "5",
        "supervised_scans": "40",
        "source_supervised_scans": "Our own course, 2026",
        "note": "After the course in Goma.",
    }
    answer = client.post(CARD + "edit/", sent)
    assert answer.headers["Location"] == CARD + "?organisation=relief"

    now = in_force(world)
    assert [view.code for view in now.views] == ["PLAX", "SUPRASTERNAL", "A4C", "SUBX", "IVC"]
    assert (now.views[0].seconds, now.supervised_scans, now.limits["file.duration"].good) == (5.0, 40, 5.0)
    assert now.question("VALVE").red_flag
    assert now.version == MOST_SHIPPED + 1
    assert exam_catalogue.type_named(world.other.pk, "CARD") == exam_types()["CARD"]
    assert exam_catalogue.type_at(world.relief.pk, "CARD", 1) == exam_types()["CARD"]
    event = Event.objects.get(what="exam_type_changed")
    assert (event.person, event.facts["exam_type"]) == (world.people["supervisor"], "CARD")

    page = signed_in("rose").get(CARD).content.decode()
    for said in ("own version 1", "After the course in Goma.", "least length in seconds: 3 → 5", "SUPRASTERNAL"):
        assert said in page
    assert "Change this exam type" not in page
    assert "SUPRASTERNAL" not in signed_in("foreign-owner").get(CARD).content.decode()

    assert client.post(CARD + "shipped/", {"organisation": "relief"}).status_code == 302
    assert in_force(world).views == exam_types()["CARD"].views
    assert in_force(world).version == MOST_SHIPPED + 2


def test_only_who_edits_the_whole_organisation_may_write(world, signed_in) -> None:
    for name in ("rose", "amina", "auditor", "facilitator"):
        client = signed_in(name)
        assert client.get("/exam-types/").status_code == client.get(CARD).status_code == 200
        assert client.get(CARD + "edit/").status_code == 403
        assert client.post(CARD + "edit/", {}).status_code == client.post(CARD + "shipped/", {}).status_code == 403
        assert client.post("/exam-types/new/", {}).status_code == 403


def test_a_supervisor_of_one_project_or_of_another_organisation_changes_nothing_here(world, signed_in) -> None:
    from supervision.roles import Role

    sent = fields_of(signed_in("supervisor"), CARD + "edit/")
    world.person("local", Role.SUPERVISOR, world.goma)
    assert signed_in("local").post(CARD + "edit/", sent).status_code == 404
    assert signed_in("foreign-owner").post(CARD + "edit/", sent).status_code == 404
    assert "Change this exam type" not in signed_in("local").get(CARD).content.decode()
    assert not ExamTypeVersion.objects.exists()


def test_every_error_stands_beside_its_field_in_the_readers_language(world, signed_in) -> None:
    client = signed_in("supervisor")
    sent = fields_of(client, CARD + "edit/")
    sent |= {
        "views-0-fr": "",
        "views-2-seconds": "0",
        "views-5-code": "A4C",
        "views-5-en": "Again",
        "views-5-fr": "Encore",
        "views-5-seconds": "3",
        "limits-0-poor": "9",
        "limits-3-good": "1",
        "source_views": "",
        "supervised_scans": "many",
    }
    page = client.post(CARD + "edit/", sent)
    assert page.status_code == 422
    assert beside(page, "id_supervised_scans") == ["Enter a whole number."]
    assert beside(page, "id_limits-3-rule") == ["is needed"]
    assert not ExamTypeVersion.objects.exists()

    sent |= {"supervised_scans": "50", "limits-3-good": ""}
    page = client.post(CARD + "edit/", sent)
    assert beside(page, "id_views-0-fr") == ["is needed"]
    assert beside(page, "id_views-2-seconds") == ["must be above 0 for a clip"]
    assert beside(page, "id_views-5-code") == ["stands there twice"]
    assert beside(page, "id_source_views") == ["is needed: say where the number comes from, or ESTIMATE"]
    assert 'value="Encore"' in page.content.decode()

    world.people["supervisor"].language = "fr"
    world.people["supervisor"].save()
    page = client.post(CARD + "edit/", sent)
    assert beside(page, "id_views-0-fr") == ["est à remplir"]
    assert "Rien n&#x27;a été enregistré" in page.content.decode() or "Rien n'a été enregistré" in page.content.decode()
    sent |= {"views-0-fr": "Parasternale grand axe", "views-2-seconds": "3", "views-5-code": "", "views-5-en": ""}
    sent |= {"views-5-fr": "", "views-5-seconds": "", "source_views": "VIA_2014"}
    page = client.post(CARD + "edit/", sent)
    assert beside(page, "id_limits-0-poor") == [
        "est du mauvais côté de la limite «\N{NO-BREAK SPACE}bon\N{NO-BREAK SPACE}» pour cette règle"
    ]


def beside(page: Any, field: str) -> list[str]:
    """Return the errors that stand with this field: those between it and the next one."""
    rest = page.content.decode().split(f'id="{field}"', 1)[1]
    return re.findall(
        r'class="error" role="alert">([^<]*)<', re.split(r"<(?:label|legend|section|details)", rest, maxsplit=1)[0]
    )


def test_who_saves_over_somebody_elses_version_is_told(world, signed_in) -> None:
    client = signed_in("supervisor")
    sent = fields_of(client, CARD + "edit/")
    assert client.post(CARD + "edit/", sent | {"supervised_scans": "30"}).status_code == 302
    page = client.post(CARD + "edit/", sent | {"supervised_scans": "60"})
    assert "Somebody saved another version meanwhile" in page.content.decode()
    assert in_force(world).supervised_scans == 30


def test_a_code_that_was_used_keeps_its_meaning(world, signed_in) -> None:
    world.scan(exam_type="CARD")
    client = signed_in("supervisor")
    sent = fields_of(client, CARD + "edit/") | {"views-0-en": "Suprasternal notch"}
    page = client.post(CARD + "edit/", sent)
    assert beside(page, "id_views-0-en")[0].startswith("was “Parasternal long axis” when")
    assert client.post(CARD + "edit/", sent | {"wording_only": "on"}).status_code == 302
    assert in_force(world).views[0].label.en == "Suprasternal notch"


def test_an_organisation_adds_an_exam_type_from_a_day_on(world, signed_in) -> None:
    client = signed_in("supervisor")
    sent = fields_of(client, "/exam-types/new/?organisation=relief") | {
        "code": "hip_ddh",
        "en": "Infant hip",
        "fr": "Hanche du nourrisson",
        "population_en": "Infants up to 6 months",
        "population_fr": "Nourrissons jusqu'à 6 mois",
        "source_views": "Graf 2006",
        "views-0-code": "CORONAL",
        "views-0-en": "Coronal, standard plane",
        "views-0-fr": "Coronale, plan standard",
        "views-0-still": "on",
        "valid_from": "2999-01-01",
    }
    assert client.post("/exam-types/new/", sent).headers["Location"] == "/exam-types/HIP_DDH/?organisation=relief"
    assert in_force(world, "HIP_DDH") is None
    page = client.get("/exam-types/HIP_DDH/").content.decode()
    assert "Infant hip" in page
    assert "in force from 1 Jan. 2999" in page
    later = timezone.now().replace(year=2999)
    assert exam_catalogue.types_of(world.relief.pk, later)["HIP_DDH"].supervised_scans is None
    taken = client.post("/exam-types/new/", sent | {"code": "CARD"})
    assert beside(taken, "id_code") == ["There is an exam type of this code already."]
    assert client.get("/exam-types/NOTHING/").status_code == 404


def test_a_french_reader_sees_the_catalogue_in_french(world, signed_in) -> None:
    world.people["amina"].language = "fr"
    world.people["amina"].save()
    page = signed_in("amina").get(CARD).content.decode()
    for said in ("Parasternale grand axe", "signe d'alerte", "critique", "Vues exigées", "trois battements"):
        assert said in page
    assert len(page.encode()) < 60_000
