"""Can a reading be taken out as DICOM too?"""

from django import template

from storage.catalogue.models import Review
from storage.export.readings import has_dicom as _has_dicom

register = template.Library()


@register.filter
def has_dicom(review: Review) -> bool:
    """Tell whether a structured report can be made; for a reading of storage.export.readings."""
    return _has_dicom(review)
