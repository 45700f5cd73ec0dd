"""Do the migrations say what the models say, on the database that was asked for?"""

import os

import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction

from storage.catalogue.models import Membership, Person
from storage.catalogue.setup import migrate, organisation_of
from tests.storage.conftest import World


@pytest.mark.django_db
def test_the_database_is_the_one_that_was_asked_for() -> None:
    assert connection.vendor == ("postgresql" if "SONORELAY_DATABASE_URL" in os.environ else "sqlite")


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.django_db
def test_django_finds_nothing_to_complain_about() -> None:
    call_command("check", fail_level="INFO", databases=["default"])


@pytest.mark.django_db
def test_migrating_twice_changes_nothing() -> None:
    before = connection.introspection.table_names()
    migrate()
    assert connection.introspection.table_names() == before


def test_a_role_is_held_once_in_each_place(world: World) -> None:
    amina = Person.objects.get(username="amina")
    for project in (world.goma, None):
        place = {"person": amina, "role": "facilitator", "organisation": world.organisation, "project": project}
        Membership.objects.create(**place)
        with pytest.raises(IntegrityError), transaction.atomic():
            Membership.objects.create(**place)


def test_a_project_knows_its_organisation(world: World) -> None:
    assert organisation_of("goma") == "relief"
    with pytest.raises(LookupError):
        organisation_of("nowhere")
