"""How does a reviewer compare with the others?"""

from storage.catalogue.models import Person


def update(person: Person) -> None:
    """Compare the person's readings with those of others and keep the result in their profile."""
