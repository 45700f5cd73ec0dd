"""In which language does this person read?"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation

from storage.catalogue.models import Person


class PersonLanguage:
    """Speak the language that the signed-in person chose; without one, LocaleMiddleware has already decided."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        """Keep the next step."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the person's language."""
        if isinstance(request.user, Person):
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = request.user.language
        return self.get_response(request)


def known_language(code: str | None) -> str | None:
    """Return `code` if the pages speak it."""
    return code if code in dict(settings.LANGUAGES) else None


def remember(person: Person, code: str | None) -> None:
    """Keep the language that a person chose, if it is one that the pages speak."""
    language = known_language(code)
    if language and person.language != language:
        person.language = language
        person.save(update_fields=["language"])
