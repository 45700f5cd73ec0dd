"""How does a template say what an exam type asks?"""

from django import template
from django.utils.formats import number_format

from supervision.exam_types import ExamType
from web.exam_types import SIDES
from web.exam_types import version_said as said
from web.templatetags.sonorelay import in_unit, say

register = template.Library()


@register.filter
def body_side(code: str) -> object:
    """Say on which side of the body a view is taken."""
    return SIDES.get(code, code)


@register.filter
def version_said(version: int) -> str:
    """Say whose version it is, and its number."""
    return said(version)


@register.filter
def limit(value: float, unit: str) -> str:
    """Write a limit with its unit; a share as a percentage."""
    if unit.startswith("share of "):
        return in_unit(value, unit)
    said = str(number_format(int(value) if value == int(value) else value, use_l10n=True))
    return f"{said}\N{NO-BREAK SPACE}{unit}" if unit in ("s", "mm") else said


@register.filter
def source(exam_type: ExamType, number: str) -> str:
    """Say where a number comes from."""
    return say(exam_type.source_of(number))
