"""Who may sign in with a password?"""

from typing import Any

from django.contrib.auth.backends import ModelBackend

from storage.settings import settings


class OwnPeople(ModelBackend):
    """Django's own check, but the invented people of a demonstration, whose password is known, exist only in it."""

    def user_can_authenticate(self, user: Any) -> bool:
        """Tell whether this account may be used here; asked at sign-in and at every page after it."""
        return super().user_can_authenticate(user) and (settings().demo or not user.simulated)
