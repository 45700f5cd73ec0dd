"""How does a template name the state and the question of an escalation?"""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from supervision.escalation import DONE, OUTCOMES, QUESTIONS
from web.telemedicine import STATES
from web.templatetags.sonorelay import icon

register = template.Library()


@register.simple_tag
def escalation_state(code: str) -> SafeString:
    """Say the state of an escalation with its shape."""
    word, picture = STATES[code]
    return format_html('<span class="state">{}{}</span>', icon(picture), word)


@register.filter
def escalation_word(code: str) -> str:
    """Say a question, an outcome or what was done; their codes do not overlap."""
    text = {**QUESTIONS, **OUTCOMES, **DONE}.get(code)
    return text.say(get_language() or "en") if text else ""
