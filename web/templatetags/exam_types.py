"""How does a template say what an exam type asks?"""

from django import template

from supervision.exam_types import ExamType
from web.exam_types import SIDES
from web.exam_types import version_said as said
from web.templatetags.sonorelay import say

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
def source(exam_type: ExamType, number: str) -> str:
    """Say where a number comes from."""
    return say(exam_type.source_of(number))
