"""By which account name is a person known on both sides, within an organisation?

An account of the same name is the same person only if it has a role in that organisation here. Whoever has none gets a
closed account without a password, under another name where theirs is somebody else's here.
"""

from collections.abc import Mapping
from typing import Literal

from storage.catalogue.models import Membership, NameElsewhere, Organisation, Person
from storage.sync.records import PersonTold

LONGEST = 150


class Names:
    """The names of the people of one organisation, read once; for one exchange."""

    def __init__(self, organisation: Organisation) -> None:
        """Look up names in this organisation."""
        self.organisation = organisation
        rows = NameElsewhere.objects.filter(organisation=organisation).select_related("person").order_by("pk")
        self._there = {row.person_id: row.username for row in rows}
        self._here = {row.username: row.person for row in rows}

    def of(self, person: Person | None) -> str:
        """Return the name by which the other side knows somebody, nothing for nobody."""
        return "" if person is None else self._there.get(person.pk, person.username)

    def known(self, name: str) -> Person | None:
        """Return who is meant where there is an account; nobody is made."""
        return self._here.get(name) or self._known(name)

    def person(self, name: str, told: Mapping[str, PersonTold]) -> Person | None:
        """Return who is meant, None for nobody; an account is made where there is none. In a transaction."""
        if not name:
            return None
        if name not in self._here:
            self._here[name] = self._known(name) or self._made(name, told.get(name, PersonTold()))
        return self._here[name]

    def _known(self, name: str) -> Person | None:
        person = Person.objects.filter(username__iexact=name).first()
        if person is None or person.pk in self._there:
            return None
        return person if Membership.objects.filter(person=person, organisation=self.organisation).exists() else None

    def _made(self, name: str, told: PersonTold) -> Person:
        person = Person(
            username=self._free(name),
            first_name=told.first_name,
            last_name=told.last_name,
            language=told.language,
            simulated=told.simulated,
            is_active=False,
        )
        person.set_unusable_password()
        person.save()
        NameElsewhere.objects.create(organisation=self.organisation, username=name, person=person)
        self._there[person.pk] = name
        return person

    def _free(self, name: str) -> str:
        ends = ("", f"@{self.organisation.code}", *(f"@{self.organisation.code}-{n}" for n in range(2, 1000)))
        wanted = (name[: LONGEST - len(end)] + end for end in ends)
        return next(one for one in wanted if not Person.objects.filter(username__iexact=one).exists())


class Mentioned:
    """Whom one record speaks of: the name for each, and who that is; `people` goes with the record."""

    def __init__(self, names: Names) -> None:
        """Begin with nobody."""
        self.names = names
        self.people: dict[str, PersonTold] = {}

    def who(self, person: Person | None) -> str:
        """Return the name of somebody who is mentioned, nothing for nobody."""
        if person is None:
            return ""
        name = self.names.of(person)
        language: Literal["en", "fr"] = "fr" if person.language == "fr" else "en"
        self.people[name] = PersonTold(
            first_name=person.first_name, last_name=person.last_name, language=language, simulated=person.simulated
        )
        return name
