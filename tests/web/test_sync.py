"""Who may exchange, over which addresses, and what do people see of it?"""

import gzip
import json
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from storage.catalogue import tokens
from storage.catalogue.models import Event, Held, Membership, Peer, SheetConflict, StoredObject
from storage.objects import Area
from storage.sync.journal import write_up
from storage.sync.records import as_json, digest_of_json
from storage.sync.sides import this_side
from storage.sync.standing import standing
from storage.sync.telling import told
from supervision.rating import Answer
from supervision.roles import Action, Role
from tests.web.world import World

SIDE = str(uuid.uuid4())
HELLO = gzip.compress(json.dumps({"protocol": 1, "waiting": {"objects": 3}}).encode())


def bearer(world: World, name: str, *actions: Action) -> dict[str, str]:
    now = timezone.now()
    _, secret = tokens.make(world.people[name], "box", actions, None, now + timedelta(days=1), now)
    return {"Authorization": f"Bearer {secret}", "Sonorelay-Side": SIDE}


def ask(client: Client, method: str, place: str, headers: dict[str, str], **more: Any) -> Any:
    return client.generic(method, f"/sync/v1/{place}", headers=headers, **more)


def test_only_a_token_of_who_may_exchange_opens_it(world: World, signed_in: Callable[[str], Client]) -> None:
    program = Client()
    for method, place in (
        ("POST", "hello"),
        ("GET", "records"),
        ("GET", "lacking"),
        ("HEAD", f"objects/raw/{'0' * 64}"),
    ):
        assert ask(program, method, place, {"Sonorelay-Side": SIDE}).status_code == 401
        assert ask(signed_in("data_officer"), method, place, {"Sonorelay-Side": SIDE}).status_code == 401, "no session"
    other = bearer(world, "data_officer", Action.SEE_SCANS)
    assert ask(program, "POST", "hello", other, data=HELLO).status_code == 403
    mine = bearer(world, "data_officer", Action.SYNC)
    answer = ask(program, "POST", "hello", mine, data=HELLO)
    assert answer.status_code == 200
    said = json.loads(gzip.decompress(answer.content))
    assert set(said["projects"]) == set(world.relief.projects.values_list("code", flat=True))
    assert Peer.objects.get().told == {"objects": 3}
    assert ask(program, "POST", "hello", mine | {"Sonorelay-Side": "x"}, data=HELLO).status_code == 400
    for bad in (b"no gzip", gzip.compress(b"[]"), gzip.compress(b"0" * 70_000_000)):
        assert ask(program, "POST", "records", mine, data=bad).status_code == 400
    assert ask(program, "DELETE", "records", mine).status_code == 405


def test_what_is_no_count_and_no_field_box_changes_nothing(world: World) -> None:
    mine = bearer(world, "data_officer", Action.SYNC)
    for place, said in (
        ("records", {"entries": [], "reached": -1}),
        ("records", {"entries": [], "reached": 10**30}),
        ("records", {"entries": [], "reached": True}),
        ("hello", {"protocol": 1, "waiting": {"objects": "many"}}),
        ("hello", {"protocol": 1, "waiting": [3]}),
    ):
        answer = ask(Client(), "POST", place, mine, data=gzip.compress(json.dumps(said).encode()))
        assert (answer.status_code, answer.json()["code"]) == (400, "not_understood"), said
    above = Peer.objects.create(uuid=uuid.uuid4(), headquarters=True)
    for side in (above.uuid, this_side().uuid):
        answer = ask(Client(), "POST", "hello", mine | {"Sonorelay-Side": str(side)}, data=HELLO)
        assert answer.status_code == 400, "nobody speaks with the voice of headquarters"
    above.refresh_from_db()
    assert (above.person, above.met_at, above.told) == (None, None, {})


def test_objects_go_to_whom_they_belong_and_originals_to_nobody(world: World) -> None:
    scan = world.scan()
    mine = bearer(world, "data_officer", Action.SYNC)
    for stored in StoredObject.objects.filter(scan=scan):
        answer = ask(Client(), "GET", f"objects/{stored.area}/{stored.digest}", mine)
        assert answer.status_code == (200 if stored.area == Area.RELEASED else 503)
        sent = ask(
            Client(),
            "PATCH",
            f"objects/{stored.area}/{stored.digest}",
            mine | {"Upload-Offset": "0", "Upload-Length": "3"},
            data=b"abc",
        )
        assert sent.status_code == 503, "nobody wants it"


def test_who_may_fill_in_the_worksheet_chooses_between_two(world: World, signed_in: Callable[[str], Client]) -> None:
    exam = world.scan(exam_type="BLADDER").exam
    assert exam is not None
    before = told(exam, uuid.uuid4()).sheet
    two = [
        before.model_copy(update={"answers": {"RET": said}, "by": name, "at": timezone.now()})
        for said, name in ((Answer.POSITIVE, "amina"), (Answer.NEGATIVE, "nobody-here"))
    ]
    one, other = (as_json(said) for said in two)
    conflict = SheetConflict.objects.create(
        exam=exam, key=digest_of_json("pair"), one=one, other=other, found_at=timezone.now()
    )
    page = f"/exams/{exam.pk}/"
    seen = signed_in("facilitator").get(page).content.decode()
    assert "Two worksheets" in seen
    assert "nobody-here" in seen
    assert seen.count("This one counts") == 2
    assert "This one counts" not in signed_in("data_officer").get(page).content.decode()
    assert "Worksheets that differ" in signed_in("supervisor").get("/sync/").content.decode()
    address = f"/sync/conflicts/{conflict.pk}/choose/"
    assert signed_in("foreign-owner").post(address, {"kept": "one"}).status_code == 404
    assert signed_in("facilitator").post(address, {"kept": "other"}).status_code == 302
    conflict.refresh_from_db()
    assert (conflict.kept, conflict.settled_by) == ("other", world.people["facilitator"])
    assert Event.objects.filter(what="sheet_chosen").exists()
    exam.refresh_from_db()
    assert exam.answers == {"RET": "negative"}
    assert "Two worksheets" not in signed_in("facilitator").get(page).content.decode()


def test_the_page_tells_of_ones_own_projects_and_of_nothing_that_is_hidden(
    world: World, signed_in: Callable[[str], Client]
) -> None:
    exam = world.scan(exam_type="BLADDER").exam
    assert exam is not None
    sheet = as_json(told(exam, uuid.uuid4()).sheet)
    SheetConflict.objects.create(exam=exam, key="k", one=sheet, other=sheet, found_at=timezone.now())
    mine, theirs = (
        Peer.objects.create(uuid=uuid.uuid4(), person=world.people[name]) for name in ("data_officer", "foreign-owner")
    )
    write_up(timezone.now())
    seen = signed_in("supervisor").get("/sync/").content.decode()
    assert str(mine) in seen
    assert str(theirs) not in seen
    assert f"/exams/{exam.pk}/" in seen
    waiting = {peer.name: peer.records for peer in standing(timezone.now()).peers}
    assert waiting[str(mine)] > waiting[str(theirs)] == 0, "what a box may not see does not wait for it"
    Membership.objects.create(person=world.people["supervisor"], role=Role.REVIEWER, organisation=world.relief)
    seen = signed_in("supervisor").get("/sync/").content.decode()
    assert f"/exams/{exam.pk}/" not in seen, "whoever may be asked to read it is not told where it comes from"
    assert "Worksheets that differ" not in seen


def test_the_page_says_what_waits(world: World, signed_in: Callable[[str], Client]) -> None:
    assert "No exchange yet" in signed_in("supervisor").get("/sync/").content.decode()
    peer = Peer.objects.create(uuid=uuid.uuid4(), headquarters=True, met_at=timezone.now(), told={"records": 12})
    peer.problem = "headquarters_refused"
    peer.save()
    Held.objects.create(peer=peer, kind="exam", key="k", record={}, code="project_unknown", since=timezone.now())
    seen = signed_in("supervisor").get("/sync/").content.decode()
    for words in (
        "Headquarters refuse the exchange",
        "1 of a project that is not in the programme here",
        "<dd>12</dd>",
    ):
        assert words in seen
