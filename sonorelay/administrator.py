"""Who is the first to sign in, and can invite all others?"""

from datetime import UTC, datetime

from pipeline.errors import Misconfigured
from pipeline.text import Text
from sonorelay import programme
from sonorelay.outcome import ANSWERED, language

DONE = Text(
    "{username} is an administrator of {organisation}. The password, shown this once: {password}",
    "{username} administre {organisation}. Le mot de passe, affiché cette seule fois : {password}",
)


def invite(username: str, organisation: str) -> int:
    """Make the account, or give an existing one the role and a new password; print the password."""
    programme.apply_programme()
    from django.contrib.auth.models import AbstractUser
    from django.core.exceptions import ValidationError

    from storage.catalogue.models import Event, Membership, Organisation, Person
    from storage.catalogue.transaction import one_transaction
    from supervision.roles import Role
    from web.staff import first_password

    place = Organisation.objects.filter(code=organisation).first()
    if place is None:
        known = ", ".join(Organisation.objects.values_list("code", flat=True))
        raise Misconfigured("unknown_organisation", organisation=organisation, known=known)
    try:
        AbstractUser.username_validator(username)
    except ValidationError:
        raise Misconfigured("username_invalid") from None
    password = first_password()
    with one_transaction():
        person, new = Person.objects.get_or_create(username=username, defaults={"language": language()})
        person.set_password(password)
        person.is_active = True
        person.save()
        Membership.objects.get_or_create(person=person, role=Role.ADMINISTRATOR, organisation=place, project=None)
        facts = {"about": person.pk, "role": Role.ADMINISTRATOR.value, "new": new}
        Event.objects.create(at=datetime.now(UTC), what="administrator_invited", facts=facts)
    print(DONE.format(username=username, organisation=organisation, password=password).say(language()))
    return ANSWERED
