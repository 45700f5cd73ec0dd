"""How does a template name the state and the question of an escalation?"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from storage.catalogue import telemedicine
from storage.catalogue.models import Person
from supervision.escalation import DONE, OUTCOMES, QUESTIONS
from web.telemedicine import STATES
from web.templatetags.sonorelay import icon

register = template.Library()


@register.simple_tag
def escalation_state(code: str) -> SafeString:
    """Say the state of an escalation with its shape."""
    word, picture = STATES[code]
    return format_html('<span class="state">{}{}</span>', icon(picture), word)


@register.inclusion_tag("parts/ask_specialist.html")
def ask_specialist(person: Person, exam_id: int) -> dict[str, object]:
    """Lead to the questions about this exam's patient that are open, or to the form for one; to nothing for others."""
    pending = list(telemedicine.visible(person).filter(exam=exam_id, closed_at=None).order_by("raised_at", "pk"))
    asks = not pending and telemedicine.escalable(person).filter(pk=exam_id).exists()
    return {"pending": pending, "asks": asks, "exam_id": exam_id}


@register.filter
def escalation_word(code: str) -> str:
    """Say a question, an outcome or what was done; their codes do not overlap."""
    text = {**QUESTIONS, **OUTCOMES, **DONE}.get(code)
    return text.say(get_language() or "en") if text else ""
