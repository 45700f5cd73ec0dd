"""Can a person make a token for a program, see it once, use it and end it?"""

import re
from datetime import timedelta

from django.test import Client
from django.utils import timezone

from storage.catalogue.models import ApiToken
from supervision.roles import Action, Role


def made(client: Client, **fields: object) -> tuple[int, str]:
    until = (timezone.now() + timedelta(days=30)).date().isoformat()
    answer = client.post("/account/tokens/", {"name": "export", "actions": ["see_queue"], "until": until, **fields})
    return answer.status_code, answer.content.decode()


def test_a_token_is_shown_once_opens_what_was_ticked_and_can_be_ended(world, signed_in) -> None:
    client = signed_in("rose")
    page = client.get("/account/tokens/").content.decode()
    assert 'value="review"' in page
    assert 'value="manage_people"' not in page
    assert "/account/tokens/" in client.get("/account/").content.decode()
    status, shown = made(client)
    (secret,) = re.findall(r"sr_[\w-]{40,}", shown)
    assert status == 200
    again = client.get("/account/tokens/").content.decode()
    assert secret not in again
    assert secret[:10] in again
    program = Client(headers={"authorization": f"Bearer {secret}"})
    assert program.get("/api/v1/queue").status_code == 200
    assert program.get("/api/v1/reviewing").status_code == 403
    assert program.get("/queue/").status_code == 302  # pages are for people
    token = ApiToken.objects.get()
    assert signed_in("luc").post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    client.post(f"/account/tokens/{token.pk}/revoke/")
    assert program.get("/api/v1/queue").status_code == 401


def test_what_may_not_be_is_said_beside_the_field_and_makes_nothing(world, signed_in) -> None:
    client = signed_in("rose")
    late = (timezone.now() + timedelta(days=400)).date().isoformat()
    for wrong in (
        {"actions": []},
        {"actions": [Action.MANAGE_PEOPLE]},
        {"until": late},
        {"name": ""},
        {"project": "9"},
    ):
        status, page = made(client, **wrong)
        assert status == 422
        assert 'role="alert"' in page
    world.person("narrow", Role.REVIEWER, world.goma)
    status, page = made(signed_in("narrow"), project=str(world.bunia.pk))
    assert status == 422
    assert not ApiToken.objects.exists()
