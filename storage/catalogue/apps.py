"""How does Django know the catalogue?"""

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """The catalogue as a Django application."""

    name = "storage.catalogue"
    label = "catalogue"
    verbose_name = "Sonorelay catalogue"
