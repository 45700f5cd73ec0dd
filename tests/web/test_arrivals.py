"""Does each received file have an answer that its project sees, and nobody else?"""

import csv
import io
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from pipeline.received import Kind, Received
from storage.catalogue import intake
from storage.catalogue.models import Arrival, AuthorName, Membership, Scan
from storage.objects import Area, StoredBytes
from supervision.receipts import Answer
from supervision.roles import Role
from web.api.addresses import PREFIX


def again(scan: Scan, project: str, sent_by: int | None = None, **more: object) -> Arrival:
    """Let the bytes of a scan arrive once more."""
    known = Received(scan.digest, scan.size, Kind.VIDEO, project)
    raw = StoredBytes(Area.RAW, scan.digest, scan.size)
    return intake.register(known, raw, "dicomweb", timezone.now(), sent_by=sent_by, **more)


def rows(client: Client, **wanted: str) -> list[dict[str, str]]:
    body = b"".join(client.get(reverse("arrivals-csv"), wanted).streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(body)))


@pytest.fixture
def received(world):
    """One arrival of each answer: seven first ones, and repetitions."""
    scans = {
        Answer.ACCEPTED: world.scan(),
        Answer.WAITING_FOR: world.named("TRAORE^AWA"),
        Answer.REFUSED: world.refused(),
        Answer.WITHHELD: world.withheld(),
        Answer.READING: world.arrived(world.goma, None, None)[0],
        Answer.FAILED: world.arrived(world.goma, None, None)[0],
    }
    Scan.objects.filter(pk=scans[Answer.FAILED].pk).update(state="failed", reason="internal")
    again(scans[Answer.REFUSED], "goma")
    return scans


def test_every_arrival_has_one_answer_on_page_table_and_api(received, signed_in) -> None:
    client = signed_in("data_officer")
    table = rows(client)
    assert len(table) == Arrival.objects.count() == 7
    counted = 0
    for answer in Answer:
        listed = client.get(f"{PREFIX}arrivals", {"answer": answer}).json()
        numbers = [one["arrival"] for one in listed["items"]]
        page = client.get(reverse("arrivals"), {"answer": answer})
        assert numbers == [row.arrival.pk for row in page.context["rows"]]
        assert numbers == [int(one["arrival"]) for one in rows(client, answer=answer)]
        counted += listed["count"]
        assert listed["count"] == 1, answer
        assert client.get(f"{PREFIX}arrivals/{numbers[0]}").json() == listed["items"][0]
    assert counted == 7
    assert [int(one["arrival"]) for one in table] == sorted((int(one["arrival"]) for one in table), reverse=True)


def test_it_says_what_to_do_in_the_readers_language(received, signed_in) -> None:
    client = signed_in("data_officer")
    client.post(reverse("set-language"), {"language": "fr"})
    page = client.get(reverse("arrivals")).content.decode()
    assert "Noms d'auteurs" in page.replace("&#x27;", "'")
    assert "la copie a été interrompue" in page
    refused = received[Answer.REFUSED]
    duplicate = client.get(reverse("arrivals"), {"answer": "duplicate"}).context["rows"][0].advice.fr
    assert refused.short_id in duplicate
    assert "la copie a été interrompue" in duplicate, "what became of the first is what the sender must know"
    assert rows(client, answer="withheld")[0]["que faire"].endswith("Rien à renvoyer.")


def test_an_answer_leads_where_something_can_be_done(received, signed_in) -> None:
    def leads(name: str, answer: Answer) -> str:
        return signed_in(name).get(reverse("arrivals"), {"answer": answer}).context["rows"][0].address

    waiting = received[Answer.WAITING_FOR]
    assert leads("facilitator", Answer.WAITING_FOR) == reverse("worksheet", args=[waiting.exam_id])
    assert leads("data_officer", Answer.WITHHELD) == reverse("held", args=[received[Answer.WITHHELD].pk])
    assert leads("auditor", Answer.ACCEPTED) == reverse("scan", args=[received[Answer.ACCEPTED].pk])
    assert leads("amina", Answer.ACCEPTED) == reverse("my-scan", args=[received[Answer.ACCEPTED].pk])


def test_a_trainee_sees_their_own_and_what_they_sent(received, world, signed_in) -> None:
    stranger = world.person("stranger", Role.TRAINEE, world.goma)
    sent = again(received[Answer.READING], "goma", stranger.pk)
    assert [row.arrival.pk for row in signed_in("stranger").get(reverse("arrivals")).context["rows"]] == [sent.pk]
    own = {row.arrival.scan.trainee_id for row in signed_in("amina").get(reverse("arrivals")).context["rows"]}
    assert own == {world.people["amina"].pk}


def test_another_project_is_named_only_to_who_knows_it(received, world, signed_in) -> None:
    scan = received[Answer.ACCEPTED]
    repeated = again(scan, world.bunia.code)
    world.person("here", Role.FACILITATOR, world.bunia)
    answers = signed_in("here").get(reverse("arrivals"))
    (row,) = answers.context["rows"]
    assert (row.arrival.pk, row.answered.answer, row.answered.before) == (repeated.pk, Answer.DUPLICATE, None)
    assert (row.elsewhere, row.address) == ("", "")
    assert world.goma.name not in answers.content.decode()
    both = signed_in("data_officer").get(reverse("arrivals"), {"project": world.bunia.code}).context["rows"]
    assert [one.elsewhere for one in both] == [world.goma.name]


def test_who_may_be_asked_to_read_is_not_told_where_it_came_from(received, world, signed_in) -> None:
    """Neither in words nor by what a filter leaves over."""
    supervisor = world.people["supervisor"]
    Membership.objects.create(person=supervisor, role=Role.REVIEWER, organisation=world.relief, project=world.goma)
    client, arrival = signed_in("supervisor"), received[Answer.ACCEPTED].arrivals.get()
    shown = {row.arrival.pk: row for row in client.get(reverse("arrivals")).context["rows"]}[arrival.pk]
    assert (shown.project, shown.way, shown.elsewhere) == (None, None, "")
    for wanted in ({"project": world.goma.code}, {"way": "watched_folder"}):
        assert arrival.pk not in {row.arrival.pk for row in client.get(reverse("arrivals"), wanted).context["rows"]}
        assert str(arrival.pk) not in {one["arrival"] for one in rows(client, **wanted)}


def test_filters_and_nonsense(received, signed_in) -> None:
    client = signed_in("data_officer")
    today = timezone.now().date()
    assert len(rows(client, since=str(today), until=str(today + timedelta(days=1)))) == 7
    assert rows(client, until=str(today - timedelta(days=2))) == []
    assert len(rows(client, since="0001-01-01", until="9999-12-31")) == 7
    assert len(rows(client, way="dicomweb")) == 1
    for nonsense in ({"answer": "x"}, {"way": "x"}, {"since": "x"}, {"archive": "zz"}, {"page": "x"}):
        assert client.get(reverse("arrivals"), nonsense).status_code == 200
    assert client.get(reverse("arrivals"), {"project": "\x00"}).status_code == 200


def test_an_archive_is_a_filter_and_says_what_was_left_out(received, signed_in) -> None:
    packed = again(received[Answer.ACCEPTED], "goma", archive="ab" * 32, left_out=3)
    page = signed_in("data_officer").get(reverse("arrivals"), {"archive": "ab" * 5})
    assert [row.arrival.pk for row in page.context["rows"]] == [packed.pk]
    assert "3 files of the system in the archive were left out" in page.content.decode()


def test_a_name_is_resolved_and_asked_again(received, world, signed_in) -> None:
    client, name, amina = signed_in("facilitator"), AuthorName.objects.get(), world.people["amina"]
    page = client.get(reverse("authors"))
    assert [one.name.said for one in page.context["asked"]] == ["TRAORE AWA"]
    address = reverse("author-resolve", args=[name.pk])
    for nonsense in ("", "x", "999999", str(world.people["rose"].pk)):
        client.post(address, {"whose": nonsense})
        name.refresh_from_db()
        assert name.resolved_at is None
    waiting = received[Answer.WAITING_FOR]
    client.post(address, {"whose": str(amina.pk)})
    waiting.refresh_from_db()
    assert waiting.trainee == amina
    assert not client.get(reverse("authors")).context["asked"]
    client.post(address, {"whose": "forget"})
    waiting.refresh_from_db()
    assert (waiting.trainee, waiting.state) == (None, "awaiting_info")


def test_names_of_other_projects_are_nobodys_business(received, world, signed_in) -> None:
    world.person("here", Role.FACILITATOR, world.bunia)
    client, name = signed_in("here"), AuthorName.objects.get()
    assert not client.get(reverse("authors")).context["asked"]
    assert client.post(reverse("author-resolve", args=[name.pk]), {"whose": "nobody"}).status_code == 404
