"""How does Django know the catalogue?"""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """The catalogue as a Django application."""

    name = "storage.catalogue"
    label = "catalogue"
    verbose_name = "Sonorelay catalogue"

    def ready(self) -> None:
        """Let every event that is written be sealed into the chain of the audit."""
        from storage.catalogue import audit

        audit.listen()
