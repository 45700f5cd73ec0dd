"""How does Django know the pages?"""

from django.apps import AppConfig


class WebConfig(AppConfig):
    """The pages as a Django application."""

    name = "web"

    def ready(self) -> None:
        """Let every sign-in, also one that fails, be noted in the record of what happened."""
        from web import sign_in

        sign_in.listen()
