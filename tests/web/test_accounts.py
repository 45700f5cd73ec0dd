"""Who gets in, who is kept out, and who may change whose account?"""

import re

import pytest
from django.test import Client

from storage.catalogue.models import Event, Membership, Person
from storage.settings import settings
from supervision.roles import Role
from tests.web.world import PASSWORD


@pytest.fixture
def rose(world) -> Person:
    world.people["rose"].set_password(PASSWORD)
    world.people["rose"].save()
    return world.people["rose"]


def sign_in(client: Client, name: str, password: str, **more: str):
    return client.post("/login/", {"username": name, "password": password, **more})


def test_the_right_password_opens_and_a_wrong_one_does_not(rose) -> None:
    client = Client()
    assert sign_in(client, "rose", "wrong").status_code == 422
    assert sign_in(client, "rose", PASSWORD).headers["Location"] == "/"
    assert client.get("/", follow=True).redirect_chain == [("/queue/", 302)]
    client.post("/logout/")
    assert client.get("/queue/").status_code == 302


def test_five_wrong_passwords_close_the_account_for_a_while_in_words(rose) -> None:
    client = Client()
    answers = [sign_in(client, "rose", "wrong").status_code for _ in range(6)]
    assert answers[:4] == [422] * 4
    assert answers[-1] == 429
    locked = sign_in(client, "rose", PASSWORD)
    assert locked.status_code == 429
    assert "Too many wrong passwords" in locked.content.decode()
    assert sign_in(Client(REMOTE_ADDR="10.1.2.3"), "rose", PASSWORD).status_code == 302


def noted(*what: str) -> list[tuple[str, str | None, dict[str, object]]]:
    """Return what was noted of accounts: by whom, and what is known of it."""
    rows = Event.objects.filter(what__in=what).order_by("pk").select_related("person")
    return [(one.what, one.person.username if one.person else None, one.facts) for one in rows]


def test_every_sign_in_is_noted_and_of_a_failed_one_neither_name_nor_address(rose) -> None:
    for name, password in (("rose", "wrong"), ("my-password-by-mistake", "x"), ("rose", PASSWORD)):
        sign_in(Client(REMOTE_ADDR="10.1.2.3"), name, password)
    assert noted("signed_in", "sign_in_failed") == [
        ("sign_in_failed", None, {"about": rose.pk}),
        ("sign_in_failed", None, {}),
        ("signed_in", "rose", {}),
    ]


@pytest.mark.parametrize("where", ["https://elsewhere.example/", "//elsewhere.example", "javascript:alert(1)"])
def test_signing_in_never_leads_elsewhere(where: str, rose) -> None:
    assert sign_in(Client(), "rose", PASSWORD, next=where).headers["Location"] == "/"
    answer = Client().post("/language/", {"language": "fr", "next": where})
    assert answer.headers["Location"] == "/"


def test_signing_in_leads_to_the_page_that_was_asked_for(rose) -> None:
    client = Client()
    asked = client.get("/scans/?project=goma").headers["Location"]
    assert asked == "/login/?next=/scans/%3Fproject%3Dgoma"
    assert sign_in(client, "rose", PASSWORD, next="/account/").headers["Location"] == "/account/"


def test_the_language_chosen_before_signing_in_becomes_the_persons(rose) -> None:
    client = Client()
    client.post("/language/", {"language": "fr", "next": "/login/"})
    assert "Se connecter" in client.get("/login/").content.decode()
    sign_in(client, "rose", PASSWORD)
    rose.refresh_from_db()
    assert rose.language == "fr"
    assert "File d&#x27;attente" in client.get("/queue/").content.decode()
    client.post("/logout/")
    assert "Sign in" in client.get("/login/").content.decode()  # the next person at this computer is somebody else
    client.post("/language/", {"language": "tlh"})
    assert "Sign in" in client.get("/login/").content.decode()


def test_demonstration_accounts_exist_only_in_a_demonstration(world, monkeypatch) -> None:
    amina, rose = world.people["amina"], world.people["rose"]
    Person.objects.filter(pk=amina.pk).update(simulated=True)
    assert "Amina" not in Client().get("/login/").content.decode()
    assert Client().post("/login/demo/", {"person": amina.pk}).status_code == 404
    monkeypatch.setenv("SONORELAY_DEMO", "true")
    settings.cache_clear()
    page = Client().get("/login/").content.decode()
    assert "Amina Mwamba" in page
    assert "Rose Mwamba" not in page
    client = Client()
    assert client.post("/login/demo/", {"person": rose.pk}).status_code == 404
    assert client.post("/login/demo/", {"person": amina.pk}).headers["Location"] == "/"
    assert client.get("/my-scans/").status_code == 200


def test_an_administrator_makes_an_account_whose_password_is_shown_once(world, signed_in) -> None:
    client = signed_in("administrator")
    new = {
        "username": "zawadi",
        "first_name": "Zawadi",
        "last_name": "Kabila",
        "language": "fr",
        "role": "trainee",
        "place": f"project:{world.goma.pk}",
    }
    assert client.post("/people/new/", new | {"username": "Not Good"}).status_code == 422
    assert client.post("/people/new/", new | {"place": f"project:{world.elsewhere.pk}"}).status_code == 422
    page = client.post("/people/new/", new)
    password = re.search(r"<code>([a-z0-9-]+)</code>", page.content.decode()).group(1)
    assert "no-store" in page.headers["Cache-Control"]
    assert client.post("/people/new/", new).status_code == 422
    theirs = Client()
    assert sign_in(theirs, "zawadi", password).status_code == 302
    assert theirs.get("/my-scans/").status_code == 200
    assert password not in client.get(f"/people/{Person.objects.get(username='zawadi').pk}/").content.decode()
    changed = {"old_password": password, "new_password1": "a-longer-one-77", "new_password2": "a-longer-one-77"}
    assert theirs.post("/account/", changed | {"new_password2": "x"}).status_code == 422
    assert theirs.post("/account/", changed).status_code == 302
    assert sign_in(Client(), "zawadi", "a-longer-one-77").status_code == 302
    made = {"about": Person.objects.get(username="zawadi").pk}
    assert noted("account_made", "role_given", "password_changed") == [
        ("account_made", "administrator", made),
        ("role_given", "administrator", made | {"role": "trainee"}),
        ("password_changed", "zawadi", {}),
    ]


def test_a_new_password_and_a_closed_account_end_the_sessions(rose, world, signed_in) -> None:
    client, admin = Client(), signed_in("administrator")
    sign_in(client, "rose", PASSWORD)
    admin.post(f"/people/{rose.pk}/password/")
    assert client.get("/queue/").status_code == 302
    assert sign_in(Client(), "rose", PASSWORD).status_code == 422
    open_session = signed_in("rose")
    admin.post(f"/people/{rose.pk}/active/", {"active": "no"})
    assert open_session.get("/queue/").status_code == 302
    admin.post(f"/people/{rose.pk}/active/", {"active": "yes"})
    rose.refresh_from_db()
    assert rose.is_active
    acts = ("password_reset", "account_closed", "account_opened")
    assert noted(*acts) == [(one, "administrator", {"about": rose.pk}) for one in acts]


def test_nobody_manages_themselves_or_another_organisation(world, signed_in) -> None:
    admin, me = signed_in("administrator"), world.people["administrator"]
    role = {"role": "reviewer", "place": f"organisation:{world.relief.pk}"}
    membership = me.memberships.get()
    assert admin.post(f"/people/{me.pk}/roles/", role).status_code == 404
    assert admin.post(f"/people/{me.pk}/roles/{membership.pk}/remove/").status_code == 404
    assert admin.post(f"/people/{me.pk}/password/").status_code == 404
    foreign = world.people["foreign-owner"]
    assert foreign.username not in admin.get("/people/").content.decode()
    for address in ("", "password/", "active/", "roles/"):
        assert admin.post(f"/people/{foreign.pk}/{address}", role).status_code in (404, 405)
    luc = world.people["luc"]
    Membership.objects.create(person=luc, role=Role.REVIEWER, organisation=world.other)
    assert "also works in another organisation" in admin.get(f"/people/{luc.pk}/").content.decode()
    assert admin.post(f"/people/{luc.pk}/password/").status_code == 404
    assert admin.post(f"/people/{luc.pk}/active/", {"active": "no"}).status_code == 404


def test_a_partner_owner_makes_no_administrator_and_stays_in_the_own_project(world, signed_in) -> None:
    owner = signed_in("foreign-owner")
    world.person("helper", Role.TRAINEE, world.elsewhere)
    helper = world.people["helper"]
    here = f"project:{world.elsewhere.pk}"
    for wrong in (
        {"role": "administrator", "place": here},
        {"role": "reviewer", "place": f"organisation:{world.other.pk}"},
        {"role": "reviewer", "place": f"project:{world.goma.pk}"},
    ):
        owner.post(f"/people/{helper.pk}/roles/", wrong)
    assert list(helper.memberships.values_list("role", flat=True)) == ["trainee"]
    owner.post(f"/people/{helper.pk}/roles/", {"role": "reviewer", "place": here})
    assert set(helper.memberships.values_list("role", flat=True)) == {"trainee", "reviewer"}
    reviewer = helper.memberships.get(role="reviewer")
    owner.post(f"/people/{helper.pk}/roles/{reviewer.pk}/remove/")
    last = helper.memberships.get()
    assert "last role" in owner.post(f"/people/{helper.pk}/roles/{last.pk}/remove/", follow=True).content.decode()
    assert helper.memberships.count() == 1


def test_an_administrator_sees_no_clinical_content(world, signed_in) -> None:
    scan = world.scan()
    admin = signed_in("administrator")
    for address in ("/queue/", "/scans/", f"/scans/{scan.pk}/", "/overview/", "/held-back/", "/my-scans/"):
        assert admin.get(address).status_code == 403


def test_invented_people_cannot_sign_in_or_stay_outside_of_a_demonstration(world, monkeypatch) -> None:
    amina = world.people["amina"]
    amina.set_password("a-well-known-password")
    amina.simulated = True
    amina.save()
    known = {"username": "amina", "password": "a-well-known-password"}
    client = Client()
    client.post("/login/", known)
    assert client.get("/my-scans/").status_code == 302
    monkeypatch.setenv("SONORELAY_DEMO", "true")
    settings.cache_clear()
    client.post("/login/", known)
    assert client.get("/my-scans/").status_code == 200
    monkeypatch.delenv("SONORELAY_DEMO")
    settings.cache_clear()
    assert client.get("/my-scans/").status_code == 302


def test_a_person_says_where_and_how_often_they_want_mail(world, signed_in) -> None:
    client, amina = signed_in("amina"), world.people["amina"]
    assert 'value="weekly" selected' in client.get("/account/").content.decode()
    for wrong in ({"email": "nobody", "digest": "daily"}, {"email": "a@example.org", "digest": "hourly"}):
        assert client.post("/account/mail/", wrong).status_code == 422
    amina.refresh_from_db()
    assert (amina.email, amina.digest) == ("", "weekly")
    client.post("/account/mail/", {"email": "a@example.org", "digest": "off"})
    assert noted("mail_changed") == [("mail_changed", "amina", {})]
    amina.refresh_from_db()
    assert (amina.email, amina.digest) == ("a@example.org", "off")
